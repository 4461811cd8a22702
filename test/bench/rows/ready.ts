// Goals 3 and 19: the whole product, from a created resource to Ready as a watcher sees it. The baseline is what cannot be
// saved: the bare engine's create and start, plus the same three writes by a controller without work. The sessions of these
// rounds are the ones whose writes are counted.

import { type ApiResource, collectionPath, objectPath, SESSIONS } from '../../../src/kube/api-paths.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { listOf, recordOf } from '../../../src/kube/raw-object.ts';
import { API_VERSION, SESSION_KIND } from '../../../src/model/names.ts';
import { type AuditedWrites, readWrites } from '../kit/audit-log.ts';
import { type BenchCluster, openBenchCluster } from '../kit/bench-cluster.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { SESSION_SPEC } from '../kit/desired-session.ts';
import { GOALS } from '../kit/goals.ts';
import { interleave, timed } from '../kit/interleave.ts';
import { type BenchRow, judge, judgeAgainstItself } from '../kit/judge.ts';
import { isNullReady, NULL_KIND, NULL_SESSIONS, openNullController } from '../kit/null-controller.ts';
import { type ObjectWatch, openObjectWatch, type Seen } from '../kit/object-watch.ts';
import { openRawContainers, type RawContainers } from '../kit/raw-containers.ts';
import { mean, median, middleRatio } from '../kit/statistics.ts';

const NAMESPACE = 'default';
const ROUNDS = { warmups: 3, pauseMs: 25 };

export const ready: RowGroup = { name: 'ready', numbers: [3, 19], measure };

async function measure({ socketPath, pairs, signal, say }: BenchContext): Promise<readonly BenchRow[]> {
  await using raw = await openRawContainers(socketPath, signal);
  await using cluster = await openBenchCluster({ socketPath, say }, signal);
  const at = { client: cluster.client, namespace: NAMESPACE };
  await using nullWatch = await openNullController(at, signal);
  await using sessionWatch = await openObjectWatch({ ...at, resource: SESSIONS }, signal);
  const nullLife: Life = {
    client: cluster.client,
    watch: nullWatch,
    resource: NULL_SESSIONS,
    body: { ...NULL_KIND, spec: {} },
    isReady: isNullReady,
  };
  const body = { apiVersion: API_VERSION, kind: SESSION_KIND, spec: SESSION_SPEC };
  const sessionLife: Life = { client: cluster.client, watch: sessionWatch, resource: SESSIONS, body, isReady };

  const names: string[] = [];
  const cases = {
    raw: () => rawStart(raw),
    rawAgain: () => rawStart(raw),
    nothing: () => live(nullLife, 'nothing', signal),
    nothingAgain: () => live(nullLife, 'nothing', signal),
    product: () => {
      names.push(`s${names.length}`);
      return live(sessionLife, names.at(-1) ?? '', signal);
    },
  };
  const samples = await interleave(cases, { ...ROUNDS, rounds: pairs }, signal);
  return [...timingRows(samples), ...writeRows(await writesAtRest(cluster, names), names.length)];
}

interface Life {
  readonly client: KubeClient;
  readonly watch: ObjectWatch;
  readonly resource: ApiResource;
  readonly body: object;
  readonly isReady: (object: Seen) => boolean;
}

/** Milliseconds from the request to the Ready that the watch brought; then the object is deleted and waited for. */
async function live(
  { client, watch, resource, body, isReady: holds }: Life,
  name: string,
  signal: AbortSignal,
): Promise<number> {
  const path = collectionPath(resource, NAMESPACE);
  const readyMs = await timed(async () => {
    const arrived = watch.until(name, holds, signal);
    const created = client.request({ method: 'POST', path, body: { ...body, metadata: { name } } }, signal);
    await Promise.all([created, arrived]);
  });
  const gone = watch.until(name, (object) => object === null, signal);
  await client.request({ method: 'DELETE', path: objectPath(resource, { namespace: NAMESPACE, name }) }, signal);
  await gone;
  return readyMs;
}

async function rawStart(raw: RawContainers): Promise<number> {
  let id = '';
  const startMs = await timed(async () => {
    id = await raw.startHardened();
  });
  await raw.engine.remove(id);
  return startMs;
}

function isReady(object: Seen): boolean {
  const conditions = listOf(recordOf(object?.['status'])['conditions']).map(recordOf);
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

type Samples = Readonly<Record<'raw' | 'rawAgain' | 'nothing' | 'nothingAgain' | 'product', readonly number[]>>;

function timingRows({ raw, rawAgain, nothing, nothingAgain, product }: Samples): readonly BenchRow[] {
  const sum = (left: readonly number[], right: readonly number[]) =>
    left.map((value, index) => value + (right[index] ?? Number.NaN));
  const baseline = sum(raw, nothing);
  const n = product.length;
  const aa = middleRatio(sum(rawAgain, nothingAgain), baseline, median);
  const note = `${median(product).toFixed(1)} / (${median(raw).toFixed(1)} + ${median(nothing).toFixed(1)}) ms`;
  return [
    judgeAgainstItself('ready', aa, n),
    judge(GOALS.ready, { value: middleRatio(product, baseline, median), n, aa, note }),
  ];
}

/** Events are written off the path of a session: they may come after it. */
async function writesAtRest(cluster: BenchCluster, names: readonly string[]): Promise<AuditedWrites> {
  let before = -1;
  for (;;) {
    const writes = await readWrites(cluster.auditLogPath, names);
    if (writes.events === before) return writes;
    before = writes.events;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function writeRows({ sessions, events }: AuditedWrites, n: number): readonly BenchRow[] {
  const all = [...sessions.values()];
  const counted = (pick: (writes: (typeof all)[number]) => readonly string[]) => {
    const lists = all.map(pick);
    const worst = lists.reduce((most, some) => (some.length > most.length ? some : most));
    return {
      value: worst.length,
      n,
      aa: null,
      note: `mean ${mean(lists.map(({ length }) => length)).toFixed(2)}; worst: ${worst.join(', ')}`,
    };
  };
  return [
    judge(
      GOALS.coldWrites,
      counted(({ cold }) => cold),
    ),
    judge(
      GOALS.deleteWrites,
      counted(({ deletion }) => deletion),
    ),
    judge(GOALS.eventWrites, { value: events / n, n, aa: null }),
  ];
}
