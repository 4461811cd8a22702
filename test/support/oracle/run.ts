// What a vitest run and its workers share with the oracle: the name of the run, and a file of the differences that are meant.

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inject } from 'vitest';

export interface OracleRun {
  /** In the names of everything that the tests of this run make on the engine: tells parallel runs apart. */
  readonly id: string;
  readonly exemptionsFile: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly oracle: OracleRun;
  }
}

export interface Exemption {
  /** The label that the container has. */
  readonly uid: string;
  /** Names of differences, as the oracle gives them, or how they begin and "*"; "any" for a container that shares nothing with ours but a label. */
  readonly what: readonly string[] | 'any';
  /** False for what may come before or after the oracle looks. */
  readonly mustOccur: boolean;
}

const RUN_NAME = /(?:^|\/)test-r[0-9a-f]{8}-/;

/** "test-r1a2b3c4d-": how names of clusters and nodes of this run begin. */
export const runPrefix = (run: Pick<OracleRun, 'id'> = inject('oracle')): string => `test-r${run.id}-`;

/** Whether a label names another run of these tests on the same engine. */
export const isOfOtherRun = (value: string, run: Pick<OracleRun, 'id'>): boolean =>
  RUN_NAME.test(value) && !value.includes(runPrefix(run));

/**
 * Tells the oracle that a test makes a container on purpose that differs. Call it before the container is created. The run fails
 * when one of these differences does not occur, as it does for every difference that nobody told of.
 */
export const expectDifferences = (expected: Pick<Exemption, 'uid' | 'what'>): void =>
  append({ ...expected, mustOccur: true });

/** For what is changed after the creation, so that the oracle may have looked before. */
export const allowDifferences = (allowed: Pick<Exemption, 'uid' | 'what'>): void =>
  append({ ...allowed, mustOccur: false });

function append(exemption: Exemption): void {
  const file = inject('oracle').exemptionsFile;
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(exemption)}\n`);
}

export function readExemptions(file: string): readonly Exemption[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exemption); // written above
}
