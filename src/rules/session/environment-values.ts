// Danger: a value that a script puts into a shell line runs as a command; a NUL ends the value early.
// Fields: spec.env[].value. Allowed: no NUL; without "$(", backtick, ";", "&", "|", CR, LF, unless the whole value is a URL or
// DSN, JSON, PEM or a connection string. Policy env.valuePolicy "warn" makes shell tokens a warning (MCPS-608).
// Source: requirements.md S0.H1.03-07 and K-01, design.md 8.2. The value is never shown.

import type { Violation } from '../../model/violation.ts';
import { shownValue } from '../../lib/visible-text.ts';
import { shellTokenProblem } from '../environment-value/value-problem.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const environmentValues: Rule<SessionSubject> = {
  id: 'MCPS-606',
  severity: 'deny',
  title: 'shell tokens in environment values',
  why: 'A value that a script puts into a shell line runs as a command.',
  check: ({ spec }, policy) =>
    spec.env.flatMap(({ name, value }, index): Violation[] => {
      if (value === undefined) return [];
      const rule = 'MCPS-606';
      const path = `spec.env[${index}].value`;
      const shown = shownValue(name);
      if (value.includes('\0')) {
        return [
          { rule, kind: 'invalid', path, message: `the value of ${shown} holds NUL`, fix: 'delete the character' },
        ];
      }
      const problem = policy.env.valuePolicy === 'strict' ? shellTokenProblem(value) : null;
      if (problem === null) return [];
      const message = `the value of ${shown} ${problem}; policy env.valuePolicy is "strict"`;
      return [{ rule, kind: 'invalid', path, message, fix: 'delete it, or pass the data in a file' }];
    }),
};
