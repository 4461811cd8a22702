// What a placement knows while it leads: sums, queue, kept nodes. All of it follows from the sessions and nodes as they are; a
// successor makes it anew from its first list.

import { sameJson } from '../lib/same-json.ts';
import { sessionKeyOf } from '../model/names.ts';
import type { McpNode } from '../model/node.ts';
import type { Policy } from '../model/policy.ts';
import { type McpSession, ownerOf } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { expiryMs } from '../plan/expiry.ts';
import type { NodeLife } from '../plan/node-life.ts';
import type { NodeSeen } from '../plan/place.ts';
import { type NodeNeed, nodeNeedOf } from '../plan/placement-need.ts';
import { waitForQuota } from '../plan/quota-turn.ts';
import { NO_ROOM, type Reserve } from '../plan/room.ts';
import type { Report } from '../plan/step.ts';
import type { AssignedNode } from '../plan/stranded.ts';
import { createLedger, type Ledger, ledgerOf } from './ledger.ts';
import { Reservations } from './reservations.ts';
import { type QueuedSession, type WaitingEntry, WaitingQueue } from './waiting.ts';

export interface Surroundings {
  readonly nodes: { all(): Iterable<McpNode>; cached(name: string): McpNode | null };
  readonly life: (nodeName: string) => NodeLife;
  readonly nowMs: () => number;
}

export class PlacementState {
  readonly waiting = new WaitingQueue();
  readonly #reservations = new Reservations();
  /** Shapes of which one was tried in vain since something changed for all. */
  readonly #blocked = new Set<string>();
  readonly #around: Surroundings;
  #reserve: Reserve = NO_ROOM;
  #ledger: Ledger = createLedger(NO_ROOM);
  #retryAll = true;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  get reserve(): Reserve {
    return this.#reserve;
  }

  /** Policy reserves another share for each session now: every sum is another one. */
  setReserve(reserve: Reserve, sessions: () => Iterable<McpSession>): void {
    if (sameJson(reserve, this.#reserve)) return;
    this.#reserve = reserve;
    this.#ledger = ledgerOf(sessions(), reserve);
    this.retryAll();
  }

  /** The session is now as given, or gone; "new" when it begins to wait. */
  note(key: string, session: McpSession | null): 'new' | 'known' {
    if (this.#ledger.note(key, session)) this.retryAll();
    const need = session === null ? null : nodeNeedOf(session, this.lifeOf(session));
    if (session?.spec != null && need !== null) {
      return this.waiting.put(entryOf({ session, spec: session.spec, need, nowMs: this.#around.nowMs() }))
        ? 'new'
        : 'known';
    }
    const wasWaiting = this.waiting.remove(key);
    const keptNode = this.#reservations.release(key);
    // One that leaves without a node gives its turn, and what was kept for it, to those behind.
    if (keptNode || (wasWaiting && session?.status.assignment === undefined)) this.retryAll();
    return 'known';
  }

  /** Whether its time has run out since it began to wait. */
  isOverdue(key: string): boolean {
    const entry = this.waiting.get(key);
    return entry !== null && !entry.isOver && this.#around.nowMs() >= entry.overMs;
  }

  /** null while it has no node. */
  lifeOf({ status }: McpSession): NodeLife | null {
    return status.assignment === undefined ? null : this.#around.life(status.assignment.nodeName);
  }

  /** null while it has no node. */
  assignedNode(session: McpSession): AssignedNode | null {
    const name = session.status.assignment?.nodeName;
    const life = this.lifeOf(session);
    if (name === undefined || life === null) return null;
    return { name, life, isListed: this.#around.nodes.cached(name) !== null };
  }

  retryAll(): void {
    this.#retryAll = true;
  }

  get hasUntried(): boolean {
    return this.waiting.hasUntried || (this.#retryAll && this.waiting.size > 0);
  }

  /** The oldest that was not tried since something changed for it. */
  takeUntried(): QueuedSession | null {
    if (this.#retryAll) {
      this.#retryAll = false;
      this.#blocked.clear();
      this.waiting.retryAll();
    }
    return this.waiting.takeUntried();
  }

  isBlocked({ shape }: QueuedSession): boolean {
    return this.#blocked.has(shape);
  }

  block({ shape }: QueuedSession): void {
    this.#blocked.add(shape);
  }

  /** One more was placed, which may be the last one before those that it has overtaken. */
  placed(): void {
    for (const { shape } of this.waiting.placed()) this.#blocked.delete(shape);
  }

  keepNode(entry: QueuedSession, later: readonly string[]): void {
    this.#reservations.keep(entry, later);
  }

  /** null when it is its turn. */
  quotaReport(entry: QueuedSession, policy: Policy): Report | null {
    if (entry.counted) return null;
    const { namespace, owner } = entry;
    const before = this.waiting.aheadOf(entry);
    const ofNamespace = before.ofNamespace + this.#ledger.countOf({ namespace });
    const ofOwner = owner === null ? 0 : before.ofOwner + this.#ledger.countOf({ owner });
    return waitForQuota({ namespace, owner, ofNamespace, ofOwner }, policy);
  }

  nodesFor(entry: QueuedSession, spec: SessionSpec): readonly NodeSeen[] {
    return [...this.#around.nodes.all()].map((node) => ({
      node,
      alive: this.#around.life(node.name) === 'alive',
      used: this.#ledger.used(node.name),
      expectsImage: this.#ledger.hasImage(node.name, spec.image),
      reserved: this.#reservations.isKeptFrom(entry, node.name),
    }));
  }
}

function entryOf(input: {
  readonly session: McpSession;
  readonly spec: SessionSpec;
  readonly need: NodeNeed;
  readonly nowMs: number;
}): WaitingEntry {
  const { session, spec, need, nowMs } = input;
  const { meta } = session;
  const { cpu, memory } = spec.resources;
  const overMs = expiryMs(session, spec);
  const isOver = nowMs >= overMs;
  const selector = Object.entries(spec.nodeSelector).sort(([left], [right]) => (left < right ? -1 : 1));
  const needs = [cpu, memory, spec.security.runtime, spec.workspace, need.only, selector];
  // Whether a disk without a bound will do is a matter of the namespace's policy.
  const policyOf = spec.workspace.medium === 'Disk' ? meta.namespace : '';
  return {
    key: sessionKeyOf(meta),
    uid: meta.uid,
    creationMs: meta.creationMs,
    namespace: meta.namespace,
    owner: ownerOf(meta),
    shape: isOver ? 'over' : JSON.stringify([...needs, policyOf]),
    only: need.only,
    isOver,
    overMs,
    counted: session.status.assignment !== undefined,
  };
}
