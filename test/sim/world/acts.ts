// What people and faults do to the simulated world: each act is plain data, so that a history can be written down and played again. An
// act whose object is not there (any more) does nothing.

import { assertNever } from '../../../src/lib/assert-never.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { containerNameOf } from '../../../src/model/names.ts';
import type { ApiObject } from '../api/objects.ts';
import { Arrival, Reply, reset } from '../kit/call.ts';
import type { SimContainer } from '../engine/sim-engine.ts';
import type { SimProcess } from './processes.ts';
import { TEMPLATES, type PolicyName } from './templates.ts';
import { NAMESPACE, type SimNode, type World } from './world.ts';

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
  | { readonly do: 'jump'; readonly process: string; readonly ms: number }
  // What happens to the network and the API server.
  | { readonly do: 'cut'; readonly process: string; readonly how: 'cut' | 'refused'; readonly healMs: number }
  | { readonly do: 'apiAway'; readonly healMs: number }
  | { readonly do: 'loseReply'; readonly index: number; readonly silently: boolean }
  | { readonly do: 'refuse'; readonly index: number; readonly retryAfterSeconds: number }
  | { readonly do: 'duplicate'; readonly index: number }
  | { readonly do: 'endWatch'; readonly index: number; readonly how: 'end' | 'reset' | 'silence' }
  | { readonly do: 'loseEvent'; readonly index: number }
  | { readonly do: 'repeatEvent'; readonly index: number }
  | { readonly do: 'bookmark'; readonly index: number }
  | { readonly do: 'compact' }
  | { readonly do: 'lag'; readonly process: string; readonly revisions: number }
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
      return toProcess(world, act);
    case 'apiAway':
      return apiAway(world, act.healMs);
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

export const sessionNamed = (world: World, name: string): ApiObject | null =>
  world.api.collection('mcpsessions').objects.get(`${NAMESPACE}/${name}`) ?? null;

