// Danger: a fork bomb takes the process table of the node. Fields: spec.resources.pids.
// Allowed: 10 to policy limits.maxPids. Source: CIS Docker 5.29, requirements.md section 6 "pids", K-13.

import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

/** Fewer do not hold an init, a shell and one command with threads. */
const MINIMUM = 10;

export const processLimit: Rule<SessionSubject> = {
  id: 'MCPS-405',
  severity: 'deny',
  title: 'process limit',
  why: 'A fork bomb takes the process table of the node.',
  check: ({ spec }, policy) => {
    const { pids } = spec.resources;
    const maximum = policy.limits.maxPids;
    if (pids >= MINIMUM && pids <= maximum) return [];
    const [message, fix] =
      pids < MINIMUM
        ? [`below ${MINIMUM}, the least that a shell with a command needs`, `set pids >= ${MINIMUM}`]
        : [`above ${maximum}, the maximum of profile "${policy.profile}"`, `set pids <= ${maximum}`];
    return [{ rule: 'MCPS-405', kind: 'invalid', path: 'spec.resources.pids', value: String(pids), message, fix }];
  },
};
