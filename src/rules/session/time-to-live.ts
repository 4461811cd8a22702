// Danger: a session that never ends holds its node's memory and its secrets for ever. Fields: spec.lifetime.ttlSeconds.
// Allowed: 1 to policy limits.maxTtlSeconds. Source: requirements.md section 6 "session TTL", S4.T3.02.

import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const timeToLive: Rule<SessionSubject> = {
  id: 'MCPS-401',
  severity: 'deny',
  title: 'time to live',
  why: 'A session that never ends holds memory and secrets for ever.',
  check: ({ spec }, policy) => {
    const { ttlSeconds } = spec.lifetime;
    const maximum = policy.limits.maxTtlSeconds;
    if (ttlSeconds >= 1 && ttlSeconds <= maximum) return [];
    const tooShort = ttlSeconds < 1;
    return [
      {
        rule: 'MCPS-401',
        kind: 'invalid',
        path: 'spec.lifetime.ttlSeconds',
        value: String(ttlSeconds),
        message: tooShort
          ? 'below 1: it would end before it begins'
          : `above ${maximum}, the maximum of profile "${policy.profile}"`,
        fix: tooShort ? 'set ttlSeconds >= 1' : `set ttlSeconds <= ${maximum}`,
      },
    ];
  },
};
