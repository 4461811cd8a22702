// `mcpsession rules`: its arguments.

import { err, ok, type Result } from '../../lib/result.ts';
import { parseFlags, type Problems, string } from './flags.ts';

export interface RulesOptions {
  /** As typed: "MCPS-201", "mcps-201" or "201"; null for all rules. */
  readonly rule: string | null;
  readonly output: 'table' | 'json';
}

export function parseRules(argv: readonly string[]): Result<RulesOptions, Problems> {
  const flags = parseFlags(argv, { output: { ...string, short: 'o' } }, 'positionals');
  const [rule, ...more] = flags.positionals;
  const output = flags.text('output') ?? 'table';
  const problems = [
    ...flags.problems,
    ...(more.length === 0 ? [] : [`rules: name one rule, or none for all; not also ${more.join(', ')}`]),
    ...(output === 'table' || output === 'json' ? [] : [`--output ${JSON.stringify(output)}: must be table or json`]),
  ];
  if (problems.length > 0) return err(problems);
  return ok({ rule: rule ?? null, output: output === 'json' ? 'json' : 'table' });
}
