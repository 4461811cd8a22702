// The quotas as the front end sees them: an early answer in the caller's words. Admission and placement count again.

import type { Policy } from '../../model/policy.ts';
import { OWNER_ANNOTATION } from '../../model/names.ts';
import type { SessionReference } from '../../ports/sessions.ts';
import { countsAgainstQuota, quotaEntryOf, quotaViolations } from '../../rules/access/quota.ts';
import { FREE_A_PLACE } from '../fault-mapping.ts';
import type { ServiceParts } from '../service-parts.ts';
import { sentence, type ToolError } from '../tool-error.ts';

/** null while there is room. Sees the namespace alone; an owner's sessions in others are counted by admission. */
export async function quotaRefusal(
  { sessions }: Pick<ServiceParts, 'sessions'>,
  asked: SessionReference & { readonly annotations: Readonly<Record<string, string>>; readonly policy: Policy },
  signal: AbortSignal,
): Promise<ToolError | null> {
  const { namespace, name, annotations, policy } = asked;
  const others = (await sessions.list(namespace, signal))
    .filter((session) => countsAgainstQuota(session) && session.meta.name !== name)
    .map(quotaEntryOf);
  const violations = quotaViolations({ namespace, owner: annotations[OWNER_ANNOTATION] ?? null, others }, policy);
  if (violations.length === 0) return null;
  const what = violations.map(({ rule, message }) => `${rule}: ${sentence(message)}`).join(' ');
  return { code: 'QUOTA_EXCEEDED', what, next: FREE_A_PLACE };
}
