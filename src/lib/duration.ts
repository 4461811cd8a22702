// A length of time as people write it.

/** What is allowed, for a problem's sentence. */
export const SECONDS_FORMS = 'a number of seconds, or a duration such as 90s, 30m, 2h, 1d';

const UNITS_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Whole seconds, at least one; null for everything else. */
export function parseSeconds(text: string): number | null {
  const found = /^([0-9]{1,9})([smhd]?)$/.exec(text);
  const seconds = found === null ? 0 : Number(found[1]) * (UNITS_SECONDS[found[2] ?? ''] ?? 0);
  return seconds > 0 ? seconds : null;
}
