// One history: a world is made, faults and users have their way with it for a while, then the faults end and the world has to come to
// rest as it should. Driven from outside, one step at a time, because promises settle in between.

import { perform } from './world/acts.ts';
import { type Choice, NEXT_TIMER } from './world/choices.ts';
import type { WarmWorlds } from './warm-worlds.ts';
import { unfinished } from './world/judge.ts';
import { type Violation, World, type WorldConfig } from './world/world.ts';

/** How far a history goes: to the last of its faults; until all is as it should be; on, to see that rest is kept. */
export type End = 'faults' | 'rest' | 'longRest';

export interface Script {
  readonly config: WorldConfig;
  readonly choices: readonly Choice[];
  readonly end: End;
}

export interface Outcome {
  readonly steps: number;
  /** Whether it was judged by how it came to rest, beside each of its steps. */
  readonly judgedToRest: boolean;
  readonly violations: readonly Violation[];
  /** Follows from everything that happened: the same seed gives the same number. */
  readonly fingerprint: number;
}

export type Narrator = (line: string) => void;

/** Time that everybody may take once the faults have ended: beyond every backoff and deadline, and the relist of a node. */
const REST_WITHIN_MS = 200_000;
/** What was lost without a trace is found by the next list at the latest. */
const REST_AFTER_LOSS_MS = 360_000;
/** Steps without time going on: more is a hot loop (I10). */
const MOST_STEPS_AT_ONCE = 3_000;
const MOST_STEPS = 60_000;
/** Of the steps after the faults. */
const OUT_OF_ORDER = 0.25;
/** Only what is under way is waited for. */
const REST_MS = 0;
const LONG_REST_MS = 65_000;

export interface HistoryUse {
  /** Whether the choices are kept. */
  readonly keep?: boolean;
  readonly narrate?: Narrator | null;
  readonly afterStep?: ((world: World) => void) | null;
  /** Worlds to begin with; without them every world begins empty. */
  readonly warm?: WarmWorlds | null;
}

export class History {
  readonly world: World;
  readonly setting: Pick<Script, 'config' | 'end'>;
  /** What was chosen, when it is kept. */
  readonly chosen: Choice[] = [];
  readonly #source: (world: World, step: number) => Choice | null;
  readonly #narrate: Narrator | null;
  readonly #keep: boolean;
  readonly #afterStep: ((world: World) => void) | null;
  #phase: 'faults' | 'settle' | 'rest' | 'over' = 'faults';
  #steps = 0;
  #atOnce = 0;
  #lastMs = 0;
  #restBeganMs = 0;
  #writesAtRest = 0;
  #fingerprint = 17;

  constructor(
    options: {
      readonly config: WorldConfig;
      readonly source: (world: World, step: number) => Choice | null;
      readonly end: End;
    } & HistoryUse,
  ) {
    this.world = new World(options.config, options.warm?.worldFor(options.config) ?? null);
    this.setting = { config: options.config, end: options.end };
    this.#afterStep = options.afterStep ?? null;
    this.#source = options.source;
    this.#keep = options.keep ?? false;
    this.#narrate = options.narrate ?? null;
    for (const node of this.world.nodes) this.world.start(node, node.name);
    this.world.start(null, 'p1');
  }

  get over(): boolean {
    return this.#phase === 'over';
  }

  get steps(): number {
    return this.#steps;
  }

  outcome(): Outcome {
    return {
      steps: this.#steps,
      judgedToRest: this.setting.end !== 'faults',
      violations: this.world.violations,
      fingerprint: this.#fingerprint,
    };
  }

  /** One action of the world. Everything that it leads to inside of the processes has to run before the next one. */
  step(): void {
    const { world } = this;
    this.#steps += 1;
    for (const process of world.processes) process.looks = 0;
    switch (this.#phase) {
      case 'faults':
        this.#choose();
        break;
      case 'settle':
        this.#settle();
        break;
      case 'rest':
        this.#rest();
        break;
      case 'over':
        return;
    }
    this.#afterStep?.(this.world);
    this.#watchOver();
  }

  #choose(): void {
    const choice = this.#source(this.world, this.#steps);
    if (choice === null) {
      this.#say('the faults end');
      if (this.setting.end === 'faults') return this.#end();
      this.world.heal();
      this.#phase = 'settle';
      this.#restBeganMs = this.world.scheduler.nowMs;
      return;
    }
    if (this.#keep) this.chosen.push(choice);
    this.#apply(choice);
  }

