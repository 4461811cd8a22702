// Installs a Debian package by apt-get, for whatever `make demo` and `make test` need and do not find. Needs root.

import { OperatorError } from '../src/lib/errors.ts';
import { runCommand } from './docker/run-command.ts';

/** Without recommended packages. Rejects with `unavailable`, apt's last lines and `otherwise`: what to do instead. */
export async function installPackage(name: string, otherwise: string): Promise<void> {
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', name]]) {
    const outcome = await runCommand({
      program: 'apt-get',
      args: ['--quiet', '--option', 'DPkg::Lock::Timeout=120', ...args],
      environment: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (outcome.exitCode === 0) continue;
    throw new OperatorError(
      'unavailable',
      `"apt-get ${args.join(' ')}" ended with code ${outcome.exitCode}; ${otherwise}. Its last lines:\n${outcome.lastLines}`,
    );
  }
}
