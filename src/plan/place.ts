// Which node takes a session: the least loaded one that fits, and among those with a similar load one that has the image.

import { parseCpuNano, parseQuantityBytes } from '../lib/quantity.ts';
import { conditionOf } from '../model/conditions.ts';
import type { McpNode } from '../model/node.ts';
import type { Policy } from '../model/policy.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { diskObstacle } from './disk-obstacle.ts';
import { capacityOf, loadOf, missingRoom, plus, type Room } from './room.ts';

export interface NodeSeen {
  readonly node: McpNode;
  /** Whether its controller has renewed its lease in time. */
  readonly alive: boolean;
  /** What sessions hold there. */
  readonly used: Room;
  /** Whether a session of the same image was sent there already, which its status does not tell yet. */
  readonly expectsImage: boolean;
  /** Kept free for a session that has waited for longer. */
  readonly reserved: boolean;
}

export interface Asked {
  readonly spec: SessionSpec;
  /** Of the session's namespace. */
  readonly policy: Policy;
  readonly room: Room;
  /** The only node that will do, because the session's workspace is there; null for any. */
  readonly only: string | null;
}

export type Placement =
  | { readonly place: 'assign'; readonly nodeName: string; readonly message: string }
  | {
      readonly place: 'wait';
      readonly message: string;
      /** Nodes that would take the session if others left, the one with least to free first. */
      readonly later: readonly string[];
    };

/** Nodes differ so little in load that the image counts for more. */
const SIMILAR_LOAD = 0.25;

export function place(asked: Asked, nodes: readonly NodeSeen[]): Placement {
  const judged = nodes.map((seen) => ({ seen, obstacle: obstacleOf(seen, asked) }));
  const fitting = judged.filter(({ obstacle }) => obstacle === null).map(({ seen }) => seen);
  const best = chooseFrom(fitting, asked);
  if (best !== null) {
    const { name } = best.node;
    const slots = `${best.used.slots + 1} of ${capacityOf(best.node).slots} slots used`;
    return { place: 'assign', nodeName: name, message: `assigned to node ${name} (${slots})` };
  }
  const waiting = judged
    .filter(({ seen, obstacle }) => obstacle?.passes === true && !seen.reserved)
    .map(({ seen }) => seen);
  return {
    place: 'wait',
    message: noNodeText(judged, asked),
    later: waiting.sort(byLoad(asked)).map(({ node }) => node.name),
  };
}

/** For a session whose time was over before it got a node: any live one can end it, and it takes no room there. */
export function placeOver(nodes: readonly NodeSeen[]): Placement {
  const [node] = nodes.filter(({ alive }) => alive).sort((left, right) => left.used.slots - right.used.slots);
  if (node === undefined)
    return { place: 'wait', message: 'its time is over, and no node is there to end it', later: [] };
  const { name } = node.node;
  return { place: 'assign', nodeName: name, message: `its time was over before it got a node; ${name} ends it` };
}

function chooseFrom(fitting: readonly NodeSeen[], asked: Asked): NodeSeen | null {
  const sorted = [...fitting].sort(byLoad(asked));
  const [least] = sorted;
  if (least === undefined) return null;
  const limit = loadWith(least, asked) + SIMILAR_LOAD;
  const hasImage = ({ node, expectsImage }: NodeSeen): boolean =>
    expectsImage || node.status.images?.includes(asked.spec.image) === true;
  return sorted.find((seen) => loadWith(seen, asked) <= limit && hasImage(seen)) ?? least;
}

const loadWith = ({ node, used }: NodeSeen, { room }: Asked): number => loadOf(plus(used, room), capacityOf(node));

function byLoad(asked: Asked): (left: NodeSeen, right: NodeSeen) => number {
  return (left, right) => {
    const difference = loadWith(left, asked) - loadWith(right, asked);
    if (difference !== 0) return difference;
    const free = ({ node, used }: NodeSeen): number => capacityOf(node).slots - used.slots;
    if (free(left) !== free(right)) return free(right) - free(left);
    return left.node.name < right.node.name ? -1 : 1;
  };
}

interface Obstacle {
  readonly text: string;
  /** Whether it is gone once other sessions have left. */
  readonly passes: boolean;
}

const lasting = (text: string): Obstacle => ({ text, passes: false });
const passing = (text: string): Obstacle => ({ text, passes: true });

function obstacleOf(seen: NodeSeen, asked: Asked): Obstacle | null {
  const { node } = seen;
  const { only } = asked;
  if (only !== null && node.name !== only) return lasting(`does not have the session's workspace, which is on ${only}`);
  if (node.spec.unschedulable) return lasting('is unschedulable (spec.unschedulable)');
  if (node.spec.drain !== undefined) return lasting('is being drained (spec.drain)');
  if (!seen.alive) return lasting('has not been heard of; check its controller');
  const unfit = unfitness(node, asked);
  if (unfit !== null) return lasting(unfit);
  if (seen.reserved) return passing('is kept for a session that has waited for longer');
  const missing = missingRoom({ asked: asked.room, used: seen.used, capacity: capacityOf(node) });
  return missing === null ? null : passing(missing);
}

/** Why the node could not run the session even if it were empty. */
function unfitness(node: McpNode, { spec, policy }: Asked): string | null {
  const docker = conditionOf(node.status.conditions, 'DockerReady');
  if (docker?.status !== 'True') return `has no working Docker Engine: ${docker?.message ?? 'no report yet'}`;
  const missing = Object.entries(spec.nodeSelector).find(([key, value]) => node.labels[key] !== value);
  if (missing !== undefined) return `lacks the label ${missing[0]}=${missing[1]} (spec.nodeSelector)`;
  const runtimes = node.status.engine?.runtimes ?? [];
  if (!runtimes.includes(spec.security.runtime)) return `has no runtime ${spec.security.runtime}`;
  const small = tooSmall(node, spec);
  if (small !== null) return small;
  if (node.status.engine?.seccomp !== true) return 'has no seccomp, which every session needs';
  return diskObstacle(node, spec, policy);
}

function tooSmall({ status }: McpNode, { resources }: SessionSpec): string | null {
  const { cpu = '0', memory = '0' } = status.capacity ?? {};
  if ((parseCpuNano(resources.cpu) ?? 0) > (parseCpuNano(cpu) ?? 0)) {
    return `has ${cpu} CPUs, and spec.resources.cpu is ${resources.cpu}`;
  }
  if ((parseQuantityBytes(resources.memory) ?? 0) > (parseQuantityBytes(memory) ?? 0)) {
    return `has ${memory} bytes of memory, and spec.resources.memory is ${resources.memory}`;
  }
  return null;
}

const NAMED_NODES = 5;
const NO_NODE = 'there is no McpNode: start a controller on a node with a Docker Engine';

type Judged = readonly { readonly seen: NodeSeen; readonly obstacle: Obstacle | null }[];

/** Those first that would take the session if there were room: that is what people can change. */
function noNodeText(all: Judged, { only }: Asked): string {
  if (all.length === 0) return NO_NODE;
  const judged = only === null ? all : all.filter(({ seen }) => seen.node.name === only);
  if (judged.length === 0) return `node ${only} is gone, and the session's workspace with it`;
  const sorted = [...judged].sort((left, right) => Number(right.obstacle?.passes) - Number(left.obstacle?.passes));
  const named = sorted.slice(0, NAMED_NODES).map(({ seen, obstacle }) => `${seen.node.name} ${obstacle?.text ?? ''}`);
  const more = judged.length > NAMED_NODES ? `; and ${judged.length - NAMED_NODES} more` : '';
  return `no node can take the session: ${named.join('; ')}${more}`;
}
