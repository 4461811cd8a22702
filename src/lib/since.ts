// "Since when", as people and models write it. Time is looked at later, where there is a clock.

export type Since = { readonly kind: 'ago'; readonly ms: number } | { readonly kind: 'at'; readonly ms: number };

/** What is allowed, for a problem's sentence. */
export const SINCE_FORMS = 'a duration such as 30s, 5m, 2h, 1d, or a time such as 2026-11-20T17:00:00Z';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** null for everything else. */
export function parseSince(text: string): Since | null {
  const ago = /^([0-9]{1,9})([smhd])$/.exec(text);
  if (ago !== null) return { kind: 'ago', ms: Number(ago[1]) * (UNITS_MS[ago[2] ?? ''] ?? 0) };
  const ms = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : { kind: 'at', ms };
}

/** Milliseconds since the epoch. */
export const sinceMs = (since: Since, nowMs: number): number => (since.kind === 'at' ? since.ms : nowMs - since.ms);
