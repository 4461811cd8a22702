// Goals 15 to 18: what keeping and re-listing 10,000 sessions costs in memory, time and turns of the event loop. The list is
// that of a real API server, recorded; then a server of files answers it, so that the API server's own work, which is ten times
// ours, cannot fall into what is measured.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { installCrds } from '../../../src/kube/install.ts';
import { createKubeClient } from '../../../src/kube/kube-client.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import type { SessionStatus } from '../../../src/model/session.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { startTestApiServer } from '../../support/start-api-server.ts';
import { openBenchController } from '../kit/bench-controller.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { interleave } from '../kit/interleave.ts';
import { type BenchRow, judge, judgeAgainstItself } from '../kit/judge.ts';
import { median, middleRatio } from '../kit/statistics.ts';
import type { Resync } from '../scale/protocol.ts';
import { type RecordedList, recordList } from '../scale/recorded-list.ts';
import { seedSessions, statusLike } from '../scale/seed.ts';

const SESSIONS = 10_000;
/** On the real API server; the others are their copies. */
const REAL_SESSIONS = 500;
/** Of --quick: fewer are enough to see that everything works. */
const FEW_PAIRS = 20;
const FEW_ROUNDS = 3;
/** Fresh processes of each kind: memory of a process that has lived is another matter. */
const FRESH = 5;
const ROUNDS = { warmups: 3, pauseMs: 0 };
const KIB = 1024;
const SCALE = join(import.meta.dirname, '../scale');
/** A young generation as small as in the image; the old one unbounded, since the informer needs more than the image allows. */
const FLAGS = ['--expose-gc', '--max-semi-space-size=4', '--disable-warning=ExperimentalWarning'];

export const cache: RowGroup = { name: 'cache of 10,000', numbers: [15, 16, 17, 18], measure };

async function measure(context: BenchContext): Promise<readonly BenchRow[]> {
  const { pairs, signal, say } = context;
  await using opened = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-bench-'));
  opened.defer(() => rm(dir, { recursive: true, force: true }));
  say(`cache: putting ${REAL_SESSIONS} sessions on an API server`);
  const recorded = await recordSeeded({ context, dir }, signal);
  const server = opened.use(await startChild('replay-server.ts', [JSON.stringify(recorded)], signal));
  const url = `http://127.0.0.1:${String(server.hello)}`;
  return [
    ...(await memoryRows({ url, recorded }, signal)),
    ...(await resyncRows({ url, recorded, pairs: pairs < FEW_PAIRS ? FEW_ROUNDS : pairs }, signal)),
  ];
}

async function recordSeeded(
  { context, dir }: { readonly context: BenchContext; readonly dir: string },
  signal: AbortSignal,
): Promise<RecordedList> {
  const status = await statusOfOne(context, signal);
  const apiServer = await startTestApiServer();
  const client = createKubeClient({ kubeconfig: { path: apiServer.kubeconfigPath }, userAgent: 'mcpsession-bench' });
  try {
    await installCrds(client, [sessionCrd(), nodeCrd()], systemClock, signal);
    const namespace = await apiServer.newNamespace();
    await seedSessions({ client, namespace, count: REAL_SESSIONS, statusOf: statusLike(status) }, signal);
    return await recordList({ client, dir, count: SESSIONS }, signal);
  } finally {
    await client.close();
    await apiServer.stop();
  }
}

/** What the controller writes when a session is Ready. */
async function statusOfOne({ socketPath }: BenchContext, signal: AbortSignal): Promise<SessionStatus> {
  await using controller = await openBenchController({ socketPath }, signal);
  const { meta } = await controller.start();
  const session = controller.sessions.cache.cached(meta);
  if (session === null) throw new OperatorError('internal', 'the session of the bench is gone');
  return session.status;
}

