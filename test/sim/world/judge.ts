// The verdict on a world in which nothing goes wrong any more: what still has to happen until everything is as it should be. Asked again
// and again while time goes on; what is left after the time that everybody may take is a violation.

import { conditionOf } from '../../../src/model/conditions.ts';
import { FINALIZER } from '../../../src/model/names.ts';
import type { NodeStatus } from '../../../src/model/node.ts';
import type { SimContainer } from '../engine/sim-engine.ts';
import { TEMPLATES } from './templates.ts';
import type { SessionTruth } from './truth.ts';
import type { SimNode } from './sim-node.ts';
import type { Violation, World } from './world.ts';

/** How late an end by lifetime may be (I15). */
const LATE_MS = 30_000;

const broken = (invariant: string, what: string): Violation => ({ invariant, what });

/** null when all is as it should be. */
export function unfinished(world: World): Violation | null {
  for (const node of world.nodes) {
    const found = isPublished(world, node) ?? inEngine(world, node);
    if (found !== null) return found;
  }
  for (const truth of world.truth.sessions.values()) {
    const found = truth.object === null ? null : inSession(world, truth);
    if (found !== null) return found;
  }
  return null;
}

/** The node says that it works, and a controller holds its lease. */
function isPublished(world: World, { name }: SimNode): Violation | null {
  const status = (world.api.collection('mcpnodes').objects.get(name)?.status ?? {}) as NodeStatus; // written by the programs
  const docker = conditionOf(status.conditions, 'DockerReady');
  return docker?.status === 'True'
    ? null
    : broken('I4', `node ${name} says DockerReady ${docker?.status ?? 'nothing'}`);
}

/** I1 and I6: nothing in an engine that nobody wants; I7: what is not ours is as it was. */
function inEngine(world: World, node: SimNode): Violation | null {
  const seen = new Set<string>();
  for (const container of node.engine.containers.values()) {
    if (container.spec === null) continue;
    const owner = world.truth.ownerOf(container.spec);
    if (owner === null || owner.object === null) return broken('I1', `${container.name} has no session`);
    if (owner.status.assignment?.nodeName !== node.name) return broken('I1', `${container.name} is on another node`);
    if (seen.has(owner.uid)) return broken('I2', `two containers of ${owner.key}`);
    seen.add(owner.uid);
  }
  for (const { uid, namespace, name } of node.engine.attachments.identities()) {
    const owner = world.truth.sessions.get(uid);
    if (owner === undefined || owner.object === null) return broken('I6', `something is left of ${namespace}/${name}`);
  }
  for (const id of node.engine.anonymousVolumes) {
    if (!node.engine.containers.has(id)) return broken('I6', `a volume of the container ${id} is left, which is gone`);
  }
  for (const [id, state] of node.sentinels) {
    if (node.engine.containers.get(id)?.state !== state)
      return broken('I7', `the container ${id} of somebody else changed`);
  }
  return null;
}

/** I3, I4, I5 and I15 for one session that exists. */
function inSession(world: World, truth: SessionTruth): Violation | null {
  const { object, status, spec, key } = truth;
  if (object?.metadata.deletionTimestamp !== undefined) return broken('I5', `${key} is deleted and still there`);
  const ready = conditionOf(status.conditions, 'Ready');
  const reason = ready?.reason ?? 'nothing';
  const container = ownContainer(world, truth);
  const { nowMs } = world;
  if (truth.status.finishedAt !== undefined) return whenFinished(world, truth, reason, container);
  if (nowMs >= world.truth.expiryMs(truth) + LATE_MS) return broken('I15', `${key} is past its lifetime: ${reason}`);
  if (nowMs >= world.truth.expiryMs(truth)) return null; // on its way
  if (ready?.observedGeneration !== object?.metadata.generation)
    return broken('I4', `${key}: its status is old (${reason})`);
  if (spec.operatingMode === 'Suspended' && status.assignment !== undefined) {
    if (container !== null) return broken('I3', `${key} is suspended and has a container`);
    return reason === 'Suspended' ? null : broken('I3', `${key} is suspended and says ${reason}`);
  }
  if (reason === 'Running') return whenRunning(truth, container);
  return mayRest(world, truth, reason, container);
}

function whenRunning({ key, status }: SessionTruth, container: SimContainer | null): Violation | null {
  if (container?.state !== 'running')
    return broken('I4', `${key} says Running and its container is ${container?.state ?? 'gone'}`);
  if (status.container?.id !== container.id) return broken('I4', `${key} names another container than its own`);
  return null;
}

function whenFinished(
  world: World,
  truth: SessionTruth,
  reason: string,
  container: SimContainer | null,
): Violation | null {
  const { key, spec, status } = truth;
  if (container?.state === 'running') return broken('I4', `${key} is finished (${reason}) and its container runs`);
  const deleteAtMs = Date.parse(status.finishedAt ?? '') + spec.lifetime.ttlSecondsAfterFinished * 1000;
  if (world.nowMs >= deleteAtMs + LATE_MS) return broken('I6', `${key} finished and was not deleted`);
  return mayFinish(world, truth, reason);
}

/** An end that nothing in the world explains is a lost session. */
function mayFinish(world: World, truth: SessionTruth, reason: string): Violation | null {
  const { key, harmed, leastTtlSeconds, createdMs, spec } = truth;
  const ageMs = world.nowMs + world.truth.aheadMs - createdMs;
  const idles = spec.lifetime.idleTimeoutSeconds > 0 && ageMs >= spec.lifetime.idleTimeoutSeconds * 1000;
  const lived = ageMs >= leastTtlSeconds * 1000 || idles;
  if (reason === 'SessionExpired') return lived ? null : broken('I3', `${key} expired before its time`);
  if (harmed > 0 && (reason === 'ContainerLost' || reason === 'Exited' || reason === 'OOMKilled')) return null;
  return broken('I3', `${key} ended with ${reason}, and nothing had happened to it`);
}

/** Words that are no end and still right: what the template expects, and a paused container, which is not ours to wake. */
function mayRest(world: World, truth: SessionTruth, reason: string, container: SimContainer | null): Violation | null {
  const { key, object, spec } = truth;
  const template = TEMPLATES.find((each) => each.spec.image === spec.image && sameKind(each.spec, spec));
  if (template?.restsWith.includes(reason) === true) return null;
  if (reason === 'ContainerLost' && container?.state === 'paused') return null;
  if (reason === 'NoEligibleNode' && world.nodes.every((node) => isFull(world, node))) return null;
  if (
    reason === 'StartDeadlineExceeded' &&
    world.nowMs - truth.createdMs >= spec.lifetime.startupDeadlineSeconds * 1000
  )
    return null;
  const bound = object?.metadata.finalizers?.includes(FINALIZER) === true ? 'bound' : 'not bound';
  return broken('I3', `${key} stays at ${reason} (${bound}, container ${container?.state ?? 'none'})`);
}

const sameKind = (left: SessionTruth['spec'], right: SessionTruth['spec']): boolean => left.user.uid === right.user.uid;

function isFull(world: World, node: SimNode): boolean {
  let used = 0;
  for (const { object, status } of world.truth.sessions.values()) {
    const holds = object !== null && status.assignment?.nodeName === node.name && status.finishedAt === undefined;
    if (holds) used += 1;
  }
  return used >= node.slots;
}

function ownContainer(world: World, truth: SessionTruth): SimContainer | null {
  for (const { engine } of world.nodes) {
    for (const container of engine.containers.values()) {
      const { spec } = container;
      if (spec !== null && spec.identity.uid === truth.uid && world.truth.isCurrent(truth, engine, spec))
        return container;
    }
  }
  return null;
}