  #apply(choice: Choice): void {
    const { world } = this;
    const { scheduler } = world;
    if (typeof choice !== 'number') {
      this.#say(`! ${JSON.stringify(choice)}`);
      perform(world, choice);
      this.#mix(choice.do.length);
    } else if (choice === NEXT_TIMER || scheduler.ready.length === 0) {
      const fired = scheduler.runTimer();
      if (this.#narrate !== null)
        this.#say(`time: ${fired === null ? 'nothing' : `${fired.actor?.name ?? ''} ${fired.what}`.trim()}`);
      this.#mix(scheduler.nowMs);
    } else {
      const action = scheduler.run(choice % scheduler.ready.length);
      if (action !== null && this.#narrate !== null)
        this.#say(`${action.actor?.name ?? 'world'} ${action.kind} ${action.what}`);
      this.#mix(choice + world.api.revision * 31);
    }
  }

  #settle(): void {
    const { scheduler } = this.world;
    if (scheduler.ready.length > 0) return this.#apply(this.#next());
    const left = unfinished(this.world);
    if (left === null && !this.world.hasOutage) {
      this.#say('all is as it should be');
      this.world.takeTrapsAway();
      this.#phase = 'rest';
      this.#restBeganMs = scheduler.nowMs;
      this.#writesAtRest = this.world.truth.writes + this.world.truth.engineEffects;
      return;
    }
    const withinMs = this.world.lostEvents ? REST_AFTER_LOSS_MS : REST_WITHIN_MS;
    const sinceMs = Math.max(this.#restBeganMs, this.world.lateFaultMs);
    if (left !== null && scheduler.nowMs - sinceMs > withinMs) {
      this.world.violate(left.invariant, `${left.what}, ${withinMs / 1000} s after the faults`);
      this.#end();
    } else this.#apply(NEXT_TIMER);
  }

  /** Mostly what has waited longest; what comes back after the faults meets events in any order too. */
  #next(): number {
    const { scheduler, jitter } = this.world;
    const { length } = scheduler.ready;
    return length > 1 && jitter.chance(OUT_OF_ORDER) ? jitter.below(length) : 0;
  }

  /** I4: at rest nothing is written and nothing is done, but by time: what ends by its lifetime begins the rest anew. */
  #rest(): void {
    const { scheduler, truth } = this.world;
    if (scheduler.ready.length > 0) return this.#apply(this.#next());
    const left = unfinished(this.world);
    if (left !== null) {
      this.#phase = 'settle';
      return;
    }
    const passedMs = scheduler.nowMs - this.#restBeganMs;
    if (passedMs < (this.setting.end === 'longRest' ? LONG_REST_MS : REST_MS)) return this.#apply(NEXT_TIMER);
    const writes = truth.writes + truth.engineEffects - this.#writesAtRest;
    if (writes > this.#allowedWrites()) this.world.violate('I4', `${writes} writes at rest`);
    this.#end();
  }

  /** Sessions that end by their lifetime meanwhile, and are deleted after it, cause writes. */
  #allowedWrites(): number {
    let allowed = 0;
    for (const { spec } of this.world.truth.sessions.values()) {
      if (spec.lifetime.ttlSeconds < 600 || spec.lifetime.ttlSecondsAfterFinished < 600) allowed += 8;
    }
    return allowed;
  }

  #end(): void {
    this.#phase = 'over';
    this.world.restarts = false;
    for (const process of this.world.processes) process.alive = false;
    this.world.processes = [];
  }

  /** I10, and the first violation ends the history. */
  #watchOver(): void {
    const { scheduler, violations } = this.world;
    this.#atOnce = scheduler.nowMs === this.#lastMs ? this.#atOnce + 1 : 0;
    this.#lastMs = scheduler.nowMs;
    if (this.#atOnce > MOST_STEPS_AT_ONCE) this.world.violate('I10', `${MOST_STEPS_AT_ONCE} steps at one moment`);
    if (this.#steps > MOST_STEPS) this.world.violate('I10', `no rest after ${MOST_STEPS} steps`);
    if (violations.length > 0 && this.#phase !== 'over') this.#end();
  }

  #mix(value: number): void {
    this.#fingerprint = Math.imul(this.#fingerprint ^ (value | 0), 16_777_619) >>> 0;
  }

  #say(line: string): void {
    this.#narrate?.(
      `${String(this.#steps).padStart(5)} ${(this.world.scheduler.nowMs / 1000).toFixed(3).padStart(9)} s  ${line}`,
    );
  }
}
