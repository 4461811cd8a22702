// What the requests of a program themselves show, whatever came of them.

import type { Effect } from '../proxy/director.ts';

const WINDOW_MS = 1_000;
/** Requests of one kind about one session in one second: what a backoff of 5 ms, 10 ms and so on with jitter comes to (I10). */
const MOST_OF_A_KIND = 12;
const DESTRUCTIVE: ReadonlySet<string> = new Set(['remove', 'stop', 'kill']);
const ID = /\/containers\/([^/?]+)/;

/** I7: what destroys is addressed by a container id; I10: nothing is repeated without a pause. */
export function traceProblems(effects: readonly Effect[]): readonly string[] {
  return [...namedVictims(effects), ...hotLoops(effects)];
}

function namedVictims(effects: readonly Effect[]): readonly string[] {
  return effects
    .filter(({ api, kind }) => api === 'docker' && DESTRUCTIVE.has(kind.replace(/^init-/, '')))
    .filter(({ path }) => !/^[0-9a-f]{64}$/.test(ID.exec(path)?.[1] ?? ''))
    .map(({ method, path }) => `I7 a destructive call by name: ${method} ${path}`);
}

function hotLoops(effects: readonly Effect[]): readonly string[] {
  const times = new Map<string, number[]>();
  for (const { program, kind, session, atMs } of effects) {
    const key = `${program} ${kind} of ${session ?? 'none'}`;
    times.set(key, [...(times.get(key) ?? []), atMs]);
  }
  const problems: string[] = [];
  for (const [key, all] of times) {
    if (/ (?:event|review|lease) of/.test(key)) continue;
    const most = Math.max(...all.map((from) => all.filter((at) => at >= from && at < from + WINDOW_MS).length));
    if (most > MOST_OF_A_KIND) problems.push(`I10 ${most} requests in a second: ${key}`);
  }
  return problems;
}
