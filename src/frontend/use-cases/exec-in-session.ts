// Runs a command in a session: right, session, state, budget, then the node of the session.

import { asOperatorError } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Caller } from '../../model/caller.ts';
import type { ExecCommand, ExecFrame } from '../../model/node-protocol.ts';
import type { McpSession } from '../../model/session.ts';
import type { SessionReference } from '../../ports/sessions.ts';
import { execRefusal, rateLimited } from '../fault-mapping.ts';
import type { ServiceParts } from '../service-parts.ts';
import { dead, isReady, stateOf } from '../session-view.ts';
import { sentence, type ToolError } from '../tool-error.ts';
import { findSession } from './find-session.ts';

export interface ExecQuery {
  readonly caller: Caller;
  /** `uid` null: whatever session has the name now. */
  readonly request: SessionReference & { readonly uid: string | null; readonly command: ExecCommand };
  readonly onFrame: (frame: ExecFrame) => void;
}

export async function execInSession(
  parts: ServiceParts,
  query: ExecQuery,
  signal: AbortSignal,
): Promise<Result<null, ToolError>> {
  const { caller, request } = query;
  const reference = { namespace: request.namespace, name: request.name };
  const found = await findSession(parts, { caller, reference, verb: 'create', subresource: 'exec' }, signal);
  if (!found.ok) return found;
  const session = found.value;
  const refusal = request.uid !== null && request.uid !== session.meta.uid ? replaced(session) : notUsable(session);
  if (refusal !== null) return err(refusal);
  const claim = parts.execBudget.take(caller);
  if (!claim.ok) return err(rateLimited(claim.error));
  try {
    return await runOnNode(parts, { ...query, session }, signal);
  } finally {
    claim.value();
  }
}

async function runOnNode(
  parts: ServiceParts,
  query: ExecQuery & { readonly session: McpSession },
  signal: AbortSignal,
): Promise<Result<null, ToolError>> {
  const { session, request, onFrame } = query;
  const route = await parts.execRoute(session, query.caller, signal);
  if (!route.ok) return route;
  const { endpoint, caller } = route.value;
  const reference = { namespace: request.namespace, name: request.name };
  try {
    const execRequest = { sessionUid: session.meta.uid, caller, command: request.command };
    await parts.nodeAccess.exec(endpoint, reference, execRequest, onFrame, signal);
    return ok(null);
  } catch (thrown) {
    const refusal = execRefusal(asOperatorError(thrown), reference);
    if (refusal === null) throw thrown;
    return err(refusal);
  }
}

/** The UID of the request belongs to an earlier session of the same name. */
const replaced = (session: McpSession): ToolError => ({
  code: 'SESSION_NOT_FOUND',
  what: `Session "${session.meta.name}" in namespace "${session.meta.namespace}" is not the one that was meant; it was deleted and created anew.`,
  next: 'call session_list',
});

function notUsable(session: McpSession): ToolError | null {
  if (isReady(session)) return null;
  const { name, namespace } = session.meta;
  const end = dead(session);
  if (end?.finished === true) {
    return {
      code: 'SESSION_EXPIRED',
      what: `Session "${name}" has ended (${end.reason}): ${sentence(end.message)}`,
      next: 'call session_create for a new session',
    };
  }
  const what = end === null ? `is not ready yet (${stateOf(session)})` : `can not run (${end.reason}): ${end.message}`;
  return {
    code: 'NOT_READY_YET',
    what: sentence(`Session "${name}" ${what}`),
    next:
      end === null
        ? `retry in a few seconds, or call session_get with session="${name}" ns="${namespace}"`
        : `call session_delete with session="${name}" ns="${namespace}", then session_create`,
  };
}
