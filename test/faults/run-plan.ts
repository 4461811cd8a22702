// Runs one plan on a lane: programs, workload, fault, quiet, judgement, and everything away again.

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogueFault } from './catalogue/all.ts';
import type { Disturbance, Interference } from './catalogue/disturbance.ts';
import { spilledSecrets } from './judge/canary.ts';
import { compareSummaries, summaryOf } from './judge/summary.ts';
import { timelineOf } from './judge/timeline.ts';
import { resourceProblems } from './judge/resources.ts';
import { traceProblems } from './judge/trace.ts';
import { wrongVictims } from './judge/victims.ts';
import { wrongNow } from './judge/ground-truth.ts';
import type { At, Plan } from './plan.ts';
import { createDirector, type Director, type Effect, type ProgramName } from './proxy/director.ts';
import { linesOf, type PlanResult, type Reference } from './result.ts';
import { createWatchFaults, type Past } from './proxy/watch-faults.ts';
import { SESSIONS_PATH } from './rig/api.ts';
import type { Lane } from './rig/lane.ts';
import { removeAllOf } from './rig/remove.ts';
import { untilQuiet } from './rig/quiet.ts';
import { createWorld, type Expected, pause, Violation, type World } from './rig/world.ts';
import { workloadOf } from './workloads/all.ts';

const RELEASE_AFTER_MS = 2_000;
const RESTARTED_AFTER_MS = 1_000;
/** A controller whose node is still held by a dead one refuses and is started again (design.md, F2). */
const MOST_ENDS = 5;
const READY_WITHIN_MS = 120_000;
const CLEARED_WITHIN_MS = 60_000;

export async function runPlan(lane: Lane, plan: Plan, reference: Reference | null): Promise<PlanResult> {
  const fromMs = performance.now();
  const running = new RunningPlan(lane, plan);
  try {
    const { violations, quietSeconds } = await running.run(reference);
    const seconds = (performance.now() - fromMs) / 1000;
    return { plan, seconds, quietSeconds, violations, ...running.found() };
  } finally {
    await running.clear();
  }
}

let plans = 0; // names only: two plans of a process never share one

class RunningPlan {
  readonly #lane: Lane;
  readonly #plan: Plan;
  readonly #world: World;
  readonly #director: Director;
  readonly #watch: ReturnType<typeof createWatchFaults>;
  readonly #lines: { readonly atMs: number; readonly text: string }[] = [];
  readonly #unasked: string[] = [];
  readonly #versions = new Map<number, string>();
  readonly #fromMs = performance.now();
  #past: Past | null = null;

