// Danger: an abandoned session keeps its resources. Fields: spec.lifetime.idleTimeoutSeconds. Allowed: 0 (no idle limit,
// because ttlSeconds ends the session anyway) to policy limits.maxIdleTimeoutSeconds. Source: requirements.md section 6.

import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const idleTimeout: Rule<SessionSubject> = {
  id: 'MCPS-402',
  severity: 'deny',
  title: 'idle timeout',
  why: 'An abandoned session keeps what others could use.',
  check: ({ spec }, policy) => {
    const { idleTimeoutSeconds } = spec.lifetime;
    const maximum = policy.limits.maxIdleTimeoutSeconds;
    if (idleTimeoutSeconds >= 0 && idleTimeoutSeconds <= maximum) return [];
    const negative = idleTimeoutSeconds < 0;
    return [
      {
        rule: 'MCPS-402',
        kind: 'invalid',
        path: 'spec.lifetime.idleTimeoutSeconds',
        value: String(idleTimeoutSeconds),
        message: negative ? 'below 0' : `above ${maximum}, the maximum of profile "${policy.profile}"`,
        fix: negative ? 'set 0 for no idle limit' : `set idleTimeoutSeconds <= ${maximum}`,
      },
    ];
  },
};
