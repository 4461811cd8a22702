// `mcpsession check`: its arguments.

import { err, ok, type Result } from '../../lib/result.ts';
import { parseFlags, type Problems, string } from './flags.ts';

export interface CheckOptions {
  readonly files: readonly string[];
  readonly policyFile: string | null;
  readonly output: 'table' | 'json';
}

export function parseCheck(argv: readonly string[]): Result<CheckOptions, Problems> {
  const flags = parseFlags(argv, { policy: string, output: { ...string, short: 'o' } }, 'positionals');
  const files = flags.positionals;
  const output = flags.text('output') ?? 'table';
  const problems = [
    ...flags.problems,
    ...(files.length === 0 ? ['check: name at least one file, directory or "-" for standard input'] : []),
    ...(output === 'table' || output === 'json' ? [] : [`--output ${JSON.stringify(output)}: must be table or json`]),
  ];
  if (problems.length > 0) return err(problems);
  return ok({ files, policyFile: flags.text('policy'), output: output === 'json' ? 'json' : 'table' });
}
