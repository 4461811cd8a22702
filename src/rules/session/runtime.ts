// Danger: an engine takes any installed runtime or shim by name, also ones that do not isolate.
// Fields: spec.security.runtime. Allowed: what policy runtimes.allow lists (default "runc"). Source: security.md 4.2 Runtime.

import { shownValue } from '../../lib/visible-text.ts';
import { allows, shownList } from '../allow-list.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const runtime: Rule<SessionSubject> = {
  id: 'MCPS-107',
  severity: 'deny',
  title: 'OCI runtime',
  why: 'A runtime that policy does not know may not isolate at all.',
  check: ({ spec }, policy) => {
    const { runtime: name } = spec.security;
    if (allows(policy.runtimes.allow, name)) return [];
    return [
      {
        rule: 'MCPS-107',
        kind: 'forbidden',
        path: 'spec.security.runtime',
        message: `"${shownValue(name)}" is not in policy runtimes.allow (${shownList(policy.runtimes.allow)})`,
        fix: 'choose one that is listed, or leave it out for runc',
      },
    ];
  },
};
