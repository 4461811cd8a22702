// Every plan that there could be: workloads x effects x modes, time travel, and events that are lost, doubled or late. Pure.

import type { Plan, PlanInput } from '../plan.ts';
import { planSchema } from '../plan.ts';
import type { EffectLine } from '../result.ts';

/** A plan that may be chosen, and what it is a sample of. */
export interface Candidate {
  readonly plan: Plan;
  readonly family: Family;
  /** Plans of one stratum are alike: effect kind and mode, or the watch fault and its event. */
  readonly stratum: string;
}

/** As security.md 3.5 counts them: 980 of the sweep, 150 stale, 150 unobserved, the catalogue. */
export type Family = 'sweep' | 'stale' | 'unobserved' | 'catalogue';

const KILLS = ['B', 'S', 'A'] as const;
const KUBE_MODES = [...KILLS, 'R', 'E409', 'E429', 'E500', 'E503', 'D', 'H', 'L300', 'P'] as const;
const DOCKER_MODES = [...KILLS, 'R', 'E409', 'E500', 'E503', 'D', 'H', 'L300', 'P'] as const;
/** A request that asks for an upgrade cannot be sent twice. */
const UPGRADE_MODES = [...KILLS, 'R', 'E500', 'L300', 'P'] as const;
const SIDE_MODES = [...KILLS, 'R', 'E500'] as const;
const UPGRADES: ReadonlySet<string> = new Set(['attach', 'exec-start']);
/** Best effort by contract, or not about a session: some of each, not all. */
const SIDES: ReadonlySet<string> = new Set([
  'lease',
  'event',
  'node-status',
  'init-create',
  'init-start',
  'init-remove',
]);

function modesOf({ n, api, kind }: EffectLine): readonly string[] {
  if (n === 0) return SIDES.has(kind) ? SIDE_MODES : [];
  if (UPGRADES.has(kind)) return UPGRADE_MODES;
  return api === 'kube' ? KUBE_MODES : DOCKER_MODES;
}

/** `effects`: those that every clean run of the workload has. */
export function sweepCandidates(workload: string, effects: readonly EffectLine[]): readonly Candidate[] {
  return effects.flatMap((effect) => {
    const { program, kind, detail, session, occurrence } = effect;
    const match = { program, kind, ...(detail === '' ? {} : { detail }), ...(session === null ? {} : { session }) };
    return modesOf(effect).map((mode) =>
      candidate('sweep', `${kind}:${mode[0]}`, { workload, seed: 0, at: { match, occurrence }, mode }),
    );
  });
}

/** The controller dies at one effect and comes back to the world of an earlier one. */
export function staleCandidates(workload: string, effects: readonly EffectLine[]): readonly Candidate[] {
  const own = effects.filter(({ n, program }) => n > 0 && program === 'controller');
  return own.flatMap(({ kind, detail, session, occurrence, n }) =>
    own
      .filter((earlier) => earlier.n < n)
      .flatMap((earlier) =>
        (['S', 'B'] as const).map((mode) => {
          const match = {
            program: 'controller' as const,
            kind,
            ...(detail === '' ? {} : { detail }),
            ...(session === null ? {} : { session }),
          };
          const plan = { workload, seed: 0, at: { match, occurrence }, mode, snapshot: { effect: earlier.n } };
          return candidate('stale', `${kind}:after-${earlier.kind}`, plan);
        }),
      ),
  );
}

const WATCH_FAULTS = ['drop', 'dup', 'hold', '410', 'half-open', 'bookmark-only', 'cut'] as const;
const EVENTS = ['ADDED', 'MODIFIED', 'DELETED'] as const;

/** `events`: "MODIFIED s1" to how many a clean run has. Each of them, alone and in pairs (F9: a change and its undoing). */
export function unobservedCandidates(workload: string, events: Readonly<Record<string, number>>): readonly Candidate[] {
  const sessions = [...new Set(Object.keys(events).map((key) => key.split(' ')[1] ?? ''))].filter(
    (name) => name !== '',
  );
  return sessions.flatMap((session) =>
    WATCH_FAULTS.flatMap((fault) =>
      EVENTS.flatMap((type) =>
        Array.from({ length: events[`${type} ${session}`] ?? 0 }, (_, index) => index + 1).flatMap((from) =>
          [1, 2].map((count) => {
            const watch = { fault, event: { type, session }, from, count, forMs: fault === 'hold' ? 1_500 : 8_000 };
            return candidate('unobserved', `${fault}:${type}`, { workload, seed: 0, watch });
          }),
        ),
      ),
    ),
  );
}

/** With another seed it is another variant. */
export const catalogueCandidate = (fault: string): Candidate =>
  candidate('catalogue', fault, { workload: 'W0', seed: 0, fault });

function candidate(family: Family, stratum: string, plan: PlanInput): Candidate {
  return { family, stratum, plan: planSchema.parse(plan) };
}
