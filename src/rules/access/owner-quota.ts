// Danger: one subject, or one agent that creates in a loop, takes the room of everybody else on the nodes.
// Fields: metadata.annotations["mcpsession.dev/owner"]. Allowed: on create, fewer than policy limits.perOwner unfinished sessions
// of the owner in all namespaces together; an owner is known of sessions that the front end made.
// Source: requirements.md S4.DEV.03, issue 5 (quotas per subject).

import { shownValue } from '../../lib/visible-text.ts';
import { OWNER_ANNOTATION } from '../../model/names.ts';
import type { Policy } from '../../model/policy.ts';
import type { Violation } from '../../model/violation.ts';

export const OWNER_QUOTA_RULE = {
  id: 'MCPS-410',
  severity: 'deny',
  title: 'sessions of one owner',
  why: 'One subject that creates in a loop takes the room of everybody else.',
} as const;

/** `others`: unfinished sessions of the same owner beside the one that is judged. */
export function ownerQuotaViolation(
  { owner, others }: { readonly owner: string; readonly others: number },
  { limits }: Policy,
): Violation | null {
  if (others < limits.perOwner) return null;
  return {
    rule: OWNER_QUOTA_RULE.id,
    kind: 'forbidden',
    path: `metadata.annotations[${OWNER_ANNOTATION}]`,
    message: `${shownValue(owner)} has ${others} unfinished sessions; policy limits.perOwner is ${limits.perOwner}`,
    fix: 'delete one of them',
  };
}
