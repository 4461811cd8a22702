// Who may do what in a session here: the front end's own account speaks, for a caller that it names, and both are asked about again.
// The node believes the front end only in who the caller is, never in what the caller may do. One admission for every operation.

import { OperatorError } from '../lib/errors.ts';
import type { Caller } from '../model/caller.ts';
import { NODE_AUDIENCE } from '../model/names.ts';
import { OPERATION_RIGHTS, type OperationName } from '../model/node-operations.ts';
import type { McpSession } from '../model/session.ts';
import type { Authenticator, Authorizer } from '../ports/authority.ts';
import type { SessionReference } from '../ports/sessions.ts';
import { mayUseSession } from '../rules/access/session-access.ts';

/** A session as its node knows it. */
export interface NodeTarget {
  readonly session: McpSession;
  /** null while there is no running container. */
  readonly containerId: string | null;
  /** "<uid>:<gid>". */
  readonly user: string;
  readonly workingDir: string;
  /** Whether the running container was compared with what was approved, and is it. */
  readonly verified: boolean;
}

export type RunningTarget = NodeTarget & { readonly containerId: string };

/** The session of this node with this name and UID; null when the node has none. */
export type FindTarget = (
  reference: SessionReference & { readonly uid: string },
) => NodeTarget | null | Promise<NodeTarget | null>;

/** Rejects unless the token is good for node APIs and belongs to the front end. */
export async function requireFrontend(
  input: { readonly token: string | null; readonly authenticator: Authenticator; readonly frontendUsername: string },
  signal: AbortSignal,
): Promise<void> {
  const { token, authenticator, frontendUsername } = input;
  const peer = token === null ? null : await authenticator.authenticate(token, NODE_AUDIENCE, signal);
  if (peer === null)
    throw new OperatorError('unauthenticated', `a bearer token for audience "${NODE_AUDIENCE}" is needed`);
  if (peer.username !== frontendUsername) {
    throw new OperatorError(
      'forbidden',
      `only the front end's account may call a node API; the token belongs to ${JSON.stringify(peer.username)}`,
    );
  }
}

/** What is asked for, and for whom. */
export interface Asked extends SessionReference {
  readonly operation: OperationName;
  readonly uid: string;
  /** As the front end names it. */
  readonly caller: Caller | null;
}

export interface AdmitDependencies {
  readonly authorizer: Authorizer;
  readonly findTarget: FindTarget;
}

/** The session, whatever its state. Rejects with `invalid`, `forbidden` or `not-found` (also for a session of somebody else). */
export async function requireSession(asked: Asked, deps: AdmitDependencies, signal: AbortSignal): Promise<NodeTarget> {
  const { namespace, name, uid, caller } = asked;
  if (caller === null) throw new OperatorError('invalid', 'the front end has to name the caller');
  const { verb, subresource } = OPERATION_RIGHTS[asked.operation];
  const access = { verb, resource: 'mcpsessions', subresource, namespace, name } as const;
  const { allowed } = await deps.authorizer.allowed(caller, access, signal);
  if (!allowed) {
    throw new OperatorError(
      'forbidden',
      `the caller may not ${verb} mcpsessions/${subresource} on session ${namespace}/${name}`,
    );
  }
  const target = await deps.findTarget({ namespace, name, uid });
  if (target === null || target.session.meta.uid !== uid || !mayUseSession(caller, target.session)) {
    throw new OperatorError('not-found', `this node has no session ${namespace}/${name} with that UID`);
  }
  return target;
}

/** The container to act in. Rejects like requireSession, and with `unavailable`. */
export async function requireTarget(
  asked: Asked,
  deps: AdmitDependencies,
  signal: AbortSignal,
): Promise<RunningTarget> {
  return requireRunning(await requireSession(asked, deps, signal));
}

function requireRunning(target: NodeTarget): RunningTarget {
  const { namespace, name, deletionMs } = target.session.meta;
  if (deletionMs !== null) throw new OperatorError('unavailable', `session ${namespace}/${name} is being deleted`);
  if (target.containerId === null)
    throw new OperatorError('unavailable', `session ${namespace}/${name} has no running container`);
  if (!target.verified)
    throw new OperatorError('unavailable', `the isolation of session ${namespace}/${name} is not verified`);
  return { ...target, containerId: target.containerId };
}
