// What a session needs of placement now, and what people are told while it waits or its node is lost.

import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { type Fate, fateOf, hasBegun, isVacated } from './drain.ts';
import { lastWord } from './next-for-creation.ts';
import { isLost, LOST_AFTER_MS, type NodeLife } from './node-life.ts';
import type { Report } from './step.ts';

/** A node: the first one, or another one after it was given up or is gone. */
export interface NodeNeed {
  /** The only node that will do; null for any. */
  readonly only: string | null;
}

/** `life`: of the node that the session is assigned to; null while it has none. */
export function nodeNeedOf(session: McpSession, life: NodeLife | null): NodeNeed | null {
  const { spec, status } = session;
  if (session.meta.deletionMs !== null || status.finishedAt !== undefined) return null;
  const { assignment } = status;
  if (assignment === undefined) return { only: null };
  if (spec === null || spec.operatingMode === 'Suspended' || lastWord(session) !== null) return null;
  const pinned = hasBegun(session) && spec.workspace.persistent;
  if (isVacated(session)) return { only: pinned ? assignment.nodeName : null };
  return life === 'gone' && fateOf(session, spec) === 'moves' ? { only: null } : null;
}

/** What a session is told when its node is lost; null for one that has nothing to lose there. */
export function lostReport(session: McpSession, life: NodeLife): Report | null {
  const { spec, status } = session;
  if (!isLost(life) || spec === null || status.assignment === undefined) return null;
  if (session.meta.deletionMs !== null || status.finishedAt !== undefined || isVacated(session)) return null;
  if (lastWord(session) !== null) return null;
  return { reason: 'NodeLost', message: `${lostText(status.assignment.nodeName)}; ${hope(session, spec)}` };
}

const lostText = (nodeName: string): string =>
  `node ${nodeName} has not renewed its lease for ${LOST_AFTER_MS / 1000} s`;

function hope(session: McpSession, spec: SessionSpec): string {
  if (spec.operatingMode === 'Suspended') return 'the session is suspended and has no container there';
  const what: Record<Fate, string> = {
    ends: 'the session stays with it (failurePolicy Retain) and goes on when the node is back',
    moves: 'if it stays away, the session starts anew on another node, without its files',
    waits: 'the persistent workspace is on that node, so the session waits for it',
  };
  return what[fateOf(session, spec)];
}

/** Why an assignment was made, for the message beside it; "" for the first one. */
export function moveText(session: McpSession, to: string): string {
  const { assignment } = session.status;
  if (assignment === undefined || assignment.nodeName === to) return '';
  if (!hasBegun(session)) return `, after node ${assignment.nodeName}, where it never started`;
  return `, after node ${assignment.nodeName}; files of the earlier container are not carried over`;
}

/** Place in the queue, in steps that grow, so that the text of those far behind changes seldom. */
export function positionText(position: number): string {
  if (position <= 10) return `place ${position} in the queue`;
  const step = [1000, 500, 200, 100, 50, 20].find((size) => position > size) ?? 10;
  return `behind more than ${step} others in the queue`;
}

/** While it waits for a node. `lost`: what is said because its own node is gone; null for all others. */
export function waitingReport(input: {
  readonly position: number;
  readonly why: string;
  readonly lost: Report | null;
}): Report {
  const { position, why, lost } = input;
  const message = `${positionText(position)}; ${why}`;
  if (lost !== null) return { reason: 'NodeLost', message: `${lost.message}; ${message}` };
  return { reason: 'NoEligibleNode', message };
}
