// Danger: an environment beyond the kernel's bound makes every command of the session fail. Fields: spec.env.
// Allowed: 32 KiB a value, 1 MiB of names and values in all. Source: execve(2) "Limits on size of arguments", security.md 4.4 Env,
// requirements.md S0.H1.09.

import { utf8Length } from '../../lib/utf8.ts';
import { shownValue } from '../../lib/visible-text.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

const MAX_BYTES = 1_048_576;
/** In bytes, as the kernel counts; the schema counts characters. */
const MAX_VALUE_BYTES = 32_768;

export const environmentSize: Rule<SessionSubject> = {
  id: 'MCPS-609',
  severity: 'deny',
  title: 'size of the environment',
  why: 'An environment beyond the bound of the kernel makes every command of the session fail.',
  check: ({ spec }) => {
    // "NAME=value" and the NUL behind it.
    const bytes = spec.env.reduce((sum, { name, value }) => sum + utf8Length(name) + utf8Length(value ?? '') + 2, 0);
    const tooLong = spec.env.flatMap(valueViolations);
    if (bytes <= MAX_BYTES) return tooLong;
    return [
      ...tooLong,
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

function valueViolations({ name, value = '' }: SessionSpec['env'][number], index: number): readonly Violation[] {
  const bytes = utf8Length(value);
  if (bytes <= MAX_VALUE_BYTES) return [];
  const path = `spec.env[${index}].value`;
  const message = `the value of ${shownValue(name)} has ${bytes} bytes; at most ${MAX_VALUE_BYTES} are allowed`;
  return [{ rule: 'MCPS-609', kind: 'invalid', path, message, fix: 'put the data in a file of the session' }];
}
