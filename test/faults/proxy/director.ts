// Numbers every mutating request of every program in one order and decides, by the plan, what becomes of it. The proxies ask;
// the director kills, holds and counts. One per plan.

import type { At, Match, Plan } from '../plan.ts';
import { type Api, classify, type EffectKind, type MutatingRequest, SIDE_KINDS } from './effects.ts';

/** `other` is the controller of a second node. */
export type ProgramName = 'controller' | 'placement' | 'other';

export interface Effect extends EffectKind {
  /** Of all mutating requests of the plan, side effects apart: the first is 1. 0 for a side effect. */
  readonly n: number;
  readonly program: ProgramName;
  readonly api: Api;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly atMs: number;
  /** Short name of the session; null when it is about none, or nobody knows. */
  readonly session: string | null;
  /** What the other side answered; null while it has not, or when it was not asked. */
  status: number | null;
  /** What the harness did to it; null for nothing. */
  fault: string | null;
}

/** What a proxy does with one request. */
export type Verdict =
  | { readonly act: 'pass' }
  | { readonly act: 'lost' }
  | { readonly act: 'kill-before' }
  | { readonly act: 'kill-after-reply'; readonly relay: boolean }
  | { readonly act: 'reset-after-reply' }
  | { readonly act: 'answer'; readonly code: number }
  | { readonly act: 'silence' }
  | { readonly act: 'twice'; readonly relay: 'first' | 'second' }
  | { readonly act: 'half' }
  | { readonly act: 'delay'; readonly ms: number };

export interface DirectorParts {
  readonly plan: Pick<Plan, 'seed'>;
  /** Short name of a session by whatever a request tells of it. */
  readonly aliasOf: (object: EffectKind['object']) => string | null;
  /** A container or a network was made for a session: what is asked of it later is about that session. */
  readonly onCreated: (uid: string, containerId: string) => void;
  /** Kills a program now, and starts it again as the plan says. */
  readonly kill: (program: ProgramName) => void;
  /** Cuts the programs off from one side; resolves `until` when the plan lets go. */
  readonly partition: (api: Api) => void;
  readonly onEffect: (effect: Effect) => void;
  /** A fault of the catalogue decides before the plan does; null leaves it to the plan. */
  readonly interfere: (effect: Effect) => Verdict | null;
  /** A fault was made: deadlines count from here. */
  readonly onFault: (what: string) => void;
}

export interface Director {
  readonly effects: readonly Effect[];
  /** Requests that are being answered now. */
  readonly inFlight: number;
  /** Milliseconds (performance.now) of the last mutating request that is no side effect, or of its end. */
  readonly lastMs: number;
  readonly killed: number;
  /** Whether every fault that was asked for has been made. */
  readonly reached: boolean;
  expect(at: At, mode: string): void;
  /** Called for every mutating request before it is forwarded. */
  meet(program: ProgramName, request: MutatingRequest): { readonly effect: Effect; readonly verdict: Verdict };
  /** The end of a request; `body` is what the other side answered. */
  answered(effect: Effect, status: number | null, body: string): void;
  kill(effect: Effect): void;
}

interface Expected {
  readonly at: At;
  readonly mode: string;
  seen: number;
  done: boolean;
}

