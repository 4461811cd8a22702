// What a session takes of a node. Memory is reserved in full unless policy says otherwise, because nobody can take it back; of the
// cores a quarter (requirements.md S3.T1.02: weight 256), because what is not used is shared.

import { parseCpuNano, parseQuantityBytes } from '../lib/quantity.ts';
import type { McpNode } from '../model/node.ts';
import type { Policy } from '../model/policy.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { isVacated } from './drain.ts';

export interface Room {
  readonly slots: number;
  readonly cpuNano: number;
  readonly memoryBytes: number;
}

export const NO_ROOM: Room = { slots: 0, cpuNano: 0, memoryBytes: 0 };

/** What policy reserves for one session, at most its limits (limits.cpuRequest and limits.memoryRequest). */
export interface Reserve {
  readonly cpuNano: number;
  readonly memoryBytes: number;
}

export const reserveOf = ({ cpuRequest, memoryRequest }: Policy['limits']): Reserve => ({
  cpuNano: parseCpuNano(cpuRequest) ?? Number.MAX_SAFE_INTEGER,
  memoryBytes: parseQuantityBytes(memoryRequest ?? '') ?? Number.MAX_SAFE_INTEGER,
});

export function roomAskedBy({ resources }: SessionSpec, reserve: Reserve): Room {
  return {
    slots: 1,
    cpuNano: Math.min(parseCpuNano(resources.cpu) ?? 0, reserve.cpuNano),
    memoryBytes: Math.min(parseQuantityBytes(resources.memory) ?? 0, reserve.memoryBytes),
  };
}

/**
 * The room that a session holds, and where. One that has finished, or whose node has given it up (suspended, drained), holds none;
 * one that is being deleted holds it until it is gone, because its container may still run.
 */
export function roomHeldBy(
  session: McpSession,
  reserve: Reserve,
): { readonly nodeName: string; readonly room: Room } | null {
  const { assignment, finishedAt } = session.status;
  if (assignment === undefined || finishedAt !== undefined || isVacated(session)) return null;
  const room = session.spec === null ? { ...NO_ROOM, slots: 1 } : roomAskedBy(session.spec, reserve);
  return { nodeName: assignment.nodeName, room };
}

export function capacityOf({ status }: McpNode): Room {
  const { slots = 0, cpu = '0', memory = '0' } = status.capacity ?? {};
  return { slots, cpuNano: parseCpuNano(cpu) ?? 0, memoryBytes: parseQuantityBytes(memory) ?? 0 };
}

export const plus = (left: Room, right: Room): Room => ({
  slots: left.slots + right.slots,
  cpuNano: left.cpuNano + right.cpuNano,
  memoryBytes: left.memoryBytes + right.memoryBytes,
});

export const minus = (left: Room, right: Room): Room => ({
  slots: left.slots - right.slots,
  cpuNano: left.cpuNano - right.cpuNano,
  memoryBytes: left.memoryBytes - right.memoryBytes,
});

/** The fullest of the three, 1 for full. A node without capacity is full. */
export function loadOf(used: Room, capacity: Room): number {
  const share = (part: number, whole: number): number => (whole > 0 ? part / whole : part > 0 ? 1 : 0);
  return Math.max(
    capacity.slots > 0 ? used.slots / capacity.slots : 1,
    share(used.cpuNano, capacity.cpuNano),
    share(used.memoryBytes, capacity.memoryBytes),
  );
}

/** What is missing, in words; null when it fits. */
export function missingRoom(input: {
  readonly asked: Room;
  readonly used: Room;
  readonly capacity: Room;
}): string | null {
  const { asked, used, capacity } = input;
  const free = minus(capacity, used);
  if (free.slots < asked.slots) return `is full (${used.slots} of ${capacity.slots} slots used)`;
  if (free.cpuNano < asked.cpuNano) {
    return `has ${cores(free.cpuNano)} of ${cores(capacity.cpuNano)} CPUs free, and the session needs ${cores(asked.cpuNano)}`;
  }
  if (free.memoryBytes < asked.memoryBytes) {
    return `has ${mebibytes(free.memoryBytes)} of ${mebibytes(capacity.memoryBytes)} memory free, and the session needs ${mebibytes(asked.memoryBytes)}`;
  }
  return null;
}

/** Rounded down, so that the text does not promise what is not there. */
const cores = (nano: number): string => String(Math.max(0, Math.floor(nano / 1e7) / 100));
const mebibytes = (bytes: number): string => `${Math.max(0, Math.floor(bytes / 2 ** 20))}Mi`;
