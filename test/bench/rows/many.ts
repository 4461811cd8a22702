// Goals 21 and 27: what a session costs in memory beside the same bare container, and commands on many sessions at once.

import { readdir, readFile } from 'node:fs/promises';

import type { McpSession } from '../../../src/model/session.ts';
import { type BenchController, openBenchController } from '../kit/bench-controller.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { timed } from '../kit/interleave.ts';
import { type BenchRow, judge } from '../kit/judge.ts';
import { type BenchNodeApi, openBenchNodeApi } from '../kit/node-api.ts';
import { openRawContainers } from '../kit/raw-containers.ts';
import { mean, median } from '../kit/statistics.ts';

/** Containers whose memory is added up, on each side. */
const WEIGHED = 12;
const MANY = 200;
const FEW = 20;
const ALL_AT_ONCE = 5;
const ARGV = ['true'];

export const many: RowGroup = { name: 'many sessions', numbers: [21, 27], measure };

async function measure({ socketPath, pairs, signal, say }: BenchContext): Promise<readonly BenchRow[]> {
  await using raw = await openRawContainers(socketPath, signal);
  await using controller = await openBenchController({ socketPath }, signal);
  await using nodeApi = await openBenchNodeApi(controller);
  const bare = [];
  for (let index = 0; index < WEIGHED; index += 1) bare.push(await raw.startHardened());
  const sessions = await startMany(controller, WEIGHED);
  const own = await Promise.all(sessions.map(async (session) => (await controller.target(session)).containerId));
  const [bareKib, ownKib] = [await memoryOf(bare), await memoryOf(own)];
  const memory = judge(GOALS.sessionMemory, {
    value: mean(ownKib) / mean(bareKib),
    // Proportional shares of the same processes at one moment: the same pages give the same figure, so n containers are n pairs.
    n: WEIGHED,
    aa: null,
    note: `${mean(ownKib).toFixed(0)} / ${mean(bareKib).toFixed(0)} KiB: shim and all processes, proportional shares`,
  });
  const most = pairs < FEW ? FEW : MANY;
  say(`many sessions: starting ${most}`);
  sessions.push(...(await startMany(controller, most - WEIGHED)));
  return [memory, await atOnce(nodeApi, sessions, signal)];
}

async function startMany(controller: BenchController, count: number): Promise<McpSession[]> {
  const started: McpSession[] = [];
  while (started.length < count) {
    const batch = Math.min(controller.concurrency, count - started.length);
    started.push(...(await Promise.all(Array.from({ length: batch }, () => controller.start()))));
  }
  return started;
}

async function atOnce(nodeApi: BenchNodeApi, sessions: readonly McpSession[], signal: AbortSignal): Promise<BenchRow> {
  const [first] = sessions;
  if (first === undefined) throw new RangeError('no session');
  const all = () => timed(() => Promise.all(sessions.map((session) => nodeApi.run(session, { argv: ARGV }, signal))));
  const one = () => timed(() => nodeApi.run(first, { argv: ARGV }, signal));
  await all();
  const together: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < ALL_AT_ONCE; round += 1) {
    alone.push(await one());
    together.push(await all());
  }
  const note = `${sessions.length} in ${median(together).toFixed(0)} ms, one in ${median(alone).toFixed(1)} ms`;
  return judge(GOALS.manyCommands, { value: median(together) / median(alone), n: ALL_AT_ONCE, aa: null, note });
}

/** KiB of each container: its shim and every process below it. */
async function memoryOf(containerIds: readonly string[]): Promise<readonly number[]> {
  const processes = await allProcesses();
  return Promise.all(
    containerIds.map(async (id) => {
      const shim = processes.find(({ command }) => command.includes('containerd-shim') && command.includes(id));
      if (shim === undefined) throw new RangeError(`no shim of container ${id}`);
      const own = [shim.pid];
      for (const pid of own) own.push(...processes.filter(({ parent }) => parent === pid).map((child) => child.pid));
      const shares = await Promise.all(own.map(proportionalKib));
      return shares.reduce((sum, share) => sum + share, 0);
    }),
  );
}

interface HostProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

async function allProcesses(): Promise<readonly HostProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = async (pid: string): Promise<HostProcess[]> => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (stat === null) return []; // it has ended meanwhile
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return [{ pid: Number(pid), parent, command }];
  };
  return (await Promise.all(pids.map(read))).flat();
}

async function proportionalKib(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1]);
}
