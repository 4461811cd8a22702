// What every group of rows gets.

import type { BenchRow } from './judge.ts';

export interface BenchContext {
  readonly socketPath: string;
  /** Rounds of every timing comparison. */
  readonly pairs: number;
  /** Aborts on SIGINT and SIGTERM: what a group has opened, it closes. */
  readonly signal: AbortSignal;
  /** A line for the person who waits. */
  readonly say: (line: string) => void;
}

/** Rows that are measured together, because they share their rounds. */
export interface RowGroup {
  readonly name: string;
  /** Numbers of the goals. */
  readonly numbers: readonly number[];
  measure(context: BenchContext): Promise<readonly BenchRow[]>;
}