  constructor(lane: Lane, plan: Plan) {
    this.#lane = lane;
    this.#plan = plan;
    plans += 1;
    const world = createWorld(lane, {
      seed: plan.seed,
      prefix: `p${process.pid}x${plans}`,
      fault: plan.fault ?? null,
      disturb: (own) => this.#disturbance(own),
    });
    this.#world = world;
    const onFault = (what: string): void => this.#onFault(what);
    this.#director = createDirector({
      plan,
      aliasOf: (object) => world.aliasOf(object),
      onCreated: (uid, id) => world.noteContainer(uid, id),
      kill: (program) => this.#kill(program),
      partition: (api) => this.#partition(api),
      onFault,
      interfere: (effect) => this.#interference.mutation?.(effect) ?? null,
      onEffect: (effect) => this.#versions.set(effect.n, lane.observer.resourceVersion),
    });
    this.#watch = createWatchFaults({
      plan,
      aliasOf: (object) => world.aliasOf(object),
      onFault,
      past: () => this.#past,
      onPast: (untilMs) => {
        this.#lines.push({ atMs: performance.now(), text: 'FAULT the controller sees the past' });
        world.lastFaultMs = untilMs;
      },
      count: plan.at === undefined && plan.fault === undefined,
      expire: () => false,
    });
    lane.hooks = {
      director: this.#director,
      reads: (program, side) =>
        this.#interference.reads?.(program, side) ?? (program === 'controller' && side === 'kube' ? this.#watch : {}),
      onLine: (program, line) => void this.#lines.push({ atMs: performance.now(), text: `${program}: ${line}` }),
      onUnasked: (program, why) => this.#onUnasked(program, why),
    };
    if (plan.at !== undefined && plan.mode !== undefined) this.#director.expect(plan.at, plan.mode);
  }

  async run(
    reference: Reference | null,
  ): Promise<{ readonly violations: readonly string[]; readonly quietSeconds: number }> {
    const { observer, controller, placement } = this.#lane;
    observer.reset();
    const intervals = this.#plan.watch === undefined && this.#plan.snapshot === undefined ? {} : SHORT_INTERVALS;
    const stateDir = await mkdtemp(join(this.#lane.dir, 'state-'));
    this.#lane.controllerStart = { intervals, stateDir };
    controller.start();
    if (!placement.running) placement.start();
    controller.prepare();
    await within(controller.ready, READY_WITHIN_MS).catch(() => {}); // a fault of the start itself: the workload finds out
    const violations: string[] = [];
    let expected: Readonly<Record<string, Expected>> = {};
    try {
      expected = await workloadOf(this.#plan.workload).run(this.#world);
    } catch (thrown) {
      if (!(thrown instanceof Violation)) throw thrown;
      violations.push(thrown.message);
    }
    const quietFromMs = performance.now();
    if (violations.length === 0) violations.push(...(await this.#settle(expected)));
    const quietSeconds = (performance.now() - quietFromMs) / 1000;
    await observer.judged();
    violations.push(...(await this.#judge(reference)));
    return { violations: [...new Set(violations)], quietSeconds };
  }

  found(): Pick<PlanResult, 'reached' | 'summary' | 'effects' | 'events' | 'timeline'> {
    const { observer } = this.#lane;
    return {
      reached: this.#director.reached && this.#watch.reached,
      summary: summaryOf(this.#world.incarnations, observer.containers.values()),
      effects: linesOf(this.#director.effects),
      events: this.#watch.counts,
      timeline: timelineOf({
        fromMs: this.#fromMs,
        effects: this.#director.effects,
        lines: this.#lines,
        history: observer.history,
      }),
    };
  }

  /** Nothing of the plan stays: neither objects nor containers, nor a program that was under its faults. */
  async clear(): Promise<void> {
    const { controller, placement, engine, clusterName, closed, sentinels, observer, proxies } = this.#lane;
    observer.overlook();
    controller.kill(null);
    proxies.controllerDocker.forgetUpgraded();
    if (this.#plan.workload.startsWith('W12')) (await this.#lane.otherNode()).controller.kill(null);
    if (this.#plan.at !== undefined && 'match' in this.#plan.at && this.#plan.at.match.program === 'placement')
      placement.kill(null);
    for (const [side, shut] of closed) {
      closed.delete(side);
      shut.open();
    }
    for (const undo of this.#undo) await undo();
    await workloadOf(this.#plan.workload).cleanUp?.(this.#world);
    await this.#removeSessions();
    await removeAllOf(engine, { clusterName, sentinels: sentinels.ids });
    for (const { anonymousVolumes } of observer.containers.values())
      for (const volume of anonymousVolumes) await engine.call('DELETE', `/volumes/${volume}`);
  }

  /** Over and over: a request of a program that has just been killed may still put a finalizer back. */
  async #removeSessions(): Promise<void> {
    const { cluster, observer } = this.#lane;
    const fromMs = performance.now();
    while (observer.sessions.size > 0) {
      const names = [...observer.sessions.keys()];
      if (performance.now() - fromMs > CLEARED_WITHIN_MS)
        throw new Error(`harness: sessions that cannot be removed: ${names.join(', ')}`);
      for (const name of names) {
        const path = `${SESSIONS_PATH}/${name}`;
        await cluster.api.call('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
        await cluster.api.call('DELETE', path);
      }
      await pause(10);
    }
  }

  async #settle(expected: Readonly<Record<string, Expected>>): Promise<readonly string[]> {
    let wrong: readonly string[] = [];
    const { quiet, why } = await untilQuiet({
      lane: this.#lane,
      director: this.#director,
      wrong: async () => {
        wrong = await wrongNow(this.#world, expected);
        return wrong[0] ?? null;
      },
      busyUntilMs: () => Math.max(this.#watch.busyUntilMs, this.#pastUntilMs()),
      lastFaultMs: () => this.#world.lastFaultMs,
    });
    if (quiet) return [];
    return wrong.length > 0 ? wrong : [`I4 no rest: ${why}`];
  }

  async #judge(reference: Reference | null): Promise<readonly string[]> {
    const { observer, sentinels, controller } = this.#lane;
    const changes = await sentinels.changes();
    const debug = await controller.debug();
    const summary = summaryOf(this.#world.incarnations, observer.containers.values());
    const { loose = false, excused, mayEnd = [] } = workloadOf(this.#plan.workload);
    const allowance = { slack: this.#director.killed, fewerIsFine: loose };
    const replaced = this.#plan.fault !== undefined && catalogueFault(this.#plan.fault).mayReplace === true;
    const compared = reference === null || replaced ? [] : compareSummaries(reference.summary, summary, allowance);
    return [
      ...observer.violations.filter((text) => excused?.test(text) !== true),
      ...wrongVictims({
        containers: observer.containers.values(),
        effects: this.#director.effects,
        mayEnd,
        epochMs: Date.now() - performance.now(),
      }),
      ...changes.map((change) => `I7 ${change}`),
      ...compared,
      ...(debug === null ? [] : resourceProblems(debug)),
      ...traceProblems(this.#director.effects),
      ...spilledSecrets(this.#lines, this.#director.effects),
      ...this.#problems,
      ...(this.#unasked.length > MOST_ENDS ? this.#unasked.map((why) => `I3 ${why}`) : []),
    ];
  }

  /** As a kubelet would: it is started again; a program that ends over and over is told of. */
  #onUnasked(program: 'controller' | 'placement', why: string): void {
    this.#lines.push({ atMs: performance.now(), text: why });
    this.#unasked.push(why);
    this.#world.lastFaultMs = performance.now();
    this.#lane[program].restartAfter(RESTARTED_AFTER_MS);
  }

  #onFault(what: string): void {
    this.#world.lastFaultMs = performance.now();
    this.#lines.push({ atMs: performance.now(), text: `FAULT ${what}` });
    for (const next of this.#plan.then) if (next.do === 'fault' && !this.#armed.has(next)) this.#arm(next);
  }
  readonly #armed = new Set<unknown>();
  readonly #undo: (() => Promise<void>)[] = [];
  readonly #interference: Interference = {};
  readonly #problems: string[] = [];
  #disturbance(world: World): Disturbance {
    return {
      world,
      interference: this.#interference,
      effects: this.#director.effects,
      note: (what) => this.#onFault(what),
      violate: (problem) => void this.#problems.push(problem),
      later: (undo) => void this.#undo.push(undo),
    };
  }
  #arm(next: { readonly at: At; readonly mode: string }): void {
    this.#armed.add(next);
    this.#director.expect(next.at, next.mode);
  }

  #kill(program: ProgramName): void {
    const { snapshot, then } = this.#plan;
    const restart = then.find((next) => next.do === 'restart');
    const afterMs = restart?.afterMs ?? 0;
    if (snapshot !== undefined) {
      const resourceVersion = this.#versions.get(snapshot.effect) ?? '';
      if (resourceVersion !== '') this.#past = { resourceVersion, lagMs: snapshot.lagMs, untilMs: null };
    }
    if (program === 'other') void this.#lane.otherNode().then(({ controller }) => controller.kill(afterMs));
    else this.#lane[program].kill(afterMs);
    this.#world.lastFaultMs = performance.now() + afterMs + (snapshot?.lagMs ?? 0);
  }

  /** A program that has yet to see the past, or sees it, has not shown what it makes of it. */
  #pastUntilMs(): number {
    return this.#past === null ? 0 : (this.#past.untilMs ?? Number.POSITIVE_INFINITY);
  }

  #partition(side: Effect['api']): void {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const how = this.#plan.seed % 2 === 0 ? 'silent' : 'refused';
    this.#lane.closed.set(side, { how, opened, open });
    if (how === 'refused') this.#lane.proxies[side === 'kube' ? 'controllerKube' : 'controllerDocker'].cut();
    const release = this.#plan.then.find((next) => next.do === 'release');
    setTimeout(() => {
      this.#lane.closed.delete(side);
      open();
      this.#onFault(`partition of ${side} ends`);
    }, release?.afterMs ?? RELEASE_AFTER_MS);
  }
}

/** So that what only a relist can find is found in a plan's time; the defaults are minutes. */
const SHORT_INTERVALS = { sweepMs: 4_000, watchIdleMs: 5_000, relistMs: 4_000 } as const;

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms).unref();
  });
  return Promise.race([work, late]);
}
