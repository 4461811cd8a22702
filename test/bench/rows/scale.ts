// Goals 30 and 31: a controller that comes back to 1,000 sessions and 300 containers, and what 300 lives under broken watches leave in
// one that stays. The same stories as test/integration/scale, with more of everything.

import { availableParallelism } from 'node:os';

import { openOperatorCluster } from '../../support/operator-cluster.ts';
import { restartAtScale } from '../../support/restart-at-scale.ts';
import { soak } from '../../support/soak.ts';
import { HEAP_FLAGS } from '../kit/bench-cluster.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { type BenchRow, judge } from '../kit/judge.ts';

const MIB = 2 ** 20;
const FEW_PAIRS = 20;
const RESTART = { running: 300, resting: 700 };
const FEW_RESTART = { running: 20, resting: 80 };
const SOAK = { lives: 300, warmups: 40 };
const FEW_SOAK = { lives: 20, warmups: 8 };

export const restart: RowGroup = { name: 'restart at scale', numbers: [30], measure: measureRestart };
export const endurance: RowGroup = { name: 'endurance', numbers: [31], measure: measureSoak };

const cluster = (socketPath: string) =>
  openOperatorCluster({
    socketPath,
    prefix: 'bench-',
    concurrency: 2 * availableParallelism(),
    nodeFlags: HEAP_FLAGS,
  });

async function measureRestart({ socketPath, pairs, signal, say }: BenchContext): Promise<readonly BenchRow[]> {
  await using operator = await cluster(socketPath);
  const size = pairs < FEW_PAIRS ? FEW_RESTART : RESTART;
  const measured = await restartAtScale(operator, { socketPath, ...size, say }, signal);
  const { convergedMs, readyMs, rssMib, requests, rewritten } = measured;
  const n = size.running + size.resting;
  const what = `${n} sessions, ${size.running} containers`;
  const perSecond = (requests * 1000) / convergedMs;
  return [
    judge(GOALS.restart, {
      value: convergedMs / 1000,
      n,
      aa: null,
      note: `${what}; ready after ${(readyMs / 1000).toFixed(1)} s`,
    }),
    judge(GOALS.restartMemory, { value: rssMib, n, aa: null, note: what }),
    judge(GOALS.restartRequests, { value: perSecond, n, aa: null, note: `${requests} requests` }),
    judge(GOALS.restartWrites, { value: rewritten.length, n, aa: null, note: rewritten.slice(0, 5).join(' ') }),
  ];
}

async function measureSoak({ socketPath, pairs, signal, say }: BenchContext): Promise<readonly BenchRow[]> {
  await using operator = await cluster(socketPath);
  const size = pairs < FEW_PAIRS ? FEW_SOAK : SOAK;
  say(`endurance: ${size.lives} lives`);
  const { before, after, lives, cuts } = await soak(operator, { ...size, random: Math.random }, signal);
  const grown = (pick: (answer: typeof before) => number) => pick(after) - pick(before);
  const kib = grown(({ rssBytes }) => rssBytes) / 1024 / lives;
  return [
    judge(GOALS.soakMemory, {
      value: kib,
      n: lives,
      aa: null,
      note: `${(before.rssBytes / MIB).toFixed(0)} to ${(after.rssBytes / MIB).toFixed(0)} MiB; ${cuts} connections cut`,
    }),
    judge(GOALS.soakFiles, {
      value: grown(({ openFiles }) => openFiles),
      n: lives,
      aa: null,
      note: `${after.openFiles} open`,
    }),
    judge(GOALS.soakResources, {
      value: grown(({ activeResources }) => activeResources),
      n: lives,
      aa: null,
      note: `${after.activeResources} timers, sockets and requests`,
    }),
  ];
}
