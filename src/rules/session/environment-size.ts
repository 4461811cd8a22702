// Danger: an environment beyond the kernel's bound makes every command of the session fail. Fields: spec.env.
// Allowed: 1 MiB of names and values in all. Source: execve(2) "Limits on size of arguments", security.md 4.4 Env.

import { utf8Length } from '../../lib/utf8.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

const MAX_BYTES = 1_048_576;

export const environmentSize: Rule<SessionSubject> = {
  id: 'MCPS-609',
  severity: 'deny',
  title: 'size of the environment',
  why: 'An environment beyond the bound of the kernel makes every command of the session fail.',
  check: ({ spec }) => {
    // "NAME=value" and the NUL behind it.
    const bytes = spec.env.reduce((sum, { name, value }) => sum + utf8Length(name) + utf8Length(value ?? '') + 2, 0);
    if (bytes <= MAX_BYTES) return [];
    return [
      {
        rule: 'MCPS-609',
        kind: 'invalid',
        path: 'spec.env',
        message: `names and values have ${bytes} bytes; at most ${MAX_BYTES} are allowed`,
        fix: 'put the data in files of the session',
      },
    ];
  },
};
