// Every effect on an engine and every end of a session, judged at the moment when it happens.

import type { ContainerSpec } from '../../../src/model/container.ts';
import type { SessionStatus } from '../../../src/model/session.ts';
import { lockDown } from '../../../src/rules/lock-down.ts';
import { conditionOf } from '../../../src/model/conditions.ts';
import type { Change } from '../api/collection.ts';
import type { ApiObject } from '../api/objects.ts';
import type { EngineObserver, SimContainer } from '../engine/sim-engine.ts';
import { POLICIES } from './templates.ts';
import type { SessionTruth } from './truth.ts';
import type { World } from './world.ts';

export function observerOf(world: World): EngineObserver {
  return {
    creates: (engine, spec) => {
      world.truth.engineEffects += 1;
      const owner = world.truth.ownerOf(spec);
      if (owner !== null) owner.created += 1;
      const judged = lockDown(spec, POLICIES.normal.profiles.sandbox.policy);
      if (!judged.ok) world.violate('I8', `a container that breaks ${judged.error[0]?.rule} was created`);
      if (spec.identity.node !== engine.facts.nodeName) world.violate('I7', 'a container was created on another node');
      if (owner !== null && isBegunAnew(owner, spec))
        world.violate('I3', `${owner.key} is begun anew, though it retains`);
    },
    starts: (engine, container) => {
      world.truth.engineEffects += 1;
      const owner = world.truth.ownerOf(container.spec);
      if (owner === null || container.spec === null) return;
      owner.started += 1;
      owner.endedFor = null;
      if (world.truth.isCurrent(owner, engine, container.spec)) onlyOne(world, owner.uid, container);
    },
    ends: (engine, container, how) => {
      world.truth.engineEffects += 1;
      const owner = world.truth.ownerOf(container.spec);
      if (owner !== null && how === 'remove') owner.removed += 1;
      const reason = world.truth.reasonToEnd(engine, container);
      if (owner !== null && container.state === 'running') owner.endedFor = reason;
      if (reason !== null) return;
      const whose = owner === null ? 'that is not ours' : `of ${owner.key} (${owner.uid.slice(-4)}), which lives`;
      world.violate('I7', `${how} of the running container ${container.name} ${whose}`);
    },
    leavesVolumes: ({ name }) => world.violate('I6', `${name} is removed without its volumes`),
  };
}

const RESUMABLE: ReadonlySet<string> = new Set(['suspended', 'policy']);

/** A second container under one generation of a session that is said to run, and whose loss would have to end it. */
function isBegunAnew({ object, spec, status, endedFor }: SessionTruth, { identity }: ContainerSpec): boolean {
  if (endedFor !== null && RESUMABLE.has(endedFor)) return false; // ended by us, though nobody may have heard of it yet
  if (object === null || spec.failurePolicy === 'Recreate' || spec.operatingMode !== 'Running') return false;
  const runs = conditionOf(status.conditions, 'Ready')?.reason === 'Running';
  return runs && status.assignment?.instanceGeneration === identity.instanceGeneration;
}

/** I1: a session goes after its container, and not before; a request of a dead process may come in between. */
export function nothingLeft(world: World, { metadata, status }: ApiObject): void {
  const { assignment } = (status ?? {}) as SessionStatus; // written by the programs
  const engine = world.nodes.find(({ name }) => name === assignment?.nodeName)?.engine;
  for (const { name, spec, late } of engine?.containers.values() ?? []) {
    if (spec?.identity.uid === metadata.uid && !late) world.violate('I1', `${metadata.name} is gone before ${name}`);
  }
}

/** I3: nobody is told of the loss of a container that runs, not even for a moment: clients give up a session by that word. */
export function nothingSaidLost(world: World, { before, last }: Change): void {
  const { conditions } = (last.status ?? {}) as SessionStatus; // this and the next: written by the programs
  const { assignment, container } = (before?.status ?? {}) as SessionStatus;
  if (conditionOf(conditions, 'Ready')?.reason !== 'ContainerLost' || container === undefined) return;
  const engine = world.nodes.find(({ name }) => name === assignment?.nodeName)?.engine;
  const runs = engine?.containers.get(container.id)?.state === 'running';
  const { harmed = 0 } = world.truth.sessions.get(last.metadata.uid) ?? {};
  if (runs && harmed === 0) world.violate('I3', `${last.metadata.name} is said to have lost its container, which runs`);
}

/** I2: no other running container of this session that is current too. */
function onlyOne(world: World, uid: string, starting: SimContainer): void {
  for (const { engine } of world.nodes) {
    for (const other of engine.containers.values()) {
      if (other === starting || other.spec?.identity.uid !== uid || other.state !== 'running') continue;
      const owner = world.truth.ownerOf(other.spec);
      if (owner !== null && world.truth.isCurrent(owner, engine, other.spec)) {
        world.violate('I2', `${starting.id} starts while ${other.id} runs for the same session`);
      }
    }
  }
}
