// Gets the files of a Debian package by apt-get without installing it.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OperatorError } from '../../src/lib/errors.ts';
import { runCommand } from './run-command.ts';

/** Unpacks the package into the directory. Throws OperatorError('unavailable') with what to do when it cannot be fetched. */
export async function unpackPackage(name: string, into: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'mcps-package-'));
  try {
    await download(name, dir);
    const deb = (await readdir(dir)).find((file) => file.endsWith('.deb'));
    if (deb === undefined) throw unavailable(name, '"apt-get download" left no package');
    await succeed(name, ['dpkg-deb', '--extract', join(dir, deb), into], dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Reads the package lists again when the first try finds nothing: on a fresh machine they may be empty or old. */
async function download(name: string, dir: string): Promise<void> {
  const args = ['--quiet', 'download', name];
  if ((await runCommand({ program: 'apt-get', args, cwd: dir })).exitCode === 0) return;
  await succeed(name, ['apt-get', '--quiet', 'update'], dir);
  await succeed(name, ['apt-get', ...args], dir);
}

async function succeed(name: string, [program = '', ...args]: readonly string[], cwd: string): Promise<void> {
  const { exitCode, lastLines } = await runCommand({ program, args, cwd });
  if (exitCode !== 0) throw unavailable(name, `"${program} ${args.join(' ')}" ended with ${exitCode}: ${lastLines}`);
}

function unavailable(name: string, what: string): OperatorError {
  return new OperatorError('unavailable', `cannot fetch the Debian package ${name}: ${what}; install ${name}`);
}
