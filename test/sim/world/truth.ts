// What is true in the simulated world, whatever the programs believe: every session that ever was, what people and faults did to it, and
// what the programs did. The invariants are judged on this alone.

import { specHashOf } from '../../../src/plan/identity.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import { containerNameOf } from '../../../src/model/names.ts';
import type { SessionSpec } from '../../../src/model/session-spec.ts';
import type { SessionStatus } from '../../../src/model/session.ts';
import type { Change } from '../api/collection.ts';
import type { ApiObject } from '../api/objects.ts';
import type { SimContainer, SimEngine } from '../engine/sim-engine.ts';

export interface SessionTruth {
  readonly uid: string;
  readonly key: string;
  /** null once it is gone. */
  object: ApiObject | null;
  spec: SessionSpec;
  status: SessionStatus;
  createdMs: number;
  /** Whether, at any time, somebody asked for what ends a running container. */
  wasSuspended: boolean;
  wasDeleted: boolean;
  /** Shortest lifetime that it ever had, in seconds. */
  leastTtlSeconds: number;
  /** How often a hand or a fault ended or took away a container of it. */
  harmed: number;
  /** Successful effects of the programs. */
  created: number;
  started: number;
  removed: number;
  /** Why a program ended its last container that ran; null while none has, or once another one has started. */
  endedFor: string | null;
}

/** What an answer tells of the API server's time is right to half a second and half of its round trip (docs/lifetime.md). */
const CLOCK_DOUBT_MS = 1_000;

export class Truth {
  readonly sessions = new Map<string, SessionTruth>();
  /** Changes of sessions that are not about their leases and events: 0 at rest. */
  writes = 0;
  engineEffects = 0;
  /** Whether everything was refused or suspended at some time. */
  policyWasStrict = false;
  /** Furthest that any wall clock ever was ahead, in milliseconds. */
  aheadMs = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  copyFrom(other: Truth): void {
    for (const [uid, session] of other.sessions) this.sessions.set(uid, { ...session });
  }

  noteChange(plural: string, { before, after, last }: Change): void {
    if (plural === 'mcpnodes') this.writes += 1;
    if (plural !== 'mcpsessions') return;
    this.writes += 1;
    const { uid, namespace, name, deletionTimestamp } = last.metadata;
    const known = this.sessions.get(uid);
    const spec = last.spec as SessionSpec; // written by the simulated users
    const truth: SessionTruth = known ?? {
      uid,
      key: `${namespace}/${name}`,
      object: after,
      spec,
      status: {},
      createdMs: this.#now(),
      wasSuspended: false,
      wasDeleted: false,
      leastTtlSeconds: spec.lifetime.ttlSeconds,
      harmed: 0,
      created: 0,
      started: 0,
      removed: 0,
      endedFor: null,
    };
    if (known === undefined) this.sessions.set(uid, truth);
    truth.object = after;
    truth.spec = spec;
    truth.status = (last.status ?? {}) as SessionStatus; // written by the programs
    truth.leastTtlSeconds = Math.min(truth.leastTtlSeconds, spec.lifetime.ttlSeconds);
    if (spec.operatingMode === 'Suspended') truth.wasSuspended = true;
    if (deletionTimestamp !== undefined || (before !== null && after === null)) truth.wasDeleted = true;
  }

  /** null for a container that is nobody's. */
  ownerOf(spec: ContainerSpec | null): SessionTruth | null {
    return spec === null ? null : (this.sessions.get(spec.identity.uid) ?? null);
  }

  /** Milliseconds since the epoch at which the session ends by the API server's clock. */
  expiryMs({ createdMs, spec }: SessionTruth): number {
    return Math.floor(createdMs / 1000) * 1000 + spec.lifetime.ttlSeconds * 1000;
  }

  /** Whether the container is what the session should have now, by its place, generation, spec and name. */
  isCurrent(owner: SessionTruth, engine: SimEngine, spec: ContainerSpec): boolean {
    const { assignment } = owner.status;
    return (
      owner.object !== null &&
      assignment?.nodeName === engine.facts.nodeName &&
      spec.identity.instanceGeneration === assignment.instanceGeneration &&
      spec.identity.specHash === specHashOf(owner.spec) &&
      spec.containerName === containerNameOf(spec.identity)
    );
  }

  /** Why a program may end this container; null when nothing that ever happened allows it. */
  reasonToEnd(engine: SimEngine, container: SimContainer): string | null {
    const { spec } = container;
    const owner = this.ownerOf(spec);
    if (spec === null) return null;
    if (owner === null) return spec.containerName === containerNameOf(spec.identity) ? 'no session' : null;
    if (container.state !== 'running') return `it is ${container.state}`;
    if (owner.object === null || owner.wasDeleted) return 'deleted';
    if (owner.wasSuspended) return 'suspended';
    if (this.policyWasStrict) return 'policy';
    if (!this.isCurrent(owner, engine, spec)) return 'stale';
    if (owner.status.finishedAt !== undefined) return 'finished';
    const aheadMs = this.#now() + this.aheadMs + CLOCK_DOUBT_MS;
    if (aheadMs >= Math.floor(owner.createdMs / 1000) * 1000 + owner.leastTtlSeconds * 1000) return 'expired';
    const { idleTimeoutSeconds } = owner.spec.lifetime;
    if (idleTimeoutSeconds > 0 && aheadMs >= (container.startedMs ?? 0) + idleTimeoutSeconds * 1000) return 'idle';
    return null;
  }
}
