// Who may work in a session, beside RBAC: one that has an owner belongs to that subject alone.

import type { Caller } from '../../model/caller.ts';
import { type McpSession, ownerOf } from '../../model/session.ts';

/**
 * Whether ownership lets the caller use the session. Usernames are compared exactly. A session without the annotation was made
 * with kubectl, and RBAC alone decides; the caller of this function asks for that separately, and both must agree.
 */
export function mayUseSession(
  caller: Pick<Caller, 'username'>,
  session: { readonly meta: Pick<McpSession['meta'], 'annotations'> },
): boolean {
  const owner = ownerOf(session.meta);
  return owner === null || owner === caller.username;
}
