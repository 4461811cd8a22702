// The command line of `npm run faults`.

import { parseArgs } from 'node:util';

export interface FaultArguments {
  readonly plans: number;
  readonly seed: number;
  readonly workers: number;
  readonly files: readonly string[];
  /** Only these workloads; empty for all. */
  readonly workloads: readonly string[];
  /** A directory of bundles, made with replacements; null: bundle what is here. */
  readonly programs: string | null;
  readonly report: string;
  /** For every commit: quick faults, one clean run per workload instead of two, heavy workloads in turn. */
  readonly sample: boolean;
}

/** `nowMs`: the default seed changes every day, so that the days together cover everything. */
export function parseFaultArguments(argv: readonly string[], nowMs: number): FaultArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      plans: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Math.floor(nowMs / 86_400_000)) },
      workers: { type: 'string', default: '4' },
      plan: { type: 'string', multiple: true, default: [] },
      workload: { type: 'string', multiple: true, default: [] },
      programs: { type: 'string' },
      sample: { type: 'boolean', default: false },
      report: { type: 'string', default: 'out/faults.json' },
    },
  });
  return {
    plans: count(values.plans, '--plans'),
    seed: count(values.seed, '--seed'),
    workers: Math.max(count(values.workers, '--workers'), 1),
    files: values.plan,
    workloads: values.workload,
    programs: values.programs ?? null,
    report: values.report,
    sample: values.sample,
  };
}

function count(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${option} ${text}: must be a whole number`);
  return Number(text);
}
