// Whether it is a session's turn under the quotas. Admission counts what it sees, so a burst of creates can pass it; here one
// program decides after another, and those that came first go first (requirements.md S4.DEV.03, "race-safe").

import type { Policy } from '../model/policy.ts';
import { countedQuotaViolations, type QuotaEntry } from '../rules/access/quota.ts';
import { renderSummary } from '../rules/render.ts';
import type { Report } from './step.ts';

/** Who is before a session: those that have a node already, and those without one that were made before. */
export interface Ahead {
  readonly ofOwner: number;
  readonly ofNamespace: number;
}

/** null when it is its turn; else what people should see while it waits. */
export function waitForQuota(asked: QuotaEntry & Ahead, policy: Policy): Report | null {
  const violations = countedQuotaViolations(asked, policy);
  if (violations.length === 0) return null;
  return { reason: 'NoEligibleNode', message: `${renderSummary(violations)}; the session waits for its turn` };
}
