// Gets Debian's statically linked busybox without installing it: the installed one if there is one, else out of the
// package, fetched by apt-get into a temporary directory.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OperatorError } from '../../src/lib/errors.ts';
import { runCommand } from './run-command.ts';
import { unpackPackage } from './unpack-package.ts';

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
    await unpackPackage('busybox-static', dir);
    return await readBusybox(join(dir, 'bin/busybox'));
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

async function readBusybox(path: string): Promise<Busybox> {
  const { exitCode, stdout, lastLines } = await runCommand({ program: path, args: ['--list'] });
  if (exitCode !== 0) {
    throw new OperatorError(
      'unavailable',
      `"${path} --list" ended with code ${exitCode}: ${lastLines}; install busybox-static`,
    );
  }
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  return { content: await readFile(path), applets: applets.sort() };
}
