// `npm run bench`: measures the product against baselines in the same run and writes out/bench.json. What the rows mean:
// docs/benchmarks.md.
//   node --expose-gc test/bench/main.ts [--rows 1,2,3] [--pairs N] [--quick]

import { mkdir, writeFile } from 'node:fs/promises';

import { ensureDocker } from '../../hack/docker.ts';
import { asOperatorError, OperatorError } from '../../src/lib/errors.ts';
import { silentLog } from '../../src/ports/log.ts';
import { createShutdown } from '../../src/process/shutdown.ts';
import { type BenchArguments, parseBenchArguments } from './kit/arguments.ts';
import type { BenchRow } from './kit/judge.ts';
import { machineFacts } from './kit/machine.ts';
import { tableOf } from './kit/table.ts';
import { agent } from './rows/agent.ts';
import { cache } from './rows/cache.ts';
import { calls } from './rows/calls.ts';
import { exec } from './rows/exec.ts';
import { files } from './rows/files.ts';
import { firstOutput } from './rows/first-output.ts';
import { lives } from './rows/lives.ts';
import { gone } from './rows/gone.ts';
import { many } from './rows/many.ts';
import { ready } from './rows/ready.ts';
import { rules } from './rows/rules.ts';
import { endurance, restart } from './rows/scale.ts';
import { teardown } from './rows/teardown.ts';
import { webhook } from './rows/webhook.ts';

const GROUPS = [
  calls,
  lives,
  teardown,
  exec,
  firstOutput,
  many,
  ready,
  agent,
  files,
  webhook,
  rules,
  cache,
  gone,
  restart,
  endurance,
];
const NUMBERS = [...new Set(GROUPS.flatMap(({ numbers }) => numbers))].sort((left, right) => left - right);
const OUTPUT = 'out/bench.json';
const SHUTDOWN_MS = 30_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseBenchArguments(argv, NUMBERS);
  if (!parsed.ok) {
    for (const problem of parsed.error) say(`error: ${problem}`);
    return 1;
  }
  const exit = (code: number) => process.exit(code);
  const shutdown = createShutdown({ source: process, exit, log: silentLog, deadlineMs: SHUTDOWN_MS });
  try {
    return await bench(parsed.value, shutdown.signal);
  } catch (thrown) {
    say(
      `error: ${shutdown.signal.aborted ? 'stopped; everything that the bench made is removed' : asOperatorError(thrown).message}`,
    );
    return shutdown.signal.aborted ? 130 : 1;
  } finally {
    await shutdown.close();
  }
}

async function bench({ rows: wanted, pairs }: BenchArguments, signal: AbortSignal): Promise<number> {
  if (globalThis.gc === undefined) throw new OperatorError('invalid', 'run node with --expose-gc (npm run bench does)');
  const docker = await ensureDocker({ log: say });
  try {
    const { socketPath } = docker;
    const before = await machineFacts(socketPath);
    const rows: BenchRow[] = [];
    for (const group of GROUPS.filter(({ numbers }) => numbers.some((number) => wanted.has(number)))) {
      const startedMs = performance.now();
      const measured = await group.measure({ socketPath, pairs, signal, say });
      rows.push(...measured.filter(({ id }) => id.startsWith('A/A') || wanted.has(Number.parseInt(id, 10))));
      say(`${group.name}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
    }
    const machine = { ...before, loadAfter: (await machineFacts(socketPath)).load };
    return await tell(rows, machine);
  } finally {
    await docker.stop();
  }
}

async function tell(rows: readonly BenchRow[], machine: object): Promise<number> {
  process.stdout.write(tableOf(rows));
  await mkdir('out', { recursive: true });
  await writeFile(OUTPUT, `${JSON.stringify({ rows, machine }, null, 2)}\n`);
  const missed = rows.filter(({ ok }) => ok === false);
  for (const { id, what, value, must } of missed)
    say(`missed: goal ${id} (${what}) is ${value.toFixed(2)}, must be ${must}`);
  return missed.length === 0 ? 0 : 1;
}
