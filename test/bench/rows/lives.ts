// Goals 1, 2, 4 and the first half of 13: one container from start to removal, by the controller, by the bare API twice, by
// the CLI and without hardening, all in the same rounds. The baseline that is run twice is the A/A row of both halves.

import { openBenchController, type BenchController } from '../kit/bench-controller.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { dockerRun, hasDockerCli } from '../kit/docker-cli.ts';
import { GOALS } from '../kit/goals.ts';
import { interleave, timed } from '../kit/interleave.ts';
import { type BenchRow, judge, judgeAgainstItself } from '../kit/judge.ts';
import { openRawContainers, type RawContainers } from '../kit/raw-containers.ts';
import { median, middleRatio } from '../kit/statistics.ts';

interface Life {
  readonly startMs: number;
  readonly endMs: number;
}

type Lives = readonly Life[];

const ROUNDS = { warmups: 3, pauseMs: 25 };

export const lives: RowGroup = { name: 'start and delete', numbers: [1, 2, 4, 13], measure };

async function measure({ socketPath, pairs, signal, say }: BenchContext): Promise<readonly BenchRow[]> {
  const hasCli = await hasDockerCli();
  if (!hasCli) say('there is no docker command on PATH: row 2 is left out');
  await using raw = await openRawContainers(socketPath, signal);
  await using controller = await openBenchController({ socketPath }, signal);
  const byRaw = (start: () => Promise<string>) => () => lifeByRaw(raw, start);
  const cases = {
    raw: byRaw(() => raw.startHardened()),
    rawAgain: byRaw(() => raw.startHardened()),
    plain: byRaw(() => raw.startPlain()),
    controller: () => lifeByController(controller),
  };
  const rounds = { ...ROUNDS, rounds: pairs };
  if (!hasCli) return rowsOf(await interleave(cases, rounds, signal), null);
  const cli = byRaw(() => dockerRun(socketPath, raw.hardened()));
  const samples = await interleave({ ...cases, cli }, rounds, signal);
  return rowsOf(samples, samples.cli);
}

async function lifeByRaw(raw: RawContainers, start: () => Promise<string>): Promise<Life> {
  let id = '';
  const startMs = await timed(async () => {
    id = await start();
  });
  return { startMs, endMs: await timed(() => raw.engine.remove(id)) };
}

async function lifeByController(controller: BenchController): Promise<Life> {
  const startedMs = performance.now();
  const session = await controller.start();
  return { startMs: performance.now() - startedMs, endMs: await timed(() => controller.end(session)) };
}

const starts = (block: Lives): number => median(block.map(({ startMs }) => startMs));
const ends = (block: Lives): number => median(block.map(({ endMs }) => endMs));

function rowsOf(
  samples: Readonly<Record<'raw' | 'rawAgain' | 'plain' | 'controller', Lives>>,
  cli: Lives | null,
): readonly BenchRow[] {
  const { raw, rawAgain, plain, controller } = samples;
  const n = raw.length;
  const startAa = middleRatio(rawAgain, raw, starts);
  const endAa = middleRatio(rawAgain, raw, ends);
  const ms = (reduce: (block: Lives) => number, subject: Lives, baseline: Lives): string =>
    `${reduce(subject).toFixed(1)} / ${reduce(baseline).toFixed(1)} ms`;
  const overCli =
    cli === null ? [] : [{ value: middleRatio(controller, cli, starts), note: ms(starts, controller, cli) }];
  return [
    judgeAgainstItself('start', startAa, n),
    judge(GOALS.start, {
      value: middleRatio(controller, raw, starts),
      n,
      aa: startAa,
      note: ms(starts, controller, raw),
    }),
    ...overCli.map((row) => judge(GOALS.startOverCli, { ...row, n, aa: startAa })),
    judge(GOALS.hardening, { value: middleRatio(raw, plain, starts), n, aa: startAa, note: ms(starts, raw, plain) }),
    judgeAgainstItself('delete', endAa, n),
    judge(GOALS.delete, { value: middleRatio(controller, raw, ends), n, aa: endAa, note: ms(ends, controller, raw) }),
  ];
}
