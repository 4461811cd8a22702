// A plan: what is done to which program at which moment of which workload. The file alone reproduces a failure.

import { z } from 'zod';

const ALIAS = /^[a-z][a-z0-9]{0,15}$/;

/** What a request must be; everything that is named must hold. `path~` and `body~` are regular expressions. */
export const matchSchema = z.strictObject({
  api: z.enum(['kube', 'docker']).optional(),
  program: z.enum(['controller', 'placement', 'other']).optional(),
  /** Of effects.ts: "create", "status", "finalizer-remove", ... */
  kind: z.string().optional(),
  /** The reason that a status write reports: "Running". */
  detail: z.string().optional(),
  /** Short name of the session in its workload: "s1". */
  session: z.string().regex(ALIAS).optional(),
  method: z.string().optional(),
  'path~': z.string().optional(),
  'body~': z.string().optional(),
});
export type Match = z.infer<typeof matchSchema>;

/** The n-th mutating request of all (leases, events and the node's own object are not counted), or the n-th that matches. */
const atSchema = z.union([
  z.strictObject({ n: z.int().min(1) }),
  z.strictObject({ match: matchSchema, occurrence: z.int().min(1).default(1) }),
]);
export type At = z.infer<typeof atSchema>;

/**
 * B kill before forwarding; S forward, wait for the reply, kill; A relay, then kill; R forward, reset the client, the program lives;
 * E<code> a synthetic reply, not forwarded; Etimeout no reply at all; D forward twice; H half a request; L<ms> delay; P partition.
 */
export const MODE = /^(B|S|A|R|D|H|P|E(?:4\d\d|5\d\d|timeout)|L\d{1,6})$/;

const thenSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('restart'), afterMs: z.int().min(0).default(0) }),
  z.strictObject({ do: z.literal('release'), afterMs: z.int().min(0).default(0) }),
  z.strictObject({ do: z.literal('fault'), at: atSchema, mode: z.string().regex(MODE) }),
]);

/** What happens to events of the watch of sessions; `event` chooses them. */
const watchSchema = z.strictObject({
  fault: z.enum(['drop', 'dup', 'hold', '410', 'half-open', 'bookmark-only', 'cut']),
  event: z
    .strictObject({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED']).optional(), session: z.string().optional() })
    .default({}),
  /** The first event that is touched, and how many are. */
  from: z.int().min(1).default(1),
  count: z.int().min(1).default(1),
  /** For hold, half-open and bookmark-only: how long. */
  forMs: z.int().min(0).default(3_000),
});
export type WatchPlan = z.infer<typeof watchSchema>;

/** Time travel: the program that was killed at `at` sees, for `lagMs`, the sessions as they were at an earlier effect. */
const snapshotSchema = z.strictObject({ effect: z.int().min(0), lagMs: z.int().min(0).max(60_000).default(1_500) });

export const planSchema = z.strictObject({
  workload: z.string().regex(/^W\d+[a-z]?$/),
  seed: z.int().min(0),
  at: atSchema.optional(),
  mode: z.string().regex(MODE).optional(),
  // oxlint-disable-next-line unicorn/no-thenable -- the word of security.md 3.1; a list, which no `await` takes for a promise
  then: z.array(thenSchema).default([]),
  watch: watchSchema.optional(),
  snapshot: snapshotSchema.optional(),
  /** A fault of the catalogue (security.md 3.3): "F5". */
  fault: z
    .string()
    .regex(/^(?:F\d+|I16)$/)
    .optional(),
  /** For people: why this plan exists. */
  note: z.string().optional(),
});
export type Plan = z.infer<typeof planSchema>;
export type PlanInput = z.input<typeof planSchema>;

/** Throws with every problem when the text is no plan. */
export function parsePlan(text: string): Plan {
  const parsed = planSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`not a plan: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** One short line that tells plans apart. */
export function planName(plan: Plan): string {
  const parts = [plan.workload, plan.fault, plan.mode, plan.at === undefined ? undefined : atName(plan.at)];
  const watch = plan.watch === undefined ? undefined : watchName(plan.watch);
  const snapshot = plan.snapshot === undefined ? undefined : `snapshot@${plan.snapshot.effect}`;
  const more = plan.then.flatMap((then) => (then.do === 'fault' ? [`+${then.mode}:${atName(then.at)}`] : []));
  return [...parts, watch, snapshot, ...more, `seed=${plan.seed}`].filter((part) => part !== undefined).join(' ');
}

function atName(at: At): string {
  if ('n' in at) return `#${at.n}`;
  const { kind, detail, session, method } = at.match;
  const path = at.match['path~'];
  const words = [kind, detail, session, method, path].filter((word) => word !== undefined);
  return `${words.join('/')}[${at.occurrence}]`;
}

const watchName = ({ fault, event, from, count }: WatchPlan): string =>
  `watch:${fault}(${event.type ?? 'any'}/${event.session ?? 'any'})[${from}+${count}]`;

/** The kind of mode for statistics: "E500" counts as E. */
export function modeOf(plan: Plan): string {
  if (plan.fault !== undefined) return plan.fault;
  if (plan.snapshot !== undefined) return 'stale';
  if (plan.watch !== undefined) return `watch-${plan.watch.fault}`;
  return plan.mode?.[0] ?? 'none';
}
