// Goal 29: from a person's DELETE until the object is gone, on the whole product, without faults: one at a time, twenty at once, and
// with a program that ignores SIGTERM. The figures are milliseconds, because the goal is one.

import { collectionPath, objectPath, SESSIONS } from '../../../src/kube/api-paths.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { listOf, recordOf } from '../../../src/kube/raw-object.ts';
import { API_VERSION, SESSION_KIND } from '../../../src/model/names.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import { ROOMY } from '../../support/policies.ts';
import { openBenchCluster } from '../kit/bench-cluster.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { SESSION_SPEC } from '../kit/desired-session.ts';
import { GOALS } from '../kit/goals.ts';
import { timed } from '../kit/interleave.ts';
import { type BenchRow, judge } from '../kit/judge.ts';
import { type ObjectWatch, openObjectWatch, type Seen } from '../kit/object-watch.ts';
import { median, percentile } from '../kit/statistics.ts';

const NAMESPACE = 'default';
/** More than 60, so that the 99th percentile is no single one. */
const SERIAL = 100;
const FEW_SERIAL = 10;
const FEW_PAIRS = 20;
const AT_ONCE = 20;
const BATCHES = 3;
const STUBBORN = 3;
/** PID 1 of its container, and deaf to everything but SIGKILL. */
const DEAF: Partial<SessionSpecInput> = {
  command: ['sh', '-c', 'trap "" TERM INT HUP; while true; do sleep 1; done'],
  sessionInit: 'Disabled',
};

export const gone: RowGroup = { name: 'delete to gone', numbers: [29], measure };

async function measure({ socketPath, pairs, signal, say }: BenchContext): Promise<readonly BenchRow[]> {
  await using cluster = await openBenchCluster({ socketPath, say, policy: ROOMY }, signal);
  const at = { client: cluster.client, namespace: NAMESPACE };
  await using watch = await openObjectWatch({ ...at, resource: SESSIONS }, signal);
  const rig: Rig = { client: cluster.client, watch };
  const few = pairs < FEW_PAIRS;

  const serial: number[] = [];
  for (let index = 0; index < (few ? FEW_SERIAL : SERIAL); index += 1) {
    await start(rig, { name: `one-${index}` }, signal);
    serial.push(await end(rig, `one-${index}`, signal));
  }
  const together: number[] = [];
  for (let batch = 0; batch < (few ? 1 : BATCHES); batch += 1) {
    const names = Array.from({ length: AT_ONCE }, (_, index) => `batch-${batch}-${index}`);
    await Promise.all(names.map((name) => start(rig, { name }, signal)));
    together.push(...(await Promise.all(names.map((name) => end(rig, name, signal)))));
  }
  const names = Array.from({ length: STUBBORN }, (_, index) => `deaf-${index}`);
  await Promise.all(names.map((name) => start(rig, { name, spec: DEAF }, signal)));
  const deaf = await Promise.all(names.map((name) => end(rig, name, signal)));
  return [
    judge(GOALS.goneMedian, { value: median(serial), n: serial.length, aa: null, note: 'one at a time' }),
    judge(GOALS.goneTail, {
      value: percentile([...serial, ...together], 0.99),
      n: serial.length + together.length,
      aa: null,
      note: `${AT_ONCE} at once: median ${median(together).toFixed(0)}, worst ${Math.max(...together).toFixed(0)} ms`,
    }),
    judge(GOALS.goneDeaf, { value: Math.max(...deaf), n: deaf.length, aa: null, note: 'grace 5 s' }),
  ];
}

interface Rig {
  readonly client: KubeClient;
  readonly watch: ObjectWatch;
}

async function start(
  { client, watch }: Rig,
  { name, spec = {} }: { readonly name: string; readonly spec?: Partial<SessionSpecInput> },
  signal: AbortSignal,
): Promise<void> {
  const body = { apiVersion: API_VERSION, kind: SESSION_KIND, metadata: { name }, spec: { ...SESSION_SPEC, ...spec } };
  const ready = watch.until(name, isReady, signal);
  await Promise.all([
    client.request({ method: 'POST', path: collectionPath(SESSIONS, NAMESPACE), body }, signal),
    ready,
  ]);
}

async function end({ client, watch }: Rig, name: string, signal: AbortSignal): Promise<number> {
  const isGone = watch.until(name, (object) => object === null, signal);
  return timed(async () => {
    await client.request({ method: 'DELETE', path: objectPath(SESSIONS, { namespace: NAMESPACE, name }) }, signal);
    await isGone;
  });
}

function isReady(object: Seen): boolean {
  const conditions = listOf(recordOf(object?.['status'])['conditions']).map(recordOf);
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
