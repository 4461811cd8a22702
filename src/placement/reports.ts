// What sessions are told that wait for a node, or whose node is lost. Positions and free room change all the time, so a text is
// written again only when it says something else, at most every half minute, and few at a time.

import { canonicalJson } from '../lib/canonical-json.ts';
import { parseSessionKey } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';
import { eventsFor } from '../plan/events.ts';
import { expiryMs } from '../plan/expiry.ts';
import { reportedStatus } from '../plan/next-status.ts';
import { lostReport, waitingReport } from '../plan/placement-need.ts';
import { refusalOf } from '../plan/refusal.ts';
import type { Report } from '../plan/step.ts';
import { type AssignOptions, isOutdated, placementOf } from './assign.ts';
import type { QueuedSession } from './waiting.ts';

/** Between two texts of one session. */
export const REPORT_EVERY_MS = 30_000;

export interface Reports {
  /** Says what there is to say; `requeueAfterMs` when that is known to change by itself. */
  look(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs: number | null }>;
  /** The node is heard of again: its next loss is news. */
  nodeBack(nodeName: string): void;
}

export function createReports(options: AssignOptions): Reports {
  const { cache, clock, state, store } = options;
  /** Sessions that were told of the present loss of their node, by node: its controller may have said something newer since. */
  const told = new Map<string, Set<string>>();

  const write = async (session: McpSession, report: Report, signal: AbortSignal): Promise<boolean> => {
    const status = reportedStatus({ session, report, nowMs: clock.nowMs() });
    if (canonicalJson(status) === canonicalJson(session.status)) return false;
    try {
      options.written(await store.writeStatus(session, status, signal));
    } catch (thrown) {
      if (isOutdated(thrown)) return false; // what is true now arrives by the watch
      throw thrown;
    }
    for (const event of eventsFor(session, status)) options.events.record(session, event);
    return true;
  };

  const tellWaiting = async (session: McpSession, entry: QueuedSession, signal: AbortSignal): Promise<void> => {
    const nowMs = clock.monotonicMs();
    if (entry.saidMs !== null && nowMs - entry.saidMs < REPORT_EVERY_MS) return;
    const report = reportWhileWaiting(options, session, entry);
    if (report === null) return;
    if (await write(session, report, signal)) entry.saidMs = nowMs;
  };

  const tellLost = async (session: McpSession, report: Report, signal: AbortSignal): Promise<void> => {
    const nodeName = session.status.assignment?.nodeName ?? '';
    const ofNode = told.get(nodeName) ?? new Set();
    if (ofNode.has(session.meta.uid)) return;
    await write(session, report, signal);
    told.set(nodeName, ofNode.add(session.meta.uid));
  };

  return {
    async look(key, signal) {
      const session = cache.cached(parseSessionKey(key));
      if (session === null) return { requeueAfterMs: null };
      const unreadable = unreadableReport(session);
      if (unreadable !== null) await write(session, unreadable, signal);
      const entry = state.waiting.get(key);
      if (entry !== null) await tellWaiting(session, entry, signal);
      const life = state.lifeOf(session);
      const lost = entry !== null || life === null ? null : lostReport(session, life);
      if (lost !== null) await tellLost(session, lost, signal);
      return { requeueAfterMs: entry === null || entry.isOver ? null : untilOver(session, clock.nowMs()) };
    },
    nodeBack: (nodeName) => {
      told.delete(nodeName);
    },
  };
}

function untilOver(session: McpSession, nowMs: number): number | null {
  return session.spec === null ? null : Math.max(expiryMs(session, session.spec) - nowMs, 1);
}

/** null when a node would take it: then it gets one, and nothing needs to be said. */
function reportWhileWaiting(options: AssignOptions, session: McpSession, entry: QueuedSession): Report | null {
  const { policies, state } = options;
  if (session.spec === null) return null;
  const policy = policies.of(entry.namespace);
  const refusal = refusalOf(session, policy);
  if (refusal !== null) return refusal;
  const position = state.waiting.positionOf(entry);
  const life = state.lifeOf(session);
  const lost = life === null ? null : lostReport(session, life);
  const quota = entry.isOver ? null : state.quotaReport(entry, policy);
  if (quota !== null) return waitingReport({ position, why: quota.message, lost });
  const placement = placementOf(options, entry, session.spec);
  return placement?.place === 'wait' ? waitingReport({ position, why: placement.message, lost }) : null;
}

/** Nobody can place or run what nobody can read. */
function unreadableReport(session: McpSession): Report | null {
  if (session.spec !== null || session.status.assignment !== undefined || session.meta.deletionMs !== null) return null;
  const why = session.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return { reason: 'PolicyRejected', message: `the stored spec does not fit this release: ${why}` };
}
