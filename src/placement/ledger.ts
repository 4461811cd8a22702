// Sums over all sessions, kept by their changes: what is held on each node, and how many count against each quota. No question
// costs more because there are more sessions.

import { sessionKeyOf } from '../model/names.ts';
import { type McpSession, ownerOf } from '../model/session.ts';
import { minus, NO_ROOM, plus, type Reserve, type Room, roomHeldBy } from '../plan/room.ts';
import { countsAgainstQuota } from '../rules/access/quota.ts';

/** What one session adds to the sums. */
interface Entry {
  /** Node that it is assigned to, whether it holds room there or not. */
  readonly nodeName: string | null;
  readonly room: Room;
  readonly image: string | null;
  /** Names of the counters that it is in. */
  readonly counts: readonly string[];
}

export interface Ledger {
  /** The session is now as given; null when it is gone. True when room or a place in a quota became free. */
  note(key: string, session: McpSession | null): boolean;
  used(nodeName: string): Room;
  /** Keys of the sessions that are assigned to the node. */
  keysOn(nodeName: string): Iterable<string>;
  /** Whether a session of this image holds room on the node. */
  hasImage(nodeName: string, image: string): boolean;
  /** Sessions with a node that count against the quota of a namespace, or of an owner. */
  countOf(whose: { readonly namespace: string } | { readonly owner: string }): number;
  /** Nodes that any session is assigned to. */
  nodeNames(): Iterable<string>;
}

interface NodeSums {
  readonly keys: Set<string>;
  readonly images: Map<string, number>;
  used: Room;
}

export function createLedger(reserve: Reserve): Ledger {
  const entries = new Map<string, Entry>();
  const nodes = new Map<string, NodeSums>();
  const counters = new Map<string, number>();

  const sumsOf = (nodeName: string): NodeSums => {
    const known = nodes.get(nodeName);
    if (known !== undefined) return known;
    const sums: NodeSums = { keys: new Set(), images: new Map(), used: NO_ROOM };
    nodes.set(nodeName, sums);
    return sums;
  };

  const apply = (key: string, entry: Entry, by: 1 | -1): void => {
    for (const name of entry.counts) addTo(counters, name, by);
    if (entry.nodeName === null) return;
    const sums = sumsOf(entry.nodeName);
    sums.used = by === 1 ? plus(sums.used, entry.room) : minus(sums.used, entry.room);
    if (entry.image !== null) addTo(sums.images, entry.image, by);
    if (by === 1) sums.keys.add(key);
    else sums.keys.delete(key);
    if (sums.keys.size === 0) nodes.delete(entry.nodeName);
  };

  return {
    note(key, session) {
      const before = entries.get(key) ?? null;
      const after = session === null ? null : entryOf(session, reserve);
      if (before !== null) apply(key, before, -1);
      if (after !== null) apply(key, after, 1);
      if (after === null) entries.delete(key);
      else entries.set(key, after);
      return before !== null && gaveUp(before, after);
    },
    used: (nodeName) => nodes.get(nodeName)?.used ?? NO_ROOM,
    keysOn: (nodeName) => nodes.get(nodeName)?.keys ?? [],
    hasImage: (nodeName, image) => nodes.get(nodeName)?.images.has(image) === true,
    countOf: (whose) => counters.get('owner' in whose ? ownerCounter(whose.owner) : whose.namespace) ?? 0,
    nodeNames: () => nodes.keys(),
  };
}

/** No name of a namespace has a colon. */
const ownerCounter = (owner: string): string => `owner:${owner}`;

function entryOf(session: McpSession, reserve: Reserve): Entry {
  const { assignment } = session.status;
  const held = roomHeldBy(session, reserve);
  const counted = assignment !== undefined && countsAgainstQuota(session);
  const owner = ownerOf(session.meta);
  const names = owner === null ? [session.meta.namespace] : [session.meta.namespace, ownerCounter(owner)];
  return {
    nodeName: assignment?.nodeName ?? null,
    room: held?.room ?? NO_ROOM,
    image: held === null ? null : (session.spec?.image ?? null),
    counts: counted ? names : [],
  };
}

function gaveUp(before: Entry, after: Entry | null): boolean {
  if (before.counts.length > 0 && (after?.counts.length ?? 0) === 0) return true;
  if (before.room.slots === 0) return false;
  return after === null || after.nodeName !== before.nodeName || after.room.slots === 0;
}

function addTo(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}

/** The sums of all sessions at once: at the beginning, and when policy reserves another share. */
export function ledgerOf(sessions: Iterable<McpSession>, reserve: Reserve): Ledger {
  const ledger = createLedger(reserve);
  for (const session of sessions) ledger.note(sessionKeyOf(session.meta), session);
  return ledger;
}
