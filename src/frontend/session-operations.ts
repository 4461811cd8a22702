// What the tools and the node protocol can do inside a session, for one authenticated caller at a time. Names, arguments and
// outcomes are those of NodeAccess (ports/node-access.ts), which has their contracts; refusals are values here.

import type { OutcomeOf, RestOf } from '../lib/method-types.ts';
import type { Result } from '../lib/result.ts';
import type { Caller } from '../model/caller.ts';
import type { InteractiveCommand } from '../model/node-protocol.ts';
import type { NodeAccess, NodeSession } from '../ports/node-access.ts';
import type { SessionReference } from '../ports/sessions.ts';
import type { ServiceParts } from './service-parts.ts';
import type { ToolError } from './tool-error.ts';
import { onNode } from './use-cases/on-node.ts';

/** The session that a call means. `uid` null: whatever session has the name now. */
export type SessionClaim = SessionReference & { readonly uid: string | null };

/** Everything of NodeAccess but `exec`, which has a use case of its own. */
export type SessionOperationName = Exclude<keyof NodeAccess, 'exec'>;

/** Each: (caller, session, ...the arguments of NodeAccess after its session, signal). */
export type SessionOperations = {
  readonly [Name in SessionOperationName]: (
    caller: Caller,
    session: SessionClaim,
    ...rest: RestOf<NodeAccess[Name]>
  ) => Promise<Result<OutcomeOf<NodeAccess[Name]>, ToolError>>;
};

export function createSessionOperations(parts: ServiceParts): SessionOperations {
  // The compiler does not follow that arguments and outcome of one name belong to the method of the same name; that every method
  // takes its signal last, and openExec its command first, is the shape of NodeAccess.
  const operation = <Name extends SessionOperationName>(name: Name) =>
    (<T>(caller: Caller, claim: SessionClaim, ...rest: unknown[]): Promise<Result<T, ToolError>> => {
      const method = parts.nodeAccess[name] as (session: NodeSession, ...given: unknown[]) => Promise<T>;
      const signal = rest.at(-1) as AbortSignal;
      const started = name === 'openExec' ? { command: rest[0] as InteractiveCommand } : {};
      const act = (session: NodeSession): Promise<T> => method(session, ...rest);
      return onNode(parts, { caller, claim, operation: name, ...started, act }, signal);
    }) as SessionOperations[Name];
  return {
    openExec: operation('openExec'),
    listExecs: operation('listExecs'),
    execRecord: operation('execRecord'),
    execOutput: operation('execOutput'),
    execInput: operation('execInput'),
    execKill: operation('execKill'),
    logs: operation('logs'),
    fileStat: operation('fileStat'),
    fileList: operation('fileList'),
    fileRead: operation('fileRead'),
    fileWrite: operation('fileWrite'),
    fileMakeDirectory: operation('fileMakeDirectory'),
    fileRemove: operation('fileRemove'),
    forward: operation('forward'),
  };
}
