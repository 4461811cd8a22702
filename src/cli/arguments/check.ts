// `mcpsession check`: its arguments.

import { err, ok, type Result } from '../../lib/result.ts';
import { PROFILE_NAMES, type ProfileName } from '../../model/policy.ts';
import { isProfileName } from '../../model/policy-set.ts';
import { parseFlags, type Problems, string } from './flags.ts';

export interface CheckOptions {
  readonly files: readonly string[];
  readonly policyFile: string | null;
  /** null: the default one of the policy. */
  readonly profile: ProfileName | null;
  readonly output: 'table' | 'json';
}

export function parseCheck(argv: readonly string[]): Result<CheckOptions, Problems> {
  const flags = parseFlags(argv, { policy: string, profile: string, output: { ...string, short: 'o' } }, 'positionals');
  const files = flags.positionals;
  const output = flags.text('output') ?? 'table';
  const profile = flags.text('profile');
  const known = profile === null || isProfileName(profile) ? profile : null;
  const problems = [
    ...flags.problems,
    ...(files.length === 0 ? ['check: name at least one file, directory or "-" for standard input'] : []),
    ...(output === 'table' || output === 'json' ? [] : [`--output ${JSON.stringify(output)}: must be table or json`]),
    ...(profile === known ? [] : [`--profile ${JSON.stringify(profile)}: must be one of ${PROFILE_NAMES.join(', ')}`]),
  ];
  if (problems.length > 0) return err(problems);
  return ok({ files, policyFile: flags.text('policy'), profile: known, output: output === 'json' ? 'json' : 'table' });
}