async function memoryRows(
  { url, recorded }: { readonly url: string; readonly recorded: RecordedList },
  signal: AbortSignal,
): Promise<readonly BenchRow[]> {
  const first = (name: string) => async (): Promise<Resync> => {
    await using child = await startChild('subject.ts', [name, url], signal);
    return await child.ask(); // before the child ends
  };
  const cases = { informer: first('informer'), informerAgain: first('informer'), product: first('placement') };
  const { informer, informerAgain, product } = await interleave(
    cases,
    { rounds: FRESH, warmups: 0, pauseMs: 0 },
    signal,
  );
  const grown = (lists: readonly Resync[]): number => median(lists.map(({ rssMib }) => rssMib));
  const held = (lists: readonly Resync[]): number => median(lists.map(({ heldBytes }) => heldBytes)) / recorded.count;
  const jsonBytes = recorded.bytes / recorded.count;
  const inKib = (bytes: number): string => (bytes / KIB).toFixed(2);
  return [
    judgeAgainstItself('memory', grown(informerAgain) / grown(informer), FRESH),
    judge(GOALS.cacheMemory, {
      value: grown(product) / grown(informer),
      n: FRESH,
      aa: null,
      note: `${grown(product).toFixed(0)} / ${grown(informer).toFixed(0)} MiB for ${recorded.count}`,
    }),
    judge(GOALS.cacheHeap, {
      value: held(product) / jsonBytes,
      n: FRESH,
      aa: null,
      note: `${inKib(held(product))} / ${inKib(jsonBytes)} KiB; informer ${inKib(held(informer))}`,
    }),
  ];
}

async function resyncRows(
  { url, recorded, pairs }: { readonly url: string; readonly recorded: RecordedList; readonly pairs: number },
  signal: AbortSignal,
): Promise<readonly BenchRow[]> {
  await using stack = new AsyncDisposableStack();
  const open = async (name: string) => stack.use(await startChild('subject.ts', [name, url], signal));
  const children = {
    pages: await open('pages'),
    pagesAgain: await open('pages'),
    whole: await open('whole'),
    wholeAgain: await open('whole'),
    product: await open('placement'),
  };
  const cases = {
    pages: () => children.pages.ask(),
    pagesAgain: () => children.pagesAgain.ask(),
    whole: () => children.whole.ask(),
    wholeAgain: () => children.wholeAgain.ask(),
    product: () => children.product.ask(),
  };
  const samples = await interleave(cases, { ...ROUNDS, rounds: pairs }, signal);
  const block = (lists: readonly Resync[]): number => median(lists.map(({ blockMs }) => blockMs));
  const cpu = (lists: readonly Resync[]): number => median(lists.map(({ cpuMs }) => cpuMs));
  const blockAa = middleRatio(samples.wholeAgain, samples.whole, block);
  const cpuAa = middleRatio(samples.pagesAgain, samples.pages, cpu);
  const compared = (reduce: typeof cpu, subject: readonly Resync[], baseline: readonly Resync[]) => ({
    value: middleRatio(subject, baseline, reduce),
    n: subject.length,
    note: `${reduce(subject).toFixed(1)} / ${reduce(baseline).toFixed(1)} ms for ${recorded.count}`,
  });
  return [
    judgeAgainstItself('parse of a list', blockAa, pairs),
    judge(GOALS.resyncBlock, { ...compared(block, samples.product, samples.whole), aa: blockAa }),
    judgeAgainstItself('pages of a list', cpuAa, pairs),
    judge(GOALS.resyncCpu, { ...compared(cpu, samples.product, samples.pages), aa: cpuAa }),
  ];
}

interface Child extends AsyncDisposable {
  /** The first thing that it said. */
  readonly hello: unknown;
  /** Asks for one list. */
  ask(): Promise<Resync>;
}

async function startChild(file: string, args: readonly string[], signal: AbortSignal): Promise<Child> {
  const child: ChildProcess = fork(join(SCALE, file), [...args], {
    execArgv: FLAGS,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const nextWord = async (): Promise<unknown> => {
    const over = ended.then(() => Promise.reject(new OperatorError('internal', `${file} ended`)));
    over.catch(() => {}); // it ends some time
    const [word] = await Promise.race([once(child, 'message', { signal }), over]);
    return word;
  };
  const hello = await nextWord();
  return {
    hello,
    async ask() {
      const word = nextWord();
      child.send('list');
      return (await word) as Resync; // scale/subject.ts
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
