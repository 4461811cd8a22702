// Runs one command that must succeed.

import { OperatorError } from '../../src/lib/errors.ts';
import { runCommand } from '../docker/run-command.ts';

/** What the command printed to stdout. Throws OperatorError('unavailable') with its last lines when it fails. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, lastLines } = await runCommand({ program, args });
  if (exitCode === 0) return stdout;
  throw new OperatorError('unavailable', `"${[program, ...args].join(' ')}" ended with code ${exitCode}: ${lastLines}`);
}
