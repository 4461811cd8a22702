// Whether it is a session's turn under the quotas. Admission counts what it sees, so a burst of creates can pass it; here one
// program decides after another, and those that came first go first (requirements.md S4.DEV.03, "race-safe").

import type { Policy } from '../model/policy.ts';
import type { McpSession } from '../model/session.ts';
import { countsAgainstQuota, type QuotaEntry, quotaEntryOf, quotaViolations } from '../rules/access/quota.ts';
import { renderSummary } from '../rules/render.ts';
import type { Report } from './step.ts';

/** null when it is its turn; else what people should see while it waits. `sessions`: all there are, of every namespace. */
export function waitForQuota(session: McpSession, sessions: Iterable<McpSession>, policy: Policy): Report | null {
  const violations = quotaViolations({ ...quotaEntryOf(session), others: ahead(session, sessions) }, policy);
  if (violations.length === 0) return null;
  return { reason: 'NoEligibleNode', message: `${renderSummary(violations)}; the session waits for its turn` };
}

/** Those that have a node already, and those that were made before. */
function* ahead(session: McpSession, sessions: Iterable<McpSession>): Iterable<QuotaEntry> {
  for (const other of sessions) {
    if (other.meta.uid === session.meta.uid || !countsAgainstQuota(other)) continue;
    if (other.status.assignment !== undefined || isBefore(other, session)) yield quotaEntryOf(other);
  }
}

/** The API server's clock has seconds, so the UID decides between those of one second: the same answer whoever asks. */
function isBefore({ meta: left }: McpSession, { meta: right }: McpSession): boolean {
  if (left.creationMs !== right.creationMs) return left.creationMs < right.creationMs;
  return left.uid < right.uid;
}
