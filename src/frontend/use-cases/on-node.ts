// One operation in a session, from right to node: right, session, state, command policy, budget, route, node. Every operation of the node protocol
// takes this way, so that none can forget a step.

import { asOperatorError } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Caller } from '../../model/caller.ts';
import { OPERATION_RIGHTS, type OperationName } from '../../model/node-operations.ts';
import type { ExecCommand, InteractiveCommand } from '../../model/node-protocol.ts';
import type { McpSession } from '../../model/session.ts';
import type { NodeSession } from '../../ports/node-access.ts';
import type { SessionReference } from '../../ports/sessions.ts';
import { rateLimited } from '../fault-mapping.ts';
import { nodeRefusal } from '../node-refusal.ts';
import type { ServiceParts } from '../service-parts.ts';
import { dead, isReady, stateOf } from '../session-view.ts';
import { sentence, type ToolError } from '../tool-error.ts';
import { findSession, readSession } from './find-session.ts';
import { refuseCommand } from './judge-command.ts';

export interface NodeCall<T> {
  readonly caller: Caller;
  /** `uid` null: whatever session has the name now. */
  readonly claim: SessionReference & { readonly uid: string | null };
  readonly operation: OperationName;
  /** What is to be started; absent for operations that start nothing. */
  readonly command?: ExecCommand | InteractiveCommand;
  readonly act: (session: NodeSession) => Promise<T>;
}

/** Refusals of the node as values; everything unexpected rejects. */
export async function onNode<T>(
  parts: ServiceParts,
  call: NodeCall<T>,
  signal: AbortSignal,
): Promise<Result<T, ToolError>> {
  const found = await usableSession(parts, call, signal);
  if (!found.ok) return found;
  const refusal = await commandRefusalOf(parts, { ...call, session: found.value }, signal);
  if (refusal !== null) return err(refusal);
  const release = startsCommand(call.operation) ? parts.execBudget.take(call.caller) : ok(() => {});
  if (!release.ok) return err(rateLimited(release.error));
  try {
    return await actOnNode(parts, { ...call, session: found.value }, signal);
  } finally {
    release.value();
  }
}

const commandRefusalOf = (
  parts: ServiceParts,
  { command, session }: Pick<NodeCall<never>, 'command'> & { readonly session: McpSession },
  signal: AbortSignal,
): Promise<ToolError | null> =>
  command === undefined ? Promise.resolve(null) : refuseCommand(parts, { session, command }, signal);

/** A yes may be a moment old, because the node checks it again; a no is asked for anew. */
async function usableSession<T>(
  parts: ServiceParts,
  call: NodeCall<T>,
  signal: AbortSignal,
): Promise<Result<McpSession, ToolError>> {
  const { caller, claim, operation } = call;
  const reference = { namespace: claim.namespace, name: claim.name };
  const query = { caller, reference, ...OPERATION_RIGHTS[operation] };
  const recent = await readSession(parts, { ...query, age: 'recent' }, signal);
  if (!recent.ok) return recent;
  if (recent.value !== null && refusalOf(call, recent.value) === null) return ok(recent.value);
  const found = await findSession(parts, query, signal);
  if (!found.ok) return found;
  const refusal = refusalOf(call, found.value);
  return refusal === null ? found : err(refusal);
}

function refusalOf<T>({ claim, operation }: NodeCall<T>, session: McpSession): ToolError | null {
  if (claim.uid !== null && claim.uid !== session.meta.uid) return replaced(session);
  return operation === 'logs' ? null : notUsable(session); // what a session wrote is kept after its end
}

const startsCommand = (operation: OperationName): boolean => operation === 'exec' || operation === 'openExec';

async function actOnNode<T>(
  parts: ServiceParts,
  call: NodeCall<T> & { readonly session: McpSession },
  signal: AbortSignal,
): Promise<Result<T, ToolError>> {
  const { namespace, name, uid } = call.session.meta;
  const route = await parts.execRoute(call.session, call.caller, signal);
  if (!route.ok) return route;
  const { endpoint, caller } = route.value;
  try {
    return ok(await call.act({ endpoint, namespace, name, uid, caller }));
  } catch (thrown) {
    const refusal = nodeRefusal(asOperatorError(thrown), { operation: call.operation, session: { namespace, name } });
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
