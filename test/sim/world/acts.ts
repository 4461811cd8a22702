// What people and faults do to the simulated world: each act is plain data, so that a history can be written down and played again. An
// act whose object is not there (any more) does nothing.

import { assertNever } from '../../../src/lib/assert-never.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { type Lag, reset, type Trap } from '../kit/call.ts';
import { toMessage, toWatch } from './message-acts.ts';
import { toNode } from './node-acts.ts';
import type { SimProcess } from './processes.ts';
import { TEMPLATES, type PolicyName } from './templates.ts';
import { NAMESPACE, type World } from './world.ts';

export type Act =
  // What users do.
  | { readonly do: 'create'; readonly name: string; readonly template: number }
  | { readonly do: 'delete'; readonly name: string }
  | { readonly do: 'mode'; readonly name: string; readonly operatingMode: 'Running' | 'Suspended' }
  | { readonly do: 'extend'; readonly name: string; readonly ttlSeconds: number }
  | { readonly do: 'annotate'; readonly name: string; readonly value: string }
  | { readonly do: 'policy'; readonly name: PolicyName }
  // What happens to processes and clocks.
  | { readonly do: 'crash'; readonly process: string; readonly backMs: number; readonly arrives: boolean }
  | { readonly do: 'stop'; readonly process: string; readonly backMs: number }
  | { readonly do: 'twin'; readonly process: string }
  | {
      readonly do: 'trap';
      readonly process: string;
      readonly of: 'engine' | 'api';
      readonly answer: Trap['answer'];
      /** A user's act is about the session of this name. */
      readonly meanwhile: 'nothing' | 'crash' | 'delete' | 'suspend';
      readonly name: string;
    }
  | { readonly do: 'jump'; readonly process: string; readonly ms: number }
  // What happens to the network and the API server.
  | { readonly do: 'cut'; readonly process: string; readonly how: 'cut' | 'refused'; readonly healMs: number }
  | { readonly do: 'apiAway'; readonly healMs: number }
  /** Of one process, or of the API server itself (null): longer than a lease, and longer than the other faults. */
  | { readonly do: 'outage'; readonly process: string | null; readonly how: 'cut' | 'refused'; readonly healMs: number }
  | { readonly do: 'loseReply'; readonly index: number; readonly silently: boolean }
  | { readonly do: 'refuse'; readonly index: number; readonly retryAfterSeconds: number }
  | { readonly do: 'duplicate'; readonly index: number }
  | { readonly do: 'endWatch'; readonly index: number; readonly how: 'end' | 'reset' | 'silence' }
  | { readonly do: 'loseEvent'; readonly index: number }
  | { readonly do: 'repeatEvent'; readonly index: number }
  | { readonly do: 'bookmark'; readonly index: number }
  | { readonly do: 'compact' }
  | { readonly do: 'lag'; readonly process: string; readonly revisions: number }
  /** A crash; who comes back sees for a while the sessions of before it, and somebody has meddled with a container meanwhile. */
  | {
      readonly do: 'past';
      readonly process: string;
      readonly backMs: number;
      readonly revisions: number;
      readonly behindMs: number;
      readonly meanwhile: { readonly index: number; readonly how: Hand } | null;
    }
  // What happens to engines and containers.
  | { readonly do: 'engineAway'; readonly node: string; readonly backMs: number; readonly kills: boolean }
  | { readonly do: 'engineHangs'; readonly node: string; readonly backMs: number }
  | { readonly do: 'nodeDies'; readonly node: string; readonly backMs: number }
  | { readonly do: 'endEngineEvents'; readonly node: string }
  | { readonly do: 'hand'; readonly node: string; readonly index: number; readonly how: Hand }
  | { readonly do: 'takeName'; readonly node: string; readonly name: string };

export type Hand = 'exit' | 'kill' | 'oom' | 'remove' | 'pause' | 'unpause';

export function perform(world: World, act: Act): void {
  switch (act.do) {
    case 'create':
    case 'delete':
    case 'mode':
    case 'extend':
    case 'annotate':
      return byUser(world, act);
    case 'policy':
      return world.setPolicy(act.name);
    case 'crash':
    case 'stop':
    case 'twin':
    case 'jump':
    case 'cut':
    case 'lag':
    case 'past':
    case 'trap':
      return toProcess(world, act);
    case 'apiAway':
      return apiAway(world, { how: 'refused', heal: (healed) => world.later(act.healMs, API_BACK, healed) });
    case 'outage':
      return outage(world, act);
    case 'loseReply':
    case 'refuse':
    case 'duplicate':
      return toMessage(world, act);
    case 'endWatch':
    case 'loseEvent':
    case 'repeatEvent':
    case 'bookmark':
      return toWatch(world, act);
    case 'compact':
      world.api.compacted = world.api.revision;
      return;
    case 'engineAway':
    case 'engineHangs':
    case 'nodeDies':
    case 'endEngineEvents':
    case 'hand':
    case 'takeName':
      return toNode(world, act);
    default:
      return assertNever(act);
  }
}

type UserAct = Extract<Act, { do: 'create' | 'delete' | 'mode' | 'extend' | 'annotate' }>;

const SESSIONS = `/apis/mcpsession.dev/v1alpha1/namespaces/${NAMESPACE}/mcpsessions`;

