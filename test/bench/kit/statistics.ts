// The arithmetic of the bench: medians, percentiles, blocks. Pure.

/** Throws for no values: a median of nothing would pass every goal. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value below which `part` (0 to 1) of the values lie, interpolated between neighbours. Throws for no values. */
export function percentile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new RangeError('no values to take a percentile of');
  const sorted = values.toSorted((left, right) => left - right);
  const position = (sorted.length - 1) * part;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values to take a mean of');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const BLOCKS = 3;

/** Three runs of neighbours, in the order of time, as equal as the number allows. */
export function blocksOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const edge = (index: number): number => Math.round((index * items.length) / BLOCKS);
  return Array.from({ length: BLOCKS }, (_, index) => items.slice(edge(index), edge(index + 1)));
}

/**
 * Subject over baseline, judged by the middle block: each block gives one ratio, and the middle one of the three counts, so
 * that a disturbance of one block does not decide. Both must come from the same interleaved rounds.
 */
export function middleRatio<Sample>(
  subject: readonly Sample[],
  baseline: readonly Sample[],
  reduce: (block: readonly Sample[]) => number,
): number {
  const below = blocksOf(baseline);
  return median(blocksOf(subject).map((block, index) => reduce(block) / reduce(below[index] ?? [])));
}
