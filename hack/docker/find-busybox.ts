// Gets Debian's statically linked busybox without installing it: the installed one if there is one, else out of the
// package, fetched by apt-get into a temporary directory.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OperatorError } from '../../src/lib/errors.ts';
import { runCommand } from './run-command.ts';

export interface Busybox {
  readonly content: Buffer;
  /** Names of the commands in it, sorted. */
  readonly applets: readonly string[];
}

/** Throws OperatorError('unavailable') when the package cannot be fetched. */
export async function findBusybox(log: (line: string) => void): Promise<Busybox> {
  if (await isPackageInstalled()) return readBusybox('/bin/busybox');
  log("session image: fetching Debian's busybox-static by apt-get (it is not installed)");
  const dir = await mkdtemp(join(tmpdir(), 'mcps-busybox-'));
  try {
    await fetchPackage(dir);
    const deb = (await readdir(dir)).find((name) => name.endsWith('.deb'));
    if (deb === undefined) throw unavailable('"apt-get download busybox-static" left no package');
    await succeed('dpkg-deb', ['--extract', join(dir, deb), join(dir, 'root')], dir);
    return await readBusybox(join(dir, 'root/bin/busybox'));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function isPackageInstalled(): Promise<boolean> {
  const outcome = await runCommand({
    program: 'dpkg-query',
    args: ['--show', '--showformat=${db:Status-Status}', 'busybox-static'],
  });
  return outcome.exitCode === 0 && outcome.stdout === 'installed';
}

/** Reads the package lists again when the first try finds nothing: on a fresh machine they may be empty or old. */
async function fetchPackage(dir: string): Promise<void> {
  const download = ['--quiet', 'download', 'busybox-static'];
  if ((await runCommand({ program: 'apt-get', args: download, cwd: dir })).exitCode === 0) return;
  await succeed('apt-get', ['--quiet', 'update'], dir);
  await succeed('apt-get', download, dir);
}

async function readBusybox(path: string): Promise<Busybox> {
  const list = await succeed(path, ['--list'], '/');
  const applets = list.split('\n').filter((name) => name !== '' && name !== 'busybox');
  return { content: await readFile(path), applets: applets.sort() };
}

async function succeed(program: string, args: readonly string[], cwd: string): Promise<string> {
  const outcome = await runCommand({ program, args, cwd });
  if (outcome.exitCode === 0) return outcome.stdout;
  throw unavailable(`"${program} ${args.join(' ')}" ended with code ${outcome.exitCode}: ${outcome.lastLines}`);
}

function unavailable(what: string): OperatorError {
  return new OperatorError('unavailable', `no busybox for the session image: ${what}; install busybox-static`);
}
