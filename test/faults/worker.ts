// A worker process: one lane, and the plans that the main process sends, one after the other.

import { startLane } from './rig/lane.ts';
import type { PlanResult, Reference } from './result.ts';
import { runPlan } from './run-plan.ts';
import type { Plan } from './plan.ts';

export interface WorkerSettings {
  /** Where the bundles are, unless a job names others. */
  readonly programs: string;
  readonly run: string;
  readonly worker: number;
}

export type ToWorker =
  | { readonly run: Plan; readonly reference: Reference | null; readonly programs: string | null }
  | { readonly end: true };
export type FromWorker =
  | { readonly say: 'ready' }
  | { readonly say: 'result'; readonly result: PlanResult }
  | { readonly say: 'broken'; readonly why: string };

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings; // written by pool.ts
const say = (message: FromWorker): void => void process.send?.(message);
process.on('disconnect', () => process.exit(3)); // the next run removes what is left
process.on('SIGINT', () => {}); // the main process ends us in order

const lane = await startLane(settings);
say({ say: 'ready' });
process.on('message', (message: ToWorker) => {
  if ('end' in message) {
    void lane.close().finally(() => process.exit(0));
    return;
  }
  lane.use(message.programs ?? settings.programs);
  runPlan(lane, message.run, message.reference).then(
    (result) => say({ say: 'result', result }),
    (thrown: unknown) =>
      say({ say: 'broken', why: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }),
  );
});
