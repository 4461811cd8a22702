// Danger: variables such as LD_PRELOAD or BASH_ENV run code of their choice in every program, without any shell character.
// Fields: spec.env[].name; the value of PATH. Allowed: names outside the list and the reserved prefixes, or an empty value,
// which takes away what the image sets; a PATH of absolute entries. Source: requirements.md S0.H1.09, security.md 4.4 Env; the list is in hijacking-names.ts.

import type { Violation } from '../../model/violation.ts';
import { hasRelativeEntry, isHijackingVariable, isOperatorName } from '../hijacking-names.ts';
import { shownValue } from '../../lib/visible-text.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const hijackingEnvironment: Rule<SessionSubject> = {
  id: 'MCPS-603',
  severity: 'deny',
  title: 'environment names that hijack programs',
  why: 'Such a variable runs code of its choice in every program of the session.',
  check: ({ spec }) =>
    spec.env.flatMap(({ name, value }, index): Violation[] => {
      const path = `spec.env[${index}]`;
      const rule = 'MCPS-603';
      if (isHijackingVariable(name, value)) {
        const message = `${shownValue(name)} changes what programs load or run`;
        return [{ rule, kind: 'forbidden', path: `${path}.name`, message, fix: 'delete this variable' }];
      }
      if (isOperatorName(name)) {
        const message = `${shownValue(name)} has a prefix that is reserved for the operator`;
        return [{ rule, kind: 'forbidden', path: `${path}.name`, message, fix: 'choose another name' }];
      }
      if (name !== 'PATH' || value === undefined || !hasRelativeEntry(value)) return [];
      const message = 'PATH holds an entry that is not absolute';
      return [{ rule, kind: 'forbidden', path: `${path}.value`, message, fix: 'list absolute directories only' }];
    }),
};
