// Goal 20, counts: engine calls of a cold session until it rests, and inspects while sessions rest. Counted where a call leaves
// the adapter. The resting part sweeps and re-lists many times as often as the product does, so that a look that only they
// cause cannot hide between two of them.

import { setTimeout as sleep } from 'node:timers/promises';

import { type BenchController, openBenchController } from '../kit/bench-controller.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { type BenchRow, judge } from '../kit/judge.ts';
import { mean } from '../kit/statistics.ts';

const SESSIONS = 16;
/** After Ready: for events that are still under way and for looks that they cause. */
const SETTLE_MS = 300;
const REST_MS = 20_000;
const SWEEP_EVERY_MS = 5_000;
const RELIST_EVERY_MS = 4_000;
const HOUR_MS = 3_600_000;

/** Once per connection or sweep, or every few seconds for an image and the volume of the session init, whatever the number of sessions. */
const SHARED = /^\/(?:version|info|_ping|events|containers\/json|networks|images\/.*|volumes(?:\/.*)?)$/;

export const calls: RowGroup = { name: 'engine calls', numbers: [20], measure };

async function measure({ socketPath, signal }: BenchContext): Promise<readonly BenchRow[]> {
  let seen: string[] = [];
  const onCall = (method: string, path: string): void => {
    if (!SHARED.test(path)) seen.push(kindOf(method, path));
  };
  const take = (): readonly string[] => {
    const taken = seen;
    seen = [];
    return taken;
  };
  await using controller = await openBenchController({ socketPath, onCall, sweepIntervalMs: SWEEP_EVERY_MS }, signal);

  await controller.start(); // the session init is delivered once per controller
  const perSession: (readonly string[])[] = [];
  for (let index = 0; index < SESSIONS; index += 1) {
    take();
    await controller.start();
    await sleep(SETTLE_MS, undefined, { signal });
    perSession.push(take());
  }
  const worst = perSession.reduce((most, some) => (some.length > most.length ? some : most));

  take();
  await rest(controller, signal);
  const inspects = take().filter((kind) => kind === 'inspect').length;
  const perHour = (inspects / SESSIONS) * (HOUR_MS / REST_MS);
  return [
    judge(GOALS.coldCalls, {
      value: worst.length,
      n: SESSIONS,
      aa: null,
      note: `mean ${mean(perSession.map(({ length }) => length)).toFixed(2)}; worst: ${worst.join(', ')}`,
    }),
    judge(GOALS.steadyInspects, { value: perHour, n: SESSIONS, aa: null, note: `${inspects} in ${REST_MS / 1000} s` }),
  ];
}

async function rest(controller: BenchController, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + REST_MS;
  while (performance.now() < endMs) {
    controller.sessions.relist();
    await sleep(Math.min(RELIST_EVERY_MS, Math.max(endMs - performance.now(), 0)), undefined, { signal });
  }
}

function kindOf(method: string, path: string): string {
  if (path === '/containers/create') return 'create';
  if (method === 'DELETE') return 'remove';
  return path.endsWith('/json') ? 'inspect' : (path.split('/').at(-1) ?? path);
}
