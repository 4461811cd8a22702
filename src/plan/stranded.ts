// A session that is deleted and still has our finalizer, although no controller is there to take it away: when placement may do it
// in its place, and what people are told until then. Nobody has looked whether a container runs, so a person has to say that the
// machine will not come back: by deleting its McpNode.

import type { McpSession } from '../model/session.ts';
import { hasBegun } from './drain.ts';
import { isLost, type NodeLife } from './node-life.ts';
import type { SessionEvent } from './events.ts';

/** What placement knows of the node that a session is assigned to. */
export interface AssignedNode {
  readonly name: string;
  readonly life: NodeLife;
  /** Whether there is an McpNode of that name. */
  readonly isListed: boolean;
}

/** Deleted, and kept by our finalizer. */
export const isHeldBack = (session: McpSession): boolean => session.meta.deletionMs !== null && hasBegun(session);

/** Why placement takes the finalizer away; null while it must not. `node`: null for a session that has none. */
export function releaseEvent(session: McpSession, node: AssignedNode | null): SessionEvent | null {
  if (!isHeldBack(session)) return null;
  if (node === null) return { reason: 'Deleted', message: 'no node ever had the session, so there is no container' };
  if (node.isListed || node.life !== 'gone') return null;
  const { name } = node;
  return {
    reason: 'NodeLost',
    message: `node ${name} is gone for good, because it is silent and its McpNode was deleted; the session is deleted without a look at its container. Should ${name} come back, its controller removes what is left there first`,
  };
}

/** What people are told while only the node, or their own word about it, can end the deletion; null while there is hope or no need. */
export function heldEvent(session: McpSession, node: AssignedNode | null): SessionEvent | null {
  if (!isHeldBack(session) || node === null || !node.isListed || !isLost(node.life)) return null;
  const { name } = node;
  return {
    reason: 'NodeLost',
    message: `the session is deleted and waits for node ${name}, which has fallen silent: its container may still run there. Bring ${name} back; or, if the machine is off for good, say so with \`kubectl delete mcpn ${name}\``,
  };
}
