// `mcpsession controller`, `placement`, `webhook`, `frontend`: their arguments. Everything else is in the file.

import { err, ok, type Result } from '../../lib/result.ts';
import { parseFlags, type Problems, string } from './flags.ts';

export interface RoleOptions {
  /** null: every setting at its default. */
  readonly configFile: string | null;
}

export function parseRole(argv: readonly string[]): Result<RoleOptions, Problems> {
  const flags = parseFlags(argv, { config: string });
  return flags.problems.length > 0 ? err(flags.problems) : ok({ configFile: flags.text('config') });
}
