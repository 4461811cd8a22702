// What a workload works with: what a user does, straight on the API server; what a foreign hand does on the engine; and waiting for
// what must come. Sessions have short names in a workload ("s1") and long ones in the cluster.

import type { Disturbance } from '../catalogue/disturbance.ts';
import type { EffectKind } from '../proxy/effects.ts';
import { CANARY } from '../judge/canary.ts';
import { type KubeObject, SESSIONS_PATH } from './api.ts';
import type { Lane } from './lane.ts';
import { patience } from './patience.ts';

/** What must be true at the end of a workload; judge/end-state.ts knows how. */
export type Expected =
  | { readonly is: 'gone' }
  | { readonly is: 'ready' }
  /** Over for good, for one of these reasons. */
  | { readonly is: 'finished'; readonly reasons: readonly string[] }
  /** Not Ready, for one of these reasons, and that is right. */
  | { readonly is: 'waiting'; readonly reasons: readonly string[] };

/** A promise of the operator that was not kept in time; the text begins with the invariant. */
export class Violation extends Error {}

/** One session object: the second under a name is another incarnation. */
export interface Incarnation {
  readonly alias: string;
  readonly uid: string;
  readonly ordinal: number;
}

export interface World {
  readonly lane: Lane;
  readonly seed: number;
  /** Of the catalogue; null for none. */
  readonly fault: string | null;
  disturb(): Disturbance;
  readonly incarnations: readonly Incarnation[];
  aliasOf(object: EffectKind['object']): string | null;
  noteContainer(uid: string, containerId: string): void;
  fullName(alias: string): string;
  session(alias: string): KubeObject | null;
  create(
    alias: string,
    spec?: Readonly<Record<string, unknown>>,
    metadata?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  delete(alias: string): Promise<void>;
  /** A merge patch of the object; resolves with the code of the answer. */
  patch(alias: string, body: Readonly<Record<string, unknown>>): Promise<number>;
  /** Waits for the reason of Ready. Throws Violation (I3) after the time that the operator has. */
  until(alias: string, reason: string | readonly string[]): Promise<void>;
  /** Throws Violation (I5). */
  untilGone(alias: string): Promise<void>;
  /** For everything else; throws Violation with `what`. */
  wait(what: string, look: () => boolean | Promise<boolean>): Promise<void>;
  /** Container of the session as the engine has it now; null for none. */
  containerOf(alias: string): Promise<string | null>;
  /** Milliseconds (performance.now) of the last fault: deadlines count from here. */
  lastFaultMs: number;
}

/** security.md I3: within 60 s of the last fault; I5: within 30 s. */
const READY_WITHIN_MS = 60_000;
const GONE_WITHIN_MS = 30_000;
const LOOK_MS = 10;
/** What is over for good does not begin again; a status that somebody has forged is set right sooner. */
const OVER_FOR_MS = 10_000;
export const IMAGE = 'mcps.local/busybox:1';
const ENVIRONMENT = [{ name: 'FAULTS_SECRET', value: CANARY }];

export function createWorld(
  lane: Lane,
  plan: {
    readonly seed: number;
    readonly prefix: string;
    readonly fault: string | null;
    readonly disturb: (world: World) => Disturbance;
  },
): World {
  const { cluster, engine, observer, nodeName } = lane;
  const { prefix, seed, fault } = plan;
  const incarnations: Incarnation[] = [];
  const uidOfContainer = new Map<string, string>();
  const aliases = new Map<string, string>();

  const fullName = (alias: string): string => `${prefix}-${alias}`;
  const aliasOf: World['aliasOf'] = ({ name, uid, containerId }) => {
    if (name !== undefined) return name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1) : null;
    const known = uid ?? uidOfContainer.get(containerId ?? '');
    return known === undefined ? null : (aliases.get(known) ?? null);
  };
  const session = (alias: string): KubeObject | null => observer.sessions.get(fullName(alias)) ?? null;
  const reasonOf = (alias: string): string =>
    session(alias)?.status?.conditions?.find(({ type }) => type === 'Ready')?.reason ?? '';

  const waitWithin = async (
    parts: { readonly what: () => string; readonly withinMs: number },
    look: () => boolean | Promise<boolean>,
  ) => {
    const fromMs = performance.now();
    for (;;) {
      if (await look()) return;
      if (performance.now() - Math.max(world.lastFaultMs, fromMs) > parts.withinMs * patience())
        throw new Violation(parts.what());
      await pause(LOOK_MS);
    }
  };

  const world: World = {
    lane,
    seed,
    fault,
    disturb: () => plan.disturb(world),
    incarnations,
    lastFaultMs: performance.now(),
    aliasOf,
    noteContainer: (uid, containerId) => void uidOfContainer.set(containerId, uid),
    fullName,
    session,
    async create(alias, spec = {}, metadata = {}) {
      const body = {
        apiVersion: 'mcpsession.dev/v1alpha1',
        kind: 'McpSession',
        metadata: { name: fullName(alias), ...metadata },
        spec: { image: IMAGE, env: ENVIRONMENT, nodeSelector: { 'kubernetes.io/hostname': nodeName }, ...spec },
      };
      const made = (await cluster.api.must('POST', SESSIONS_PATH, body)) as KubeObject; // what was created
      const { uid } = made.metadata;
      aliases.set(uid, alias);
      const ordinal = incarnations.filter((each) => each.alias === alias).length + 1;
      incarnations.push({ alias, uid, ordinal });
    },
    async delete(alias) {
      await cluster.api.must('DELETE', `${SESSIONS_PATH}/${fullName(alias)}`);
    },
    async patch(alias, body) {
      const path = `${SESSIONS_PATH}/${fullName(alias)}`;
      return (await cluster.api.call('PATCH', path, body, 'application/merge-patch+json')).code;
    },
    async until(alias, reason) {
      const wanted = new Set([reason].flat());
      const what = (): string =>
        `I3 session ${alias} is not ${[...wanted].join(' or ')} but ${reasonOf(alias) || 'without a word'}`;
      const uid = incarnations.findLast((each) => each.alias === alias)?.uid;
      let overSinceMs: number | null = null;
      await waitWithin({ what, withinMs: READY_WITHIN_MS }, () => {
        const now = session(alias);
        if (now?.metadata.uid === uid && wanted.has(reasonOf(alias))) return true;
        overSinceMs = now?.status?.finishedAt === undefined ? null : (overSinceMs ?? performance.now());
        if (overSinceMs !== null && performance.now() - overSinceMs > OVER_FOR_MS * patience())
          throw new Violation(`${what()}, and over for good`);
        return false;
      });
    },
    async untilGone(alias) {
      const uid = incarnations.findLast((each) => each.alias === alias)?.uid;
      const what = (): string => `I5 session ${alias} is still there: ${reasonOf(alias)}`;
      await waitWithin({ what, withinMs: GONE_WITHIN_MS }, () => session(alias)?.metadata.uid !== uid);
    },
    wait: (what, look) => waitWithin({ what: () => what, withinMs: READY_WITHIN_MS }, look),
    async containerOf(alias) {
      const found = await engine.list(`mcpsession.dev/name=${fullName(alias)}`);
      return found[0]?.Id ?? null;
    },
  };
  return world;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
