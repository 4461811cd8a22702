// The session that a call names, if the caller may: right first, then existence, then ownership. What is missing and what is
// somebody else's answer the same.

import { isFault } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { AccessRequest, Caller } from '../../model/caller.ts';
import type { McpSession } from '../../model/session.ts';
import type { ReadAge, SessionReference } from '../../ports/sessions.ts';
import { forbidden } from '../fault-mapping.ts';
import type { ServiceParts } from '../service-parts.ts';
import { expiresAt, stateOf, timeLeft } from '../session-view.ts';
import type { ToolError } from '../tool-error.ts';

/** Sessions named in the answer to a wrong name. */
const MAX_HINTS = 5;

export interface SessionQuery {
  readonly caller: Caller;
  readonly reference: SessionReference;
  readonly verb: AccessRequest['verb'];
  readonly subresource: AccessRequest['subresource'];
  /** Default "live". */
  readonly age?: ReadAge;
}

export async function findSession(
  parts: ServiceParts,
  query: SessionQuery,
  signal: AbortSignal,
): Promise<Result<McpSession, ToolError>> {
  const found = await readSession(parts, query, signal);
  if (!found.ok || found.value !== null) return found as Result<McpSession, ToolError>; // null is excluded by the line above
  return err(await sessionNotFound(parts, query, signal));
}

/** Like findSession, with null for a session that is missing or somebody else's. */
export async function readSession(
  parts: ServiceParts,
  query: SessionQuery,
  signal: AbortSignal,
): Promise<Result<McpSession | null, ToolError>> {
  const { caller, reference, verb, subresource } = query;
  const request: AccessRequest = { verb, resource: 'mcpsessions', subresource, ...reference };
  // Asked together for speed; the right is judged first, so that nothing is learned without it.
  const [allowed, session] = await Promise.all([
    parts.access.allowed(caller, request, signal),
    parts.sessions.read(reference, signal, query.age).catch(forbiddenAsMissing),
  ]);
  if (!allowed || session === 'forbidden') return err(forbidden(caller, request));
  return ok(session !== null && parts.access.mayUse(caller, session) ? session : null);
}

export async function listSessions(
  parts: ServiceParts,
  query: { readonly caller: Caller; readonly namespace: string },
  signal: AbortSignal,
): Promise<Result<readonly McpSession[], ToolError>> {
  const { caller, namespace } = query;
  const request: AccessRequest = { verb: 'list', resource: 'mcpsessions', subresource: '', namespace, name: '' };
  if (!(await parts.access.allowed(caller, request, signal))) return err(forbidden(caller, request));
  const sessions = await parts.sessions.list(namespace, signal).catch(forbiddenAsMissing);
  if (sessions === 'forbidden') return err(forbidden(caller, request));
  const usable = sessions.filter((session) => parts.access.mayUse(caller, session));
  return ok(usable.sort((left, right) => (left.meta.name < right.meta.name ? -1 : 1)));
}

/** On a person's machine the API server itself refuses. */
function forbiddenAsMissing(thrown: unknown): 'forbidden' {
  if (isFault(thrown, 'forbidden')) return 'forbidden';
  throw thrown;
}

async function sessionNotFound(parts: ServiceParts, query: SessionQuery, signal: AbortSignal): Promise<ToolError> {
  const { namespace, name } = query.reference;
  const listed = await listSessions(parts, { caller: query.caller, namespace }, signal);
  const own = listed.ok ? listed.value.slice(0, MAX_HINTS) : [];
  const nowMs = parts.clock.nowMs();
  const names = own.map(
    (session) => `${session.meta.name} (${stateOf(session)}, ${timeLeft(expiresAt(session), nowMs)})`,
  );
  const first = own[0];
  return {
    code: 'SESSION_NOT_FOUND',
    what: `No session ${JSON.stringify(name)} in namespace "${namespace}".${names.length > 0 ? ` Yours: ${names.join(', ')}.` : ''}`,
    next:
      first === undefined ? 'call session_create' : `retry with session="${first.meta.name}" or call session_create`,
  };
}
