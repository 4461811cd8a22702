// What is asked of a run of the simulation.

import { parseArgs } from 'node:util';

export interface RunOptions {
  readonly seed: number;
  readonly histories: number;
  /** Seconds after which no new history begins; null for no such bound. */
  readonly seconds: number | null;
  readonly workers: number;
  /** Number of the one history to be played with its timeline; null for a run of many. */
  readonly history: number | null;
  /** File with a history to be played with its timeline. */
  readonly script: string | null;
  /** Where the counts of the run are written to, for hack/ci.ts. */
  readonly report: string | null;
}

export function readOptions(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      histories: { type: 'string', default: '10000' },
      seconds: { type: 'string' },
      workers: { type: 'string', default: '2' },
      history: { type: 'string' },
      script: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const whole = (name: string, text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} ${text}: a whole number is wanted`);
    return value;
  };
  return {
    seed: whole('seed', values.seed),
    histories: whole('histories', values.histories),
    seconds: values.seconds === undefined ? null : whole('seconds', values.seconds),
    workers: Math.max(whole('workers', values.workers), 1),
    history: values.history === undefined ? null : whole('history', values.history),
    script: values.script ?? null,
    report: values.report ?? null,
  };
}
