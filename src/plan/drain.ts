// A node that is emptied: what its sessions are told, what becomes of them after the notice, and what the node says of itself.

import { assertNever } from '../lib/assert-never.ts';
import { isoTime } from '../lib/iso-time.ts';
import type { ConditionInput } from '../model/conditions.ts';
import { FINALIZER } from '../model/names.ts';
import type { McpNode } from '../model/node.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Report } from './step.ts';

export interface Drain {
  /** Milliseconds since the epoch at which the notice is over. */
  readonly untilMs: number;
}

/** What becomes of a session when its node is drained or lost (docs/placement.md). */
export type Fate = 'moves' | 'ends' | 'waits';

/**
 * A session that never had a container loses nothing and moves. A persistent workspace is on its node and stays there, so the
 * session waits for the node. Else failurePolicy decides.
 */
export function fateOf(session: McpSession, spec: SessionSpec): Fate {
  if (!hasBegun(session)) return 'moves';
  if (spec.workspace.persistent) return 'waits';
  return spec.failurePolicy === 'Recreate' ? 'moves' : 'ends';
}

/** The finalizer comes before the first container; without it there is none, nor was there ever. */
export const hasBegun = ({ meta }: McpSession): boolean => meta.finalizers.includes(FINALIZER);

/** Whether the node has given the session up under its present assignment: then it holds no room there. */
export const isVacated = ({ status }: Pick<McpSession, 'status'>): boolean =>
  status.assignment !== undefined && status.vacatedGeneration === status.assignment.instanceGeneration;

/** Whether a session of the node still has or wants a container there. */
export const isLeftOnNode = (session: McpSession): boolean =>
  session.status.finishedAt === undefined && !isVacated(session) && session.spec?.operatingMode !== 'Suspended';

/** Of a running session, while there is still time. */
export function noticeText(input: {
  readonly drain: Drain | null;
  readonly session: McpSession;
  readonly spec: SessionSpec;
}): string {
  const { drain, session, spec } = input;
  if (drain === null) return '';
  const what: Record<Fate, string> = {
    ends: 'the session ends then (failurePolicy Retain), so save what you need',
    moves: 'the session starts anew on another node then, without its files',
    waits: 'the session stops then; its persistent workspace stays on the node, where it goes on after the drain',
  };
  return `; the node is being drained at ${isoTime(drain.untilMs)}: ${what[fateOf(session, spec)]}`;
}

/** After the notice; `nodeName` is the node that is drained. */
export function drainedReport(session: McpSession, spec: SessionSpec, nodeName: string): Report {
  const drained = `node ${nodeName} was drained`;
  const fate = fateOf(session, spec);
  switch (fate) {
    case 'ends':
      return {
        reason: 'NodeLost',
        message: `${drained}, and with failurePolicy Retain that ends the session; create a new one`,
        final: true,
      };
    case 'moves':
      return {
        reason: 'NodeLost',
        message: `${drained}; the session starts anew on another node, without its files`,
        vacates: true,
      };
    case 'waits':
      return {
        reason: 'NodeLost',
        message: `${drained}; the persistent workspace stays there, and the session goes on when the drain is over`,
        vacates: true,
      };
    default:
      return assertNever(fate);
  }
}

/**
 * The drain that McpNode.spec asks for, counted from when the condition Draining became True, so that a restart of the controller
 * does not begin the notice anew. `nowMs` is the beginning of one that the condition does not tell of yet.
 */
export function drainOf(node: Pick<McpNode, 'spec' | 'status'>, nowMs: number): Drain | null {
  const { drain } = node.spec;
  if (drain === undefined) return null;
  const condition = node.status.conditions?.find(({ type }) => type === 'Draining');
  const sinceMs = condition?.status === 'True' ? Date.parse(condition.lastTransitionTime) : nowMs;
  return { untilMs: sinceMs + drain.noticeSeconds * 1000 };
}

/** What the condition Draining says; `left`: sessions that still have or want a container on the node. */
export function drainingCondition(input: {
  readonly drain: Drain | null;
  readonly left: number;
  readonly nowMs: number;
}): ConditionInput {
  const { drain, left, nowMs } = input;
  if (drain === null) return { status: 'False', reason: 'NotDraining', message: '' };
  const sessions = `${left} ${left === 1 ? 'session is' : 'sessions are'} left`;
  if (left === 0)
    return { status: 'True', reason: 'Drained', message: 'no session is left; the node takes no new ones' };
  if (nowMs >= drain.untilMs) {
    return { status: 'True', reason: 'Evicting', message: `the notice is over; ${sessions} and being ended or moved` };
  }
  return {
    status: 'True',
    reason: 'Notice',
    message: `no new sessions; from ${isoTime(drain.untilMs)} on those that are here end or move; ${sessions}`,
  };
}
