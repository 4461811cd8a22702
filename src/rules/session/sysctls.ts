// Danger: a kernel setting that is not kept in a namespace changes the node; a few in the network namespace open routes.
// Fields: spec.security.sysctls[]. Allowed: names in policy sysctls.allow (default the safe list of Pod Security Standards), once
// each, values without control characters. "a/b" and "a.b" are one name. Source: PSS baseline "Sysctls", security.md 4.2 Sysctls.

import { shownValue } from '../../lib/visible-text.ts';
import type { Violation } from '../../model/violation.ts';
import { allows, shownStart } from '../allow-list.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';
import { canonicalSysctl, isPlainSysctlValue, isSysctlName } from '../sysctl-name.ts';

export const sysctls: Rule<SessionSubject> = {
  id: 'MCPS-210',
  severity: 'deny',
  title: 'kernel settings',
  why: 'A kernel setting outside the namespaces of the container changes the node.',
  check: ({ spec }, policy) => {
    const seen = new Set<string>();
    return spec.security.sysctls.flatMap(({ name, value }, index): Violation[] => {
      const path = `spec.security.sysctls[${index}]`;
      const canonical = canonicalSysctl(name);
      const repeated = seen.has(canonical);
      seen.add(canonical);
      const rule = 'MCPS-210';
      if (!isSysctlName(canonical) || !allows(policy.sysctls.allow, canonical)) {
        const message = `${shownValue(name)} is not in policy sysctls.allow (${shownStart(policy.sysctls.allow)})`;
        return [{ rule, kind: 'forbidden', path: `${path}.name`, message, fix: 'delete it' }];
      }
      if (repeated) {
        const message = 'the setting is given twice';
        return [{ rule, kind: 'invalid', path: `${path}.name`, value: name, message, fix: 'keep one' }];
      }
      if (isPlainSysctlValue(value)) return [];
      const message = 'is not a plain value';
      return [
        { rule, kind: 'invalid', path: `${path}.value`, value, message, fix: 'use numbers or words on one line' },
      ];
    });
  },
};
