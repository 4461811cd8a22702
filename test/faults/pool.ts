// Several workers side by side: most of a plan is waiting.

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Plan } from './plan.ts';
import type { PlanResult, Reference } from './result.ts';
import { MOST_PATIENCE } from './rig/patience.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './worker.ts';

export interface Job {
  readonly plan: Plan;
  readonly reference: Reference | null;
  /** Where other bundles are than those of the pool. */
  readonly programs?: string;
}

export interface Pool {
  /**
   * Resolves when all are done; `onResult` is called as they come, and may return one more to be done next. A broken worker is replaced,
   * and its plan counts as broken.
   */
  run(jobs: readonly Job[], onResult: (outcome: Outcome) => Job | null): Promise<void>;
  close(): Promise<void>;
}

export type Outcome = { readonly result: PlanResult } | { readonly broken: string; readonly plan: Plan };

/** No plan takes so long: its worker hangs. */
const PLAN_WITHIN_MS = 900_000;
const CLOSE_WITHIN_MS = 20_000;

export async function startPool(options: {
  readonly programs: string;
  readonly run: string;
  readonly workers: number;
  /** Deadlines are not made longer than so many times (rig/patience.ts). */
  readonly mostPatience?: number;
}): Promise<Pool> {
  const { programs, run, mostPatience = null } = options;
  const workers = await Promise.all(
    Array.from({ length: options.workers }, (_, index) =>
      startWorker({ programs, run, worker: index + 1, mostPatience }),
    ),
  );
  return {
    async run(jobs, onResult) {
      const waiting = [...jobs];
      await Promise.all(
        workers.map(async (worker) => {
          for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
            const more = onResult(await worker.run(job));
            if (more !== null) waiting.unshift(more);
          }
        }),
      );
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

interface Worker {
  run(job: Job): Promise<Outcome>;
  close(): Promise<void>;
}

async function startWorker(settings: Settings): Promise<Worker> {
  let child = await forkWorker(settings);
  const replace = async (): Promise<void> => {
    child.kill('SIGKILL');
    child = await forkWorker(settings).catch(() => forkWorker(settings)); // what broke the worker may be over by now
  };
  return {
    async run({ plan, reference, programs = null }) {
      const answer = await ask(child, { run: plan, reference, programs });
      if (answer.say === 'result') return { result: answer.result };
      await replace();
      return { broken: answer.say === 'broken' ? answer.why : 'no answer', plan };
    },
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      const late = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
      if (child.connected) child.send({ end: true } satisfies ToWorker);
      await Promise.race([gone, late]);
      child.kill('SIGKILL');
    },
  };
}

interface Settings extends WorkerSettings {
  readonly mostPatience: number | null;
}

async function forkWorker({ mostPatience, ...settings }: Settings): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...(mostPatience === null ? {} : { [MOST_PATIENCE]: String(mostPatience) }) },
  });
  const answer = await next(child, PLAN_WITHIN_MS);
  if (answer.say !== 'ready')
    throw new Error(`a worker did not start: ${answer.say === 'broken' ? answer.why : answer.say}`);
  return child;
}

function ask(child: ChildProcess, message: ToWorker): Promise<FromWorker> {
  const answer = next(child, PLAN_WITHIN_MS);
  child.send(message);
  return answer;
}

function next(child: ChildProcess, withinMs: number): Promise<FromWorker> {
  return new Promise((resolve) => {
    const end = (answer: FromWorker): void => {
      clearTimeout(timer);
      child.removeListener('message', end);
      child.removeListener('exit', onExit);
      resolve(answer);
    };
    const onExit = (code: number | null): void => end({ say: 'broken', why: `the worker ended with code ${code}` });
    const timer = setTimeout(() => end({ say: 'broken', why: `no answer within ${withinMs} ms` }), withinMs);
    child.once('message', end);
    child.once('exit', onExit);
  });
}
