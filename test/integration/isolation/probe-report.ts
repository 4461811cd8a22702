// What the probe printed, and the ids of all its checks as the two documents number them.

export interface CheckResult {
  readonly id: string;
  readonly name: string;
  readonly verdict: 'ok' | 'fail';
  /** What was seen. */
  readonly detail: string;
}

const numbered = (letter: string, count: number, width: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(width, '0')}`);

/** The 25 of requirements.md 9.6: limits, network, non-root, files, system calls and capabilities. */
export const CONTAINER_CHECKS: readonly string[] = [
  ...numbered('L', 5, 1),
  ...numbered('N', 4, 1),
  ...numbered('U', 5, 1),
  ...numbered('F', 6, 1),
  ...numbered('S', 5, 1),
];
/** The 40 of security.md 4.8. */
export const ESCAPE_CHECKS: readonly string[] = numbered('P', 40, 2);
export const ALL_CHECKS: readonly string[] = [...CONTAINER_CHECKS, ...ESCAPE_CHECKS];

/** One line of JSON per check. Throws when a line is not one, so that a probe that died cannot pass. */
export const parseReport = (text: string): readonly CheckResult[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CheckResult); // printed by test/probe/src/report.rs

export const idsOf = (results: readonly CheckResult[]): readonly string[] => results.map(({ id }) => id);

/** "P12: /var/run/docker.sock" for each check that failed. */
export const failuresOf = (results: readonly CheckResult[]): readonly string[] =>
  results.filter(({ verdict }) => verdict !== 'ok').map(({ id, detail }) => `${id}: ${detail}`);
