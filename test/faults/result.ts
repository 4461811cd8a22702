// What a run of a plan comes to, in data that crosses between processes.

import type { Summary } from './judge/summary.ts';
import type { Plan } from './plan.ts';
import type { Effect, ProgramName } from './proxy/director.ts';

/** What a run without faults does and leaves behind. */
export interface Reference {
  readonly summary: Summary;
  readonly effects: readonly EffectLine[];
  /** Events of the watch of sessions: "MODIFIED s1" to how many. */
  readonly events: Readonly<Record<string, number>>;
}

/** An effect as plans address it. */
export interface EffectLine {
  readonly n: number;
  readonly api: Effect['api'];
  readonly program: ProgramName;
  readonly kind: string;
  readonly detail: string;
  readonly session: string | null;
  /** Of effects with the same kind, detail and session. */
  readonly occurrence: number;
}

export interface PlanResult {
  readonly plan: Plan;
  /** Whether the fault happened at all. */
  readonly reached: boolean;
  readonly violations: readonly string[];
  readonly seconds: number;
  readonly quietSeconds: number;
  readonly summary: Summary;
  readonly effects: readonly EffectLine[];
  readonly events: Readonly<Record<string, number>>;
  readonly timeline: readonly string[];
}

export function linesOf(effects: readonly Effect[]): readonly EffectLine[] {
  const seen = new Map<string, number>();
  return effects.map(({ n, api, program, kind, detail, session }) => {
    const key = `${program} ${kind} ${detail} ${session}`;
    const occurrence = (seen.get(key) ?? 0) + 1;
    seen.set(key, occurrence);
    return { n, api, program, kind, detail, session, occurrence };
  });
}