function byUser(world: World, act: UserAct): void {
  const { api } = world;
  const path = `${SESSIONS}/${act.name}`;
  const known = world.sessionNamed(act.name);
  if (act.do === 'create') {
    const spec = TEMPLATES[act.template % TEMPLATES.length]?.spec;
    if (known !== null || spec === undefined) return;
    api.handle({ method: 'POST', path: SESSIONS, body: { metadata: { name: act.name }, spec } });
    return;
  }
  if (known === null) return;
  switch (act.do) {
    case 'delete':
      api.handle({ method: 'DELETE', path });
      return;
    case 'mode':
      api.handle({ method: 'PATCH', path, body: { spec: { operatingMode: act.operatingMode } } });
      return;
    case 'extend':
      api.handle({ method: 'PATCH', path, body: { spec: { lifetime: { ttlSeconds: act.ttlSeconds } } } });
      return;
    case 'annotate':
      api.handle({ method: 'PATCH', path, body: { metadata: { annotations: { note: act.value } } } });
      return;
    default:
      return assertNever(act);
  }
}

type ProcessAct = Extract<Act, { do: 'crash' | 'stop' | 'twin' | 'jump' | 'cut' | 'lag' | 'past' | 'trap' }>;

function toProcess(world: World, act: ProcessAct): void {
  const process = world.processes.find(({ name }) => name === act.process);
  if (process === undefined) return;
  switch (act.do) {
    case 'crash':
      world.crash(process, () => act.arrives);
      return world.startLater(process, act.backMs);
    case 'stop':
      process.stop.abort(new OperatorError('cancelled', 'stopped by SIGTERM'));
      return world.startLater(process, act.backMs);
    case 'twin':
      // One at a time: no two processes that run have the same identity.
      return world.startAgain({
        node: process.node,
        identity: `${process.identity}-twin`,
        name: `${process.program}:${process.identity}-twin`,
      });
    case 'jump':
      process.skewMs += act.ms;
      world.truth.aheadMs = Math.max(world.truth.aheadMs, process.skewMs);
      return;
    case 'cut':
      return cut(world, process, {
        how: act.how,
        heal: (healed) => world.later(act.healMs, `heal ${process.name}`, healed),
      });
    case 'lag':
      process.toApi.lagging = lagOf(world, act);
      return;
    case 'past':
      return backToThePast(world, process, act);
    case 'trap':
      return setTrap(world, process, act);
    default:
      return assertNever(act);
  }
}

const lagOf = (
  { api }: World,
  { revisions, behindMs = 0 }: { readonly revisions: number; readonly behindMs?: number },
): Lag => ({ revision: Math.max(api.revision - revisions, api.compacted), behindMs, untilMs: 0 });

function backToThePast(world: World, process: SimProcess, act: Extract<Act, { do: 'past' }>): void {
  const { backMs, meanwhile } = act;
  const { node, name } = process;
  const lagging = lagOf(world, act);
  world.crash(process, () => true);
  if (meanwhile !== null && node !== null) toNode(world, { do: 'hand', node: node.name, ...meanwhile });
  world.later(backMs, `start ${name}, in the past`, () => {
    world.startAgain(process);
    const started = world.processes.find((each) => each.name === name);
    if (started !== undefined) started.toApi.lagging = lagging;
  });
}

function setTrap(world: World, process: SimProcess, act: Extract<Act, { do: 'trap' }>): void {
  const { answer, name } = act;
  const acts: Readonly<Record<typeof act.meanwhile, () => void>> = {
    nothing: () => {},
    crash: () => toProcess(world, { do: 'crash', process: process.name, backMs: TRAPPED_MS, arrives: true }),
    delete: () => byUser(world, { do: 'delete', name }),
    suspend: () => byUser(world, { do: 'mode', name, operatingMode: 'Suspended' }),
  };
  const link = act.of === 'engine' ? (process.toEngine ?? process.toApi) : process.toApi;
  const meanwhile = (): void => {
    world.lateFaultMs = world.scheduler.nowMs;
    acts[act.meanwhile]();
  };
  link.trap = { answer, meanwhile };
}

const TRAPPED_MS = 500;

interface Outage {
  readonly how: 'cut' | 'refused';
  /** Calls back when it is over. */
  readonly heal: (healed: () => void) => void;
}

function cut(world: World, process: SimProcess, { how, heal }: Outage): void {
  process.toApi.state = how;
  for (const watch of world.hub.open) {
    if (watch.link !== process.toApi) continue;
    if (how === 'cut') watch.silence();
    else watch.end(reset(watch.what));
  }
  heal(() => {
    process.toApi.state = 'up';
  });
}

const API_BACK = 'the API server is back';

function apiAway(world: World, { how, heal }: Outage): void {
  world.apiState = how;
  for (const process of world.processes) cut(world, process, { how, heal: () => {} });
  heal(() => {
    world.apiState = 'up';
    for (const process of world.processes) process.toApi.state = 'up';
  });
}

function outage(world: World, { process: name, how, healMs }: Extract<Act, { do: 'outage' }>): void {
  if (name === null) return apiAway(world, { how, heal: (healed) => world.afterOutage(healMs, API_BACK, healed) });
  const process = world.processes.find((each) => each.name === name);
  if (process === undefined) return;
  cut(world, process, { how, heal: (healed) => world.afterOutage(healMs, `heal ${name}`, healed) });
}