function byUser(world: World, act: UserAct): void {
  const { api } = world;
  const path = `${SESSIONS}/${act.name}`;
  const known = sessionNamed(world, act.name);
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

type ProcessAct = Extract<Act, { do: 'crash' | 'stop' | 'twin' | 'jump' | 'cut' | 'lag' }>;

function toProcess(world: World, act: ProcessAct): void {
  const process = world.processes.find(({ name }) => name === act.process);
  if (process === undefined) return;
  switch (act.do) {
    case 'crash':
      world.crash(process, () => act.arrives);
      return startLater(world, process, act.backMs);
    case 'stop':
      process.stop.abort(new OperatorError('cancelled', 'stopped by SIGTERM'));
      return startLater(world, process, act.backMs);
    case 'twin':
      return world.start(process.node, `${process.identity}-twin`);
    case 'jump':
      process.skewMs += act.ms;
      world.truth.aheadMs = Math.max(world.truth.aheadMs, process.skewMs);
      return;
    case 'cut':
      return cut(world, process, act.how, act.healMs);
    case 'lag':
      process.toApi.lagging = Math.max(world.api.revision - act.revisions, world.api.compacted);
      return;
    default:
      return assertNever(act);
  }
}

function startLater(world: World, process: SimProcess, backMs: number): void {
  world.later(backMs, `start ${process.name}`, () => world.startAgain(process));
}

function cut(world: World, process: SimProcess, how: 'cut' | 'refused', healMs: number): void {
  process.toApi.state = how;
  for (const watch of world.hub.open) {
    if (watch.link !== process.toApi) continue;
    if (how === 'cut') watch.silence();
    else watch.end(reset(watch.what));
  }
  world.later(healMs, `heal ${process.name}`, () => {
    process.toApi.state = 'up';
  });
}

function apiAway(world: World, healMs: number): void {
  world.apiState = 'refused';
  for (const process of world.processes) cut(world, process, 'refused', healMs);
  world.later(healMs, 'the API server is back', () => {
    world.apiState = 'up';
    for (const process of world.processes) process.toApi.state = 'up';
  });
}

type MessageAct = Extract<Act, { do: 'loseReply' | 'refuse' | 'duplicate' }>;

function toMessage(world: World, act: MessageAct): void {
  const { ready } = world.scheduler;
  const wanted = act.do === 'loseReply' ? Reply : Arrival;
  const candidates = ready.filter((action) => action instanceof wanted);
  const chosen = candidates[act.index % Math.max(candidates.length, 1)];
  if (chosen === undefined) return;
  if (act.do !== 'duplicate') ready.splice(ready.indexOf(chosen), 1);
  if (chosen instanceof Reply) {
    if (act.do === 'loseReply' && !act.silently) chosen.call.refuse(reset(chosen.what));
    return;
  }
  if (!(chosen instanceof Arrival)) return;
  if (act.do === 'refuse') {
    const { retryAfterSeconds } = act;
    chosen.call.refuse(new OperatorError('unavailable', 'too many requests', { retryAfterSeconds }));
  } else if (isIdempotentWire(chosen)) chosen.run();
}

/** Twice the same request: a proxy that tries again. Streams cannot be repeated. */
const isIdempotentWire = ({ what }: Arrival): boolean => !what.startsWith('WATCH') && what !== 'engine events';

type WatchAct = Extract<Act, { do: 'endWatch' | 'loseEvent' | 'repeatEvent' | 'bookmark' }>;

function toWatch(world: World, act: WatchAct): void {
  const open = [...world.hub.open];
  const watch = open[act.index % Math.max(open.length, 1)];
  if (watch === undefined) return;
  switch (act.do) {
    case 'endWatch':
      if (act.how === 'end') watch.finish();
      else if (act.how === 'reset') watch.end(reset(watch.what));
      else watch.silence();
      return;
    case 'loseEvent':
      if (watch.queue.shift() !== undefined) world.lostEvents = true;
      return;
    case 'repeatEvent':
      if (watch.queue[0] !== undefined) watch.queue.unshift(watch.queue[0]);
      return;
    case 'bookmark':
      watch.bookmark();
      return;
    default:
      return assertNever(act);
  }
}

type NodeAct = Extract<
  Act,
  { do: 'engineAway' | 'engineHangs' | 'nodeDies' | 'endEngineEvents' | 'hand' | 'takeName' }
>;

function toNode(world: World, act: NodeAct): void {
  const node = world.nodes.find(({ name }) => name === act.node);
  if (node === undefined) return;
  switch (act.do) {
    case 'engineAway':
      return engineAway(world, node, act);
    case 'engineHangs':
      node.held ??= [];
      return world.later(act.backMs, `${node.name} goes on`, () => world.engineGoesOn(node));
    case 'nodeDies':
      for (const process of world.processes) {
        if (process.node !== node) continue;
        world.crash(process, () => false);
        startLater(world, process, act.backMs);
      }
      return engineAway(world, node, { backMs: act.backMs, kills: true });
    case 'endEngineEvents':
      return node.engine.endStreams();
    case 'hand':
      return byHand(world, node, act);
    case 'takeName':
      return takeName(world, node, act.name);
    default:
      return assertNever(act);
  }
}

function engineAway(world: World, node: SimNode, how: { readonly backMs: number; readonly kills: boolean }): void {
  world.engineDown(node, how.kills);
  world.later(how.backMs, `engine of ${node.name} is back`, () => {
    node.down = false;
  });
}

function byHand(world: World, node: SimNode, act: Extract<Act, { do: 'hand' }>): void {
  const ours = [...node.engine.containers.values()].filter(({ spec }) => spec !== null);
  const container = ours[act.index % Math.max(ours.length, 1)];
  if (container === undefined || node.down) return;
  hands[act.how](world, node, container);
}

const runs = ({ state }: SimContainer): boolean => state === 'running';

const hands: Readonly<Record<Hand, (world: World, node: SimNode, container: SimContainer) => void>> = {
  exit: (world, node, container) => ends(world, node, container, { exitCode: 0 }),
  kill: (world, node, container) => ends(world, node, container, { exitCode: 137 }),
  oom: (world, node, container) => ends(world, node, container, { exitCode: 137, oomKilled: true }),
  remove: (world, node, container) => {
    world.noteHarm(container);
    node.engine.destroy(container);
  },
  pause: (world, node, container) => {
    if (!runs(container)) return;
    world.noteHarm(container);
    node.engine.pause(container);
  },
  unpause: (_world, node, container) => {
    if (container.state === 'paused') node.engine.unpause(container);
  },
};

function ends(
  world: World,
  node: SimNode,
  container: SimContainer,
  how: { readonly exitCode: number; readonly oomKilled?: boolean },
): void {
  if (!runs(container)) return;
  world.noteHarm(container);
  node.engine.exit(container, how);
}

/** Somebody makes a container under the name that the session's will have. */
function takeName(world: World, node: SimNode, name: string): void {
  const session = sessionNamed(world, name);
  if (session === null || node.down) return;
  const taken = containerNameOf(session.metadata.uid);
  if (node.engine.find(taken) !== null) return;
  const container = node.engine.put(taken, null);
  node.sentinels.set(container.id, container.state);
  world.later(TAKEN_MS, `${taken} is removed by its owner`, () => {
    node.sentinels.delete(container.id);
    node.engine.destroy(container);
  });
}

const TAKEN_MS = 20_000;
