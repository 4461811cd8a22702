// Danger: whoever can name the owner of a session can take it over, or hand one to somebody who never asked.
// Fields: metadata.annotations["mcpsession.dev/owner"]. Allowed: absent; on create the requester's own name, and from the front
// end's own account any name, because it names the caller it authenticated; never changed afterwards.
// Source: design.md 8.5, requirements.md S1.AUD (owner in every record).

import { shownValue } from '../../lib/visible-text.ts';
import type { Caller } from '../../model/caller.ts';
import { OWNER_ANNOTATION } from '../../model/names.ts';
import type { Violation } from '../../model/violation.ts';

export const OWNER_RULE = {
  id: 'MCPS-601',
  severity: 'deny',
  title: 'owner of a session',
  why: 'Whoever can name the owner of a session can take it over.',
} as const;

export interface OwnerRequest {
  /** The annotation as it would be stored; null when it is absent. */
  readonly owner: string | null;
  /** The annotation as it is stored, null when it is absent there; left out on create, when nothing is stored yet. */
  readonly previousOwner?: string | null | undefined;
  readonly requester: Caller;
  /** Username of the front end's own ServiceAccount. */
  readonly frontendUsername: string;
}

/** The violation of MCPS-601, or null. */
export function ownerViolation(request: OwnerRequest): Violation | null {
  const { owner, previousOwner, requester, frontendUsername } = request;
  if (previousOwner !== undefined) {
    if (owner === previousOwner) return null;
    return refusal('the owner of a session cannot be changed, added or removed', 'leave the annotation as it was');
  }
  if (owner === null || owner === requester.username) return null;
  if (requester.username === frontendUsername && owner !== '') return null;
  return refusal(
    `"${shownValue(owner)}" is not the requester "${shownValue(requester.username)}"`,
    'delete the annotation, or name yourself',
  );
}

const refusal = (message: string, fix: string): Violation => ({
  rule: OWNER_RULE.id,
  kind: 'forbidden',
  path: `metadata.annotations[${OWNER_ANNOTATION}]`,
  message,
  fix,
});
