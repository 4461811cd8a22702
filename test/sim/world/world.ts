// One simulated world: API server, nodes with their engines, processes, users and time. What happens next is chosen from outside.

import { asOperatorError } from '../../../src/lib/errors.ts';
import type { PolicySet, ProfilePolicy } from '../../../src/model/policy-set.ts';
import type { Namespaces } from '../../../src/ports/policies.ts';
import { SimApiServer } from '../api/api-server.ts';
import { WatchHub } from '../api/watch.ts';
import type { ApiObject } from '../api/objects.ts';
import type { SimContainer } from '../engine/sim-engine.ts';
import { type Link, reset } from '../kit/call.ts';
import { createRandom, mixSeeds, type SimRandom } from '../kit/random.ts';
import { Scheduler } from '../kit/scheduler.ts';
import { WORLD_START_MS } from '../kit/sim-clock.ts';
import { type SimProcess, startController, startPlacement } from './processes.ts';
import { nothingLeft, nothingSaidLost, observerOf } from './effects.ts';
import { copyNode, newNode, type SimNode } from './sim-node.ts';
import { POLICIES, type PolicyName } from './templates.ts';
import { Truth } from './truth.ts';

export interface WorldConfig {
  /** For jitter and ids of the world; the choices have a stream of their own. */
  readonly seed: number;
  readonly nodes: number;
  /** Sessions that a node takes. */
  readonly slots: number;
  /** Objects of one page of a list. */
  readonly pageSize: number;
  /** Which of WARM_SETS is there before the first fault; null for an empty world. */
  readonly warm: number | null;
}

export interface Violation {
  /** Of security.md 3.4. */
  readonly invariant: string;
  readonly what: string;
}

export const NAMESPACE = 'team-a';

export class World {
  readonly scheduler = new Scheduler();
  readonly api: SimApiServer;
  readonly hub: WatchHub;
  readonly nodes: readonly SimNode[];
  readonly truth: Truth;
  readonly jitter: SimRandom;
  /** Those that run now. */
  processes: SimProcess[] = [];
  readonly violations: Violation[] = [];
  /** How a new process finds the API server. */
  apiState: Link['state'] = 'up';
  policyName: PolicyName = 'normal';
  readonly policies = { current: (): PolicySet => POLICIES[this.policyName] };
  readonly namespaces: Namespaces = NO_LABELS;
  /** Whether a process that ends by itself is started again. */
  restarts = true;
  /** Whether an event of a watch was lost without a trace. */
  lostEvents = false;
  /** When the last trap closed or the last long outage ended, in milliseconds since the world began: both go on beyond the other faults. */
  lateFaultMs = 0;
  #outages = 0;
  readonly #pending = new Set<{ readonly act: () => void }>();
  #ids = 0;

  /** `before`: a world that has come to rest, which this one begins with. */
  constructor(config: WorldConfig, before: World | null = null) {
    const now = (): number => WORLD_START_MS + this.scheduler.nowMs;
    this.jitter = createRandom(mixSeeds(config.seed, 1));
    this.api = new SimApiServer(now);
    this.api.pageSize = config.pageSize;
    this.hub = new WatchHub(this.api);
    this.truth = new Truth(now);
    this.api.onChange((plural, change) => {
      this.truth.noteChange(plural, change);
      if (plural !== 'mcpsessions') return;
      nothingSaidLost(this, change);
      if (change.after === null) nothingLeft(this, change.last);
    });
    this.nodes = Array.from({ length: config.nodes }, (_, index) =>
      newNode({
        name: `n${index + 1}`,
        slots: config.slots,
        now,
        observer: observerOf(this),
        newId: () => this.#newId(),
      }),
    );
    if (before !== null) this.#beginWith(before);
  }

