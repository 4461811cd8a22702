// Goal 14: what a decision costs the webhook's process beyond receiving the request at all, and what that does to the tail at
// 16 in flight.

import { issueCertificate } from '../../../src/process/certificates.ts';
import { VALIDATE_PATH } from '../../../src/webhook/webhook.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { interleave } from '../kit/interleave.ts';
import { type BenchRow, judge, judgeAgainstItself } from '../kit/judge.ts';
import { mean, middleRatio, percentile } from '../kit/statistics.ts';
import { admissionReview } from '../webhook/review.ts';
import { type LoadResult, openServer } from '../webhook/servers.ts';

const REQUESTS = 800;
const IN_FLIGHT = 16;
/** Until both servers run compiled code and hold all their connections. */
const ROUNDS = { warmups: 8, pauseMs: 0 };
const HOUR_MS = 3_600_000;

export const webhook: RowGroup = { name: 'webhook', numbers: [14], measure };

type Results = readonly LoadResult[];
const cpu = (block: Results): number => mean(block.map(({ cpuMicros }) => cpuMicros));
const p99 = (block: Results): number =>
  percentile(
    block.flatMap(({ latenciesMs }) => latenciesMs),
    0.99,
  );

async function measure({ pairs, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const validity = { validForMs: HOUR_MS, nowMs: Date.now() };
  const certificate = await issueCertificate({ commonName: 'bench', hosts: ['127.0.0.1'], ...validity });
  await using empty = await openServer('empty', certificate);
  await using emptyAgain = await openServer('empty', certificate);
  await using server = await openServer('webhook', certificate);
  await using serverOfNew = await openServer('webhook', certificate);
  const load = {
    path: VALIDATE_PATH,
    body: JSON.stringify(admissionReview()),
    requests: REQUESTS,
    inFlight: IN_FLIGHT,
  };
  let seen = 0;
  const tagged = JSON.stringify(admissionReview()).split('"debug"');
  const another = (): string => tagged.join(`"debug-${(seen += 1)}"`);
  const cases = {
    empty: () => empty.load(load),
    emptyAgain: () => emptyAgain.load(load),
    webhook: () => server.load(load),
    webhookNew: () => serverOfNew.load({ ...load, body: another }),
  };
  const results = await interleave(cases, { ...ROUNDS, rounds: pairs }, signal);
  return rowsOf(results, load.body.length);
}

function rowsOf(
  results: Readonly<Record<'empty' | 'emptyAgain' | 'webhook' | 'webhookNew', Results>>,
  bodyBytes: number,
): readonly BenchRow[] {
  const n = results.empty.length;
  const compared = (measured: Results, reduce: (block: Results) => number, unit: string) => ({
    value: middleRatio(measured, results.empty, reduce),
    n,
    aa: middleRatio(results.emptyAgain, results.empty, reduce),
    note: `${reduce(measured).toFixed(1)} / ${reduce(results.empty).toFixed(1)} ${unit}`,
  });
  const unit = `us, body of ${bodyBytes} bytes`;
  const cpuRow = compared(results.webhook, cpu, unit);
  const tailRow = compared(results.webhook, p99, 'ms');
  return [
    judgeAgainstItself('webhook CPU', cpuRow.aa, n),
    judge(GOALS.webhookCpu, cpuRow),
    judge(GOALS.webhookNewCpu, compared(results.webhookNew, cpu, unit)),
    judgeAgainstItself('webhook p99', tailRow.aa, n),
    judge(GOALS.webhookTail, tailRow),
  ];
}
