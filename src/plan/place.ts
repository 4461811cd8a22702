// Which node takes a session: the ready one that fits and has the most free slots. Assigned once; nothing moves by itself.

import { parseCpuNano, parseQuantityBytes } from '../lib/quantity.ts';
import { conditionOf } from '../model/conditions.ts';
import type { McpNode } from '../model/node.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Report } from './step.ts';

export interface NodeSeen {
  readonly node: McpNode;
  /** Whether its controller has renewed its lease in time. */
  readonly alive: boolean;
  /** Sessions that hold a slot: assigned and not finished. */
  readonly sessions: number;
}

export type Placement =
  | { readonly place: 'assign'; readonly nodeName: string; readonly message: string }
  | { readonly place: 'wait'; readonly report: Report };

export function place(session: McpSession, nodes: readonly NodeSeen[]): Placement {
  const spec = session.spec;
  if (spec === null) {
    const why = session.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    return {
      place: 'wait',
      report: { reason: 'PolicyRejected', message: `the stored spec does not fit this release: ${why}` },
    };
  }
  const judged = nodes.map((seen) => ({ seen, obstacle: obstacleOf(seen, spec) }));
  const free = judged.filter(({ obstacle }) => obstacle === null).map(({ seen }) => seen);
  const best = free.sort(byFreeSlotsThenName)[0];
  if (best === undefined) {
    return { place: 'wait', report: { reason: 'NoEligibleNode', message: noNodeText(judged) } };
  }
  const slots = slotsOf(best);
  return {
    place: 'assign',
    nodeName: best.node.name,
    message: `assigned to node ${best.node.name} (${best.sessions + 1} of ${slots} slots used)`,
  };
}

function obstacleOf(seen: NodeSeen, spec: SessionSpec): string | null {
  const { node } = seen;
  if (node.spec.unschedulable) return 'is unschedulable (spec.unschedulable)';
  if (!seen.alive) return 'has not been heard of; check its controller';
  const docker = conditionOf(node.status.conditions, 'DockerReady');
  if (docker?.status !== 'True') return `has no working Docker Engine: ${docker?.message ?? 'no report yet'}`;
  const missing = Object.entries(spec.nodeSelector).find(([key, value]) => node.labels[key] !== value);
  if (missing !== undefined) return `lacks the label ${missing[0]}=${missing[1]} (spec.nodeSelector)`;
  const runtimes = node.status.engine?.runtimes ?? [];
  if (!runtimes.includes(spec.security.runtime)) return `has no runtime ${spec.security.runtime}`;
  const small = tooSmall(node, spec);
  if (small !== null) return small;
  if (node.status.engine?.seccomp !== true) return 'has no seccomp, which every session needs';
  if (seen.sessions >= slotsOf(seen)) return `is full (${seen.sessions} of ${slotsOf(seen)} slots used)`;
  return null;
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

const slotsOf = (seen: NodeSeen): number => seen.node.status.capacity?.slots ?? 0;

function byFreeSlotsThenName(left: NodeSeen, right: NodeSeen): number {
  const difference = slotsOf(right) - right.sessions - (slotsOf(left) - left.sessions);
  return difference !== 0 ? difference : left.node.name < right.node.name ? -1 : 1;
}

const NAMED_NODES = 5;

function noNodeText(judged: readonly { readonly seen: NodeSeen; readonly obstacle: string | null }[]): string {
  if (judged.length === 0) return 'there is no McpNode: start a controller on a node with a Docker Engine';
  const named = judged.slice(0, NAMED_NODES).map(({ seen, obstacle }) => `${seen.node.name} ${obstacle ?? ''}`);
  const more = judged.length > NAMED_NODES ? `; and ${judged.length - NAMED_NODES} more` : '';
  return `no node can take the session: ${named.join('; ')}${more}`;
}
