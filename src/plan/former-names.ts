// A machine whose node was given another name. Its engine may still hold what was made under the name before: containers, networks and
// volumes that no controller lists any more. Which names those are, and what becomes of what is held under one. Pure.

import { counted } from '../lib/counted.ts';
import type { AttachmentSummary } from '../model/attachments.ts';
import { MOST_FORMER_NAMES, type NodeState } from '../model/node-state.ts';
import type { McpSession } from '../model/session.ts';

/** The names that this machine had before it was called `nodeName`, oldest first; a name that came back is none of them. */
export function namesBefore(
  { nodeName: lastName, formerNames }: Pick<NodeState, 'nodeName' | 'formerNames'>,
  nodeName: string,
): readonly string[] {
  const names = [...formerNames.filter((name) => name !== lastName), lastName];
  return names.filter((name) => name !== nodeName).slice(-MOST_FORMER_NAMES);
}

/** What the engine holds under a former name for one session. */
export interface HeldForSession {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Ids. */
  readonly containers: readonly string[];
  readonly attachments: readonly AttachmentSummary[];
}

export interface Removal {
  readonly kind: 'container' | AttachmentSummary['kind'];
  /** Id of a container or network; name of a volume. */
  readonly id: string;
}

export interface RemovalsOfSession {
  readonly held: HeldForSession;
  /** In their order: a network and a volume can go once no container uses them. */
  readonly removals: readonly Removal[];
}

export type FormerNameStep =
  /** Nothing of the name is left on the engine. */
  | { readonly do: 'forget' }
  | {
      readonly do: 'look-after';
      readonly sessions: readonly RemovalsOfSession[];
      /** For people: what waits for a word of theirs. null: nothing does. */
      readonly message: string | null;
    };

/**
 * What a session has left goes, as the former name's own controller would remove it. A session that is still assigned to the former name
 * keeps what it has: while there is an McpNode of that name, the name may come back; afterwards placement moves the session, or a person
 * deletes it.
 */
export function whatToDo(seen: {
  readonly former: string;
  /** Whether the API server has an McpNode of the former name. */
  readonly nodeThere: boolean;
  readonly held: readonly HeldForSession[];
  /** By UID, as the API server itself says; null: there is none. Who is missing here is unknown, which is not absent. */
  readonly sessionsOfIt: ReadonlyMap<string, McpSession | null>;
}): FormerNameStep {
  const { former, nodeThere, held, sessionsOfIt } = seen;
  if (held.length === 0) return { do: 'forget' };
  const sessions = held.map((each) => ({ held: each, removals: removalsOf(former, each, sessionsOfIt.get(each.uid)) }));
  const waiting = sessions.filter(({ removals }) => removals.length === 0).map(({ held: each }) => each);
  return {
    do: 'look-after',
    sessions: sessions.filter(({ removals }) => removals.length > 0),
    message: nodeThere && waiting.length > 0 ? renamedText(former, waiting) : null,
  };
}

/** As the former name's own controller would do it: a workspace that persists goes with its session alone. */
function removalsOf(former: string, held: HeldForSession, session: McpSession | null | undefined): readonly Removal[] {
  if (session === undefined) return [];
  const isGone = session === null || session.meta.uid !== held.uid;
  if (!isGone && !isElsewhere(session, former)) return [];
  const ofKind = (kind: AttachmentSummary['kind']): readonly Removal[] =>
    held.attachments
      .filter((each) => each.kind === kind && (isGone || !each.persistent))
      .map(({ id }): Removal => ({ kind, id }));
  const containers = held.containers.map((id): Removal => ({ kind: 'container', id }));
  return [...containers, ...ofKind('network'), ...ofKind('workspace')];
}

/** A spec that this release cannot read says nothing about what the session should have. */
const isElsewhere = ({ spec, status }: McpSession, former: string): boolean =>
  spec !== null && status.assignment?.nodeName !== former;

function renamedText(former: string, held: readonly HeldForSession[]): string {
  const containers = held.reduce((sum, each) => sum + each.containers.length, 0);
  const others = held.reduce((sum, each) => sum + each.attachments.length, 0);
  const what = [
    ...(containers > 0 ? [counted(containers, 'container')] : []),
    ...(others > 0 ? [counted(others, 'network or volume', 'networks and volumes')] : []),
  ].join(' and ');
  return `this machine was node ${former} before, and its engine still holds ${what} of sessions of ${former}, which no controller looks after. Give the node its old name back, and they go on; or run \`kubectl delete mcpnode ${former}\`: its sessions with failurePolicy Recreate move, the others end when you delete them, and what they leave here is removed`;
}
