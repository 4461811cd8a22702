// The small world as plain immutable values. A world is two sessions, two controller processes and what faults are left; all that
// concerns one session (its object, its containers, what each controller knows of it and does for it) is a KeyState.

import type { SessionMemory } from '../../../src/controller/session-memory.ts';
import type { FaultKind } from '../../../src/lib/errors.ts';
import type { ContainerSpec, NodeFacts, ObservedContainer } from '../../../src/model/container.ts';
import type { SessionGrant } from '../../../src/model/node-state.ts';
import type { McpSession, SessionStatus } from '../../../src/model/session.ts';
import type { EngineEvent } from '../../../src/ports/container-engine.ts';

export const NAMESPACE = 'team-a';
export const NAME = 'one';
export const KEY = `${NAMESPACE}/${NAME}`;
/** Time stands still; what waits for a time that is near happens when the explorer says so. */
export const NOW_MS = Date.parse('2026-11-20T12:00:00Z');
/** Longer waits (the end of the session's life) do not come to pass in this world. */
export const LONGEST_WAIT_MS = 120_000;

export type WatchEvent =
  | { readonly is: 'there'; readonly session: McpSession }
  | { readonly is: 'gone'; readonly uid: string; readonly resourceVersion: string }
  /** Of what the cache has already: it only wakes. Several in a row are one. */
  | { readonly is: 'echo' };

/** A container as the controller's view has it; `container` null: to be looked at. A name stands for one that may exist. */
export interface Known {
  readonly id: string;
  readonly container: ObservedContainer | null;
}

/** What a pass asks of the world. `ask` changes nothing; `send` does. */
export type Request =
  | { readonly ask: 'session' }
  | { readonly ask: 'inspect'; readonly target: string }
  | { readonly send: 'create'; readonly spec: ContainerSpec }
  | { readonly send: 'start' | 'stop' | 'remove'; readonly id: string }
  | { readonly send: 'status'; readonly uid: string; readonly resourceVersion: string; readonly status: SessionStatus }
  | { readonly send: 'finalizer'; readonly uid: string; readonly resourceVersion: string; readonly present: boolean }
  | { readonly send: 'delete'; readonly uid: string };
export type Mutation = Extract<Request, { readonly send: unknown }>;

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly kind: FaultKind; readonly message: string };

/** What a pass has met so far. Together with its start it makes the pass: running it again leads to the same place. */
export type LogEntry = { readonly answer: Answer } | { readonly hint: EngineEvent } | { readonly cancelled: true };

export interface PassStart {
  readonly session: McpSession | null;
  readonly view: readonly Known[];
  readonly memory: SessionMemory | null;
  /** The node's book; it is lost with the process here, as on a node without a disk. */
  readonly grants: readonly SessionGrant[];
}

export interface Pass {
  readonly start: PassStart;
  readonly log: readonly LogEntry[];
  readonly request: Request;
  /** null until the world has answered; then it waits to be delivered. */
  readonly answer: Answer | null;
  /** Own writes that the cache was told of. */
  readonly writes: number;
}

/** One controller and one session. */
export interface Local {
  /** Whether it holds the lease, and so watches and acts. */
  readonly serving: boolean;
  readonly listed: boolean;
  readonly cached: McpSession | null;
  readonly watch: readonly WatchEvent[];
  /** null until the engine's containers are listed. */
  readonly view: readonly Known[] | null;
  readonly hints: readonly EngineEvent[];
  readonly memory: SessionMemory | null;
  readonly grants: readonly SessionGrant[];
  readonly queued: boolean;
  readonly dirty: boolean;
  /** A look is due after a short wait. */
  readonly waiting: boolean;
  readonly pass: Pass | null;
}

export interface Engine {
  readonly containers: readonly ObservedContainer[];
  /** How many it ever made for this session name. */
  readonly made: number;
}

export interface KeyState {
  readonly object: McpSession | null;
  readonly revision: number;
  readonly incarnations: number;
  /** By node. */
  readonly engines: readonly Engine[];
  /** By controller. */
  readonly locals: readonly Local[];
  /** Sent by somebody who does not wait any more: it can still arrive. */
  readonly astray: readonly { readonly node: number; readonly request: Mutation }[];
}

export const BUDGETS = ['crash', 'takeover', 'lost', 'delete', 'recreate', 'move'] as const;
export type Budget = (typeof BUDGETS)[number];

export interface Processes {
  readonly states: readonly ('down' | 'standby' | 'serving')[];
  readonly left: Readonly<Record<Budget, number>>;
}

/** What is fixed in a run. */
export interface Setting {
  readonly name: string;
  readonly about: string;
  /** Names under which there is a session. */
  readonly sessions: 1 | 2;
  /** Whether two states that differ only by which session is which count as one; a test holds that no verdict depends on it. */
  readonly symmetric: boolean;
  /** Node of each controller. */
  readonly nodeOf: readonly number[];
  readonly nodes: readonly NodeFacts[];
  readonly budgets: Readonly<Record<Budget, number>>;
  /**
   * "fine": every read and every beginning of a look is an action of its own. "coarse": a look goes on to its first mutation, and a
   * controller that takes over has listed everything. What happens in between elsewhere could as well have happened before, and be
   * heard of later, so nothing is lost but two reads of one look that see different moments.
   */
  readonly grain: 'fine' | 'coarse';
  /** Whether a request whose sender is gone can arrive at any later time; otherwise it has arrived by then, or never does. */
  readonly lateArrivals: boolean;
}

/** Enough to tell the containers of one session name apart. */
export const shortId = (id: string): string => `${id.slice(0, 2)}${id.slice(-1)}`;

export const uidOf = (incarnation: number): string => `0d9d2b5e-4a0c-4a63-9d0f-00000000000${incarnation}`;

export const IDLE: Local = {
  serving: false,
  listed: false,
  cached: null,
  watch: [],
  view: null,
  hints: [],
  memory: null,
  grants: [],
  queued: false,
  dirty: false,
  waiting: false,
  pass: null,
};