  #beginWith(before: World): void {
    this.scheduler.nowMs = before.scheduler.nowMs;
    this.#ids = before.#ids;
    this.api.copyFrom(before.api);
    this.truth.copyFrom(before.truth);
    for (const [index, node] of this.nodes.entries()) {
      const model = before.nodes[index];
      if (model !== undefined) copyNode(model, node);
    }
  }

  #newId(): string {
    this.#ids += 1;
    return `c${String(this.#ids).padStart(4, '0')}`.padEnd(64, '0');
  }

  get nowMs(): number {
    return WORLD_START_MS + this.scheduler.nowMs;
  }

  policy(): ProfilePolicy {
    const set = POLICIES[this.policyName];
    return set.profiles[set.defaultProfile];
  }

  violate(invariant: string, what: string): void {
    this.violations.push({ invariant, what });
  }

  /** A controller of the node; without a node, placement. */
  start(node: SimNode | null, identity: string): void {
    const onEnd = (process: SimProcess, fault: unknown): void => this.#ended(process, fault);
    const started = { world: this, identity, onEnd };
    this.processes.push(node === null ? startPlacement(started) : startController(node, started));
  }

  startLater(process: SimProcess, backMs: number): void {
    this.later(backMs, `start ${process.name}`, () => this.startAgain(process));
  }

  /** null while nobody has the name. */
  sessionNamed(name: string): ApiObject | null {
    return this.api.collection('mcpsessions').objects.get(`${NAMESPACE}/${name}`) ?? null;
  }

  /** One process of an identity at a time: its supervisor waits for the one before to end. */
  startAgain(process: Pick<SimProcess, 'name' | 'node' | 'identity'>): void {
    const before = this.processes.find(({ name }) => name === process.name);
    if (before === undefined) this.start(process.node, process.identity);
    else if (before.stop.signal.aborted)
      this.later(STILL_ENDING_MS, `start ${process.name}`, () => this.startAgain(process));
  }

  /** SIGKILL: nothing of it happens any more, but what it sent may still arrive. */
  crash(process: SimProcess, arrives: () => boolean): void {
    if (!process.alive) return;
    process.alive = false;
    this.#leave(process);
    this.scheduler.forget(process, arrives);
    for (const watch of this.hub.open) if (watch.link.actor === process) watch.silence();
  }

  setPolicy(name: PolicyName): void {
    this.policyName = name;
    if (name !== 'normal') this.truth.policyWasStrict = true;
    for (const { onPolicyChange } of this.processes) for (const tell of onPolicyChange) tell();
  }

  /** A hand or a fault ended or took away a container of ours: what follows from that is nobody's mistake. */
  noteHarm({ spec }: SimContainer): void {
    const owner = this.truth.ownerOf(spec);
    if (owner !== null) owner.harmed += 1;
  }

  /** Something that the world does by itself after a while; all of it is done when the faults end. */
  later(ms: number, what: string, act: () => void): void {
    const pending = { act };
    this.#pending.add(pending);
    this.scheduler.after(ms, null, what, () => {
      if (this.#pending.delete(pending)) act();
    });
  }

  /** As `later`, for what outlasts the other faults: long enough that leases are lost, which no history waits for that gives all back at once. */
  afterOutage(ms: number, what: string, act: () => void): void {
    this.#outages += 1;
    this.scheduler.after(ms, null, what, () => {
      this.#outages -= 1;
      this.lateFaultMs = this.scheduler.nowMs;
      act();
    });
  }

  get hasOutage(): boolean {
    return this.#outages > 0;
  }

  /** The faults end, but for traps and long outages: everything is given back now, and every clock is right. */
  heal(): void {
    const pending = [...this.#pending];
    this.#pending.clear(); // what they leave for later is no fault
    for (const { act } of pending) act();
    for (const process of this.processes) process.skewMs = 0;
    if (this.policyName !== 'normal') this.setPolicy('normal');
  }

  /** What no effect has met by the time when all is done meets none any more. */
  takeTrapsAway(): void {
    for (const { toApi, toEngine } of this.processes) {
      toApi.trap = null;
      if (toEngine !== null) toEngine.trap = null;
    }
  }

  engineGoesOn(node: SimNode): void {
    const { held } = node;
    node.held = null;
    for (const call of held ?? []) {
      this.scheduler.add({ kind: 'arrive', actor: null, what: 'held call', run: () => call.arrive() });
    }
  }

  engineDown(node: SimNode, kills: boolean): void {
    node.down = true;
    for (const call of node.held ?? []) call.refuse(reset('engine'));
    node.held = null;
    node.engine.events.end();
    node.engine.events.forget();
    if (!kills) return;
    for (const container of node.engine.containers.values()) {
      if (container.state !== 'running' && container.state !== 'paused') continue;
      this.noteHarm(container);
      node.engine.exit(container, { exitCode: 137 });
      if (node.sentinels.has(container.id)) node.sentinels.set(container.id, 'exited');
    }
  }

  #ended(process: SimProcess, fault: unknown): void {
    if (!process.alive) return;
    process.alive = false;
    this.#leave(process);
    this.scheduler.forget(process, () => true);
    for (const watch of this.hub.open) if (watch.link.actor === process) watch.silence();
    if (fault !== null && !isRefusal(fault))
      this.violate('ended', `${process.name} ended: ${asOperatorError(fault).message}`);
    if (!this.restarts || process.stop.signal.aborted) return;
    this.later(RESTART_MS, `restart ${process.name}`, () => this.startAgain(process));
  }

  #leave(process: SimProcess): void {
    if (process.node?.disk.owner === process) process.node.disk.owner = null;
    this.processes = this.processes.filter((each) => each !== process);
  }
}

const RESTART_MS = 3_000;
const STILL_ENDING_MS = 500;
const NO_LABELS: Namespaces = { labelsOf: () => Promise.resolve({}), knownLabelsOf: () => NONE };
const NONE = {};

/** Another controller serves the node: what a supervisor starts again. */
const isRefusal = (fault: unknown): boolean => fault instanceof Error && 'kind' in fault && fault.kind === 'conflict';