export function createDirector(parts: DirectorParts): Director {
  const effects: Effect[] = [];
  const expected: Expected[] = [];
  const ended = new WeakSet<Effect>();
  let numbered = 0;
  let inFlight = 0;
  let lastMs = performance.now();
  let killed = 0;

  const due = (effect: Effect): string | null => {
    let mode: string | null = null;
    for (const each of expected) {
      if (each.done || !hits(each, effect)) continue;
      each.done = true;
      mode ??= each.mode;
    }
    return mode;
  };

  const number = (program: ProgramName, request: MutatingRequest): Effect => {
    const found = classify(request);
    const session = parts.aliasOf(found.object);
    const { kind, isInit } = initKind(found, session);
    const side = SIDE_KINDS.has(kind) || isInit;
    if (!side) numbered += 1;
    const n = side ? 0 : numbered;
    return { ...found, ...request, kind, n, program, session, atMs: performance.now(), status: null, fault: null };
  };

  return {
    effects,
    get inFlight() {
      return inFlight;
    },
    get lastMs() {
      return lastMs;
    },
    get killed() {
      return killed;
    },
    get reached() {
      return expected.every(({ done }) => done);
    },
    expect(at, mode) {
      expected.push({ at, mode, seen: 0, done: false });
    },
    meet(program, request) {
      const effect = number(program, request);
      effects.push(effect);
      inFlight += 1;
      if (effect.n > 0) {
        lastMs = effect.atMs;
        parts.onEffect(effect);
      }
      const other = parts.interfere(effect);
      if (other !== null) {
        effect.fault = other.act;
        return { effect, verdict: other };
      }
      const mode = due(effect);
      effect.fault = mode;
      if (mode !== null) parts.onFault(`${mode} at ${nameOf(effect)}`);
      if (mode === 'P') parts.partition(effect.api);
      return { effect, verdict: mode === null ? { act: 'pass' } : verdictOf(mode, parts.plan.seed) };
    },
    answered(effect, status, body) {
      if (ended.has(effect)) return;
      ended.add(effect);
      inFlight -= 1;
      effect.status = status;
      if ((effect.kind === 'create' || effect.kind === 'network-create') && status === 201)
        parts.onCreated(effect.object.uid ?? '', idIn(body));
      if (effect.n > 0) lastMs = performance.now();
    },
    kill(effect) {
      killed += 1;
      parts.kill(effect.program);
    },
  };
}

/** A container that the harness knows no session of is the one that brings the session init. */
function initKind(
  { kind, object }: EffectKind,
  session: string | null,
): { readonly kind: string; readonly isInit: boolean } {
  if (kind.startsWith('init-') || kind === 'import') return { kind, isInit: true };
  if (/^(?:volume|network)-/.test(kind) && session === null) return { kind: `init-${kind}`, isInit: true };
  if (object.containerId === undefined || session !== null) return { kind, isInit: false };
  return { kind: `init-${kind}`, isInit: true };
}

function hits(expected: Expected, effect: Effect): boolean {
  const { at } = expected;
  if ('n' in at) return effect.n === at.n;
  if (!matches(at.match, effect)) return false;
  expected.seen += 1;
  return expected.seen === at.occurrence;
}

export function matches(match: Match, effect: Effect): boolean {
  const { api, program, kind, detail, session, method } = match;
  const plain = { api, program, kind, detail, session, method };
  for (const [field, wanted] of Object.entries(plain)) {
    if (wanted !== undefined && wanted !== effect[field as keyof typeof plain]) return false; // keys of the object above
  }
  const path = match['path~'];
  const body = match['body~'];
  if (path !== undefined && !new RegExp(path).test(effect.path)) return false;
  return body === undefined || new RegExp(body).test(effect.body);
}

export function verdictOf(mode: string, seed: number): Verdict {
  switch (mode[0]) {
    case 'B':
      return { act: 'kill-before' };
    case 'S':
      return { act: 'kill-after-reply', relay: false };
    case 'A':
      return { act: 'kill-after-reply', relay: true };
    case 'R':
      return { act: 'reset-after-reply' };
    case 'D':
      return { act: 'twice', relay: seed % 2 === 0 ? 'first' : 'second' };
    case 'H':
      return { act: 'half' };
    case 'L':
      return { act: 'delay', ms: Number(mode.slice(1)) };
    case 'E':
      return mode === 'Etimeout' ? { act: 'silence' } : { act: 'answer', code: Number(mode.slice(1)) };
    default:
      return { act: 'pass' }; // P: the proxy holds whatever comes while it is partitioned
  }
}

export const nameOf = ({ kind, detail, session, n }: Effect): string =>
  `#${n} ${kind}${detail === '' ? '' : `:${detail}`}${session === null ? '' : ` of ${session}`}`;

const idIn = (body: string): string => /"Id":"([0-9a-f]{64})"/.exec(body)?.[1] ?? '';
