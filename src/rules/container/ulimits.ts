// Danger: an unlimited core writes through the core handler of the node; nproc counts the processes of all sessions (K-13).
// Fields: ulimits. Allowed: exactly core 0, cpu and nofile within policy limits.maxCpuTimeSeconds and limits.maxOpenFiles, each
// once, soft not above hard; the processor time that the session init shares is at least its own need, since it limits each
// command itself (K-09).
// Source: CIS Docker 5.19, security.md 4.2 Ulimits.

import { shownValue } from '../../lib/visible-text.ts';
import { type ContainerSpec, hasSessionInit, SESSION_INIT_CPU_SECONDS } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerUlimits: Rule<ContainerSpec> = {
  id: 'MCPS-914',
  severity: 'deny',
  title: 'container: ulimits',
  why: 'A process that runs or opens files without end wears its node out.',
  check: (spec, policy) => {
    const { ulimits } = spec;
    const leastCpu = hasSessionInit(spec) ? SESSION_INIT_CPU_SECONDS : 0;
    const bounds = new Map([
      ['core', { least: 0, most: 0 }],
      ['cpu', { least: 1, most: Math.max(policy.limits.maxCpuTimeSeconds, leastCpu) }],
      ['nofile', { least: 1, most: policy.limits.maxOpenFiles }],
    ]);
    const wrong = ulimits.flatMap(({ name, soft, hard }): Violation[] => {
      const bound = bounds.get(name);
      if (bound === undefined)
        return [
          containerViolation({ rule: 'MCPS-914', field: 'ulimits', message: `${shownValue(name)} is not one of ours` }),
        ];
      if (soft >= bound.least && soft <= hard && hard <= bound.most) return [];
      const message = `${name} ${soft}:${hard} is not between ${bound.least} and ${bound.most}`;
      return [containerViolation({ rule: 'MCPS-914', field: 'ulimits', message })];
    });
    const missing = [...bounds.keys()].filter((name) => ulimits.filter((ulimit) => ulimit.name === name).length !== 1);
    if (missing.length === 0) return wrong;
    return [
      ...wrong,
      containerViolation({
        rule: 'MCPS-914',
        field: 'ulimits',
        message: `must hold ${missing.join(', ')} exactly once`,
      }),
    ];
  },
};
