// Where a command goes: to the node API of the session's node, or (on a person's machine) to the front end.

import { err, ok, type Result } from '../lib/result.ts';
import type { Caller } from '../model/caller.ts';
import type { McpSession } from '../model/session.ts';
import type { NodeEndpoint } from '../ports/node-access.ts';
import type { NodeStore } from '../ports/nodes.ts';
import type { ToolError } from './tool-error.ts';

export interface ExecTarget {
  readonly endpoint: NodeEndpoint;
  /** Whom the request names; null: the bearer of the token speaks for itself. */
  readonly caller: Caller | null;
}

export type ExecRoute = (
  session: McpSession,
  caller: Caller,
  signal: AbortSignal,
) => Promise<Result<ExecTarget, ToolError>>;

/**
 * Straight to the node: its address and CA come from McpNode.status.nodeApi. Whoever may write that status is believed; no policy
 * limits it to the node's own identity yet (docs/threat-model.md).
 */
export const routeToNode =
  (nodes: NodeStore): ExecRoute =>
  async (session, caller, signal) => {
    const nodeName = session.status.assignment?.nodeName;
    const endpoint =
      nodeName === undefined ? undefined : (await nodes.read(nodeName, signal, 'recent'))?.status.nodeApi;
    if (endpoint !== undefined) return ok({ endpoint, caller });
    const what =
      nodeName === undefined
        ? 'has no node yet'
        : `runs on node "${nodeName}", which does not say how its node API is reached`;
    return err({
      code: 'NOT_READY_YET',
      what: `Session "${session.meta.name}" ${what}.`,
      next: `retry in a few seconds, or call session_get with session="${session.meta.name}" ns="${session.meta.namespace}"`,
    });
  };

/** By way of the front end, which authenticates the token and asks again. */
export const routeToFrontend =
  (endpoint: NodeEndpoint): ExecRoute =>
  () =>
    Promise.resolve(ok({ endpoint, caller: null }));
