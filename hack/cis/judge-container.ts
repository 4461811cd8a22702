// All checks of CIS Docker Benchmark section 5 on one container. Written from the benchmark's subjects, apart from src/rules on purpose:
// a mistake there must not be repeated here.

import type { CisCheck, CisResult } from './check.ts';
import type { CisFacts } from './facts.ts';
import { limitChecks } from './limit-checks.ts';
import { mountChecks } from './mount-checks.ts';
import { networkChecks } from './network-checks.ts';
import { privilegeChecks } from './privilege-checks.ts';

export interface JudgedCheck extends CisResult {
  readonly id: string;
  readonly title: string;
}

const numberOf = ({ id }: CisCheck): number => Number(id.split('.')[1]);

/** 5.1 to 5.32. */
export const cisChecks: readonly CisCheck[] = [
  ...privilegeChecks,
  ...mountChecks,
  ...networkChecks,
  ...limitChecks,
].toSorted((left, right) => numberOf(left) - numberOf(right));

export const judgeContainer = (facts: CisFacts): readonly JudgedCheck[] =>
  cisChecks.map(({ id, title, judge }) => ({ id, title, ...judge(facts) }));

/** "28 of 32 pass, 0 fail, 1 warn, 3 info". */
export function scoreText(results: readonly JudgedCheck[]): string {
  const count = (status: CisResult['status']): number => results.filter((result) => result.status === status).length;
  return `${count('PASS')} of ${results.length} pass, ${count('FAIL')} fail, ${count('WARN')} warn, ${count('INFO')} info`;
}

/** One line per check, then the score. */
export function containerText(name: string, results: readonly JudgedCheck[]): string {
  const lines = results.map(({ id, status, title, note }) =>
    `${id.padEnd(4)}  ${status}  ${title}${note === '' ? '' : `: ${note}`}`.trimEnd(),
  );
  return `${name}\n${lines.join('\n')}\nScore: ${scoreText(results)}\n`;
}
