// What happens to engines, and what hands do to containers.

import { assertNever } from '../../../src/lib/assert-never.ts';
import type { SessionStatus } from '../../../src/model/session.ts';
import { containerNameOf } from '../../../src/model/names.ts';
import type { SimContainer } from '../engine/sim-engine.ts';
import type { Act, Hand } from './acts.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

type NodeAct = Extract<
  Act,
  { do: 'engineAway' | 'engineHangs' | 'nodeDies' | 'endEngineEvents' | 'hand' | 'takeName' }
>;

export function toNode(world: World, act: NodeAct): void {
  const node = world.nodes.find(({ name }) => name === act.node);
  if (node === undefined) return;
  switch (act.do) {
    case 'engineAway':
      return engineAway(world, node, act);
    case 'engineHangs':
      node.held ??= [];
      return world.later(act.backMs, `${node.name} goes on`, () => world.engineGoesOn(node));
    case 'nodeDies':
      node.boots += 1;
      for (const process of world.processes) {
        if (process.node !== node) continue;
        world.crash(process, () => false);
        world.startLater(process, act.backMs);
      }
      return engineAway(world, node, { backMs: act.backMs, kills: true });
    case 'endEngineEvents':
      return node.engine.events.end();
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
  const session = world.sessionNamed(name);
  if (session === null || node.down) return;
  const { uid } = session.metadata;
  const status = (session.status ?? {}) as SessionStatus; // written by the programs
  const taken = containerNameOf({ uid, instanceGeneration: status.assignment?.instanceGeneration ?? 1 });
  if (node.engine.find(taken) !== null) return;
  const container = node.engine.put(taken, null);
  node.sentinels.set(container.id, container.state);
  world.later(TAKEN_MS, `${taken} is removed by its owner`, () => {
    node.sentinels.delete(container.id);
    node.engine.destroy(container);
  });
}

const TAKEN_MS = 20_000;
