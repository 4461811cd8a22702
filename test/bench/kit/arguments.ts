// The bench's command line. Every problem is reported at once.

import { parseArgs } from 'node:util';

import { err, ok, type Result } from '../../../src/lib/result.ts';
import { PAIRS_TO_JUDGE } from './judge.ts';

export interface BenchArguments {
  /** Numbers of the goals to measure. */
  readonly rows: ReadonlySet<number>;
  readonly pairs: number;
}

/** Enough to see that everything works; too few for verdicts on ratios. */
const QUICK_PAIRS = 9;
const MOST_PAIRS = 1_000;

export function parseBenchArguments(
  argv: readonly string[],
  numbers: readonly number[],
): Result<BenchArguments, readonly string[]> {
  const parsed = parseFlags(argv);
  if (!parsed.ok) return parsed;
  const { rows: rowsText, pairs: pairsText, quick } = parsed.value;
  const rows = rowsText === undefined ? [...numbers] : rowsText.split(',').map(Number);
  const unknown = rows.filter((number) => !numbers.includes(number));
  const pairs = Number(pairsText ?? (quick === true ? QUICK_PAIRS : PAIRS_TO_JUDGE));
  const problems = [
    ...(unknown.length === 0 ? [] : [`--rows ${rowsText}: must be numbers out of ${numbers.join(',')}`]),
    ...(Number.isInteger(pairs) && pairs >= 3 && pairs <= MOST_PAIRS
      ? []
      : [`--pairs ${pairsText}: must be 3 to ${MOST_PAIRS}`]),
  ];
  return problems.length > 0 ? err(problems) : ok({ rows: new Set(rows), pairs });
}

function parseFlags(
  argv: readonly string[],
): Result<{ rows?: string | undefined; pairs?: string | undefined; quick?: boolean | undefined }, readonly string[]> {
  try {
    const options = { rows: { type: 'string' }, pairs: { type: 'string' }, quick: { type: 'boolean' } } as const;
    return ok(parseArgs({ args: [...argv], options, strict: true }).values);
  } catch (thrown) {
    return err([thrown instanceof Error ? thrown.message : String(thrown)]);
  }
}
