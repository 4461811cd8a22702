// Everything that happened in a plan, in one order: what a person reads first.

import { type Effect, nameOf } from '../proxy/director.ts';

export interface Noted {
  readonly atMs: number;
  readonly text: string;
}

/** Milliseconds since `fromMs` and what happened then. */
export function timelineOf(parts: {
  readonly fromMs: number;
  readonly effects: readonly Effect[];
  readonly lines: readonly Noted[];
  readonly history: readonly Noted[];
}): readonly string[] {
  const all = [...parts.effects.map(noted), ...parts.lines, ...parts.history].sort((a, b) => a.atMs - b.atMs);
  return all.map(({ atMs, text }) => `${String(Math.round(atMs - parts.fromMs)).padStart(6)} ${text}`);
}

function noted(effect: Effect): Noted {
  const { atMs, program, api, method, path, status, fault } = effect;
  const request = `${program} -> ${api}: ${nameOf(effect)} ${method} ${path.slice(0, 120)}`;
  return { atMs, text: `${request} = ${status ?? 'no answer'}${fault === null ? '' : ` [${fault}]`}` };
}
