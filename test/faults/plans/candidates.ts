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
export type Family = 'sweep' | 'pairs' | 'stale' | 'unobserved' | 'catalogue';

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
    const slow = effect.n > 0 && workload === 'W1' && !UPGRADES.has(effect.kind) ? ['Etimeout'] : [];
    return [...modesOf(effect), ...slow].map((mode) =>
      candidate('sweep', `${effect.kind}:${mode === 'Etimeout' ? mode : mode[0]}`, {
        ...{ workload, seed: 0, at: atOf(effect), mode },
      }),
    );
  });
}

const PAIRED_MODES = ['S', 'R', 'B'] as const;

/** A second fault while the first one is being mended. */
export function pairCandidates(workload: string, effects: readonly EffectLine[]): readonly Candidate[] {
  const own = effects.filter(({ n, program }) => n > 0 && program === 'controller');
  return own.flatMap((first) =>
    own
      .filter(({ n }) => n >= first.n)
      .flatMap((second) =>
        PAIRED_MODES.map((mode) => {
          const again = { do: 'fault' as const, at: { match: matchOf(second), occurrence: 1 }, mode };
          // oxlint-disable-next-line unicorn/no-thenable -- a list, which no `await` takes for a promise
          const plan = { workload, seed: 0, at: atOf(first), mode: 'S', then: [again] };
          return candidate('pairs', `${first.kind}:${second.kind}`, plan);
        }),
      ),
  );
}

const matchOf = ({ program, kind, detail, session }: EffectLine) => ({
  program,
  kind,
  ...(detail === '' ? {} : { detail }),
  ...(session === null ? {} : { session }),
});
const atOf = (effect: EffectLine) => ({ match: matchOf(effect), occurrence: effect.occurrence });

/** The controller dies at one effect and comes back to the world of an earlier one. */
export function staleCandidates(workload: string, effects: readonly EffectLine[]): readonly Candidate[] {
  const own = effects.filter(({ n, program }) => n > 0 && program === 'controller');
  return own.flatMap((effect) =>
    own
      .filter(({ n }) => n < effect.n)
      .flatMap((earlier) =>
        (['S', 'B'] as const).map((mode) => {
          const plan = { workload, seed: 0, at: atOf(effect), mode, snapshot: { effect: earlier.n } };
          return candidate('stale', `${effect.kind}:after-${earlier.kind}`, plan);
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
