// Ends a session. Deleting what is not there succeeds, and so does deleting what is somebody else's: neither tells which it was.

import { ok, type Result } from '../../lib/result.ts';
import type { Caller } from '../../model/caller.ts';
import type { SessionReference } from '../../ports/sessions.ts';
import type { ServiceParts } from '../service-parts.ts';
import type { ToolError } from '../tool-error.ts';
import { readSession } from './find-session.ts';

export async function deleteSession(
  parts: ServiceParts,
  query: { readonly caller: Caller; readonly reference: SessionReference },
  signal: AbortSignal,
): Promise<Result<{ readonly alreadyGone: boolean }, ToolError>> {
  const found = await readSession(parts, { ...query, verb: 'delete', subresource: '' }, signal);
  if (!found.ok) return found;
  if (found.value === null) return ok({ alreadyGone: true });
  await parts.sessions.delete({ ...query.reference, uid: found.value.meta.uid }, signal);
  return ok({ alreadyGone: false });
}
