// Danger: as MCPS-606: a value that a script puts into a shell line runs as a command. Fields: spec.env[].value.
// Allowed: as MCPS-606, which refuses; a warning where policy env.valuePolicy is "warn".
// Source: requirements.md K-01 (profile development), design.md 8.2. The value is never shown.

import type { Violation } from '../../model/violation.ts';
import { shownValue } from '../../lib/visible-text.ts';
import { shellTokenProblem } from '../environment-value/value-problem.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const environmentValueWarning: Rule<SessionSubject> = {
  id: 'MCPS-608',
  severity: 'warn',
  title: 'shell tokens in environment values (warning)',
  why: 'A value that a script puts into a shell line runs as a command.',
  check: ({ spec }, policy) => {
    if (policy.env.valuePolicy !== 'warn') return [];
    return spec.env.flatMap(({ name, value }, index): Violation[] => {
      const problem = value === undefined ? null : shellTokenProblem(value);
      if (problem === null) return [];
      const path = `spec.env[${index}].value`;
      const message = `the value of ${shownValue(name)} ${problem}`;
      return [{ rule: 'MCPS-608', kind: 'invalid', path, message, fix: 'make sure that no script evaluates it' }];
    });
  },
};
