// What sessions are told that wait for a node, or whose node is lost. Positions and free room change all the time, so a text is
// written again only when it says something else, at most every half minute, and few at a time.

import { canonicalJson } from '../lib/canonical-json.ts';
import { parseSessionKey } from '../model/names.ts';
import type { McpSession, SessionStatus } from '../model/session.ts';
import { eventsFor, type SessionEvent } from '../plan/events.ts';
import { expiryMs } from '../plan/expiry.ts';
import { lastWord } from '../plan/next-for-creation.ts';
import { reportedStatus } from '../plan/next-status.ts';
import { lostReport, waitingReport } from '../plan/placement-need.ts';
import { refusalOf } from '../plan/refusal.ts';
import type { Report } from '../plan/step.ts';
import { heldEvent } from '../plan/stranded.ts';
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
  /** What sessions were told of the present loss of their node, by node: its controller may have said something newer since. */
  const told = new Map<string, Set<string>>();

  /** The status after the write; "outdated": what is true now arrives by the watch, and is looked at then. */
  const write = async (
    session: McpSession,
    report: Report,
    signal: AbortSignal,
  ): Promise<SessionStatus | 'same' | 'outdated'> => {
    const status = reportedStatus({ session, report, nowMs: clock.nowMs() });
    if (canonicalJson(status) === canonicalJson(session.status)) return 'same';
    try {
      options.written(await store.writeStatus(session, status, signal));
    } catch (thrown) {
      if (isOutdated(thrown)) return 'outdated';
      throw thrown;
    }
    return status;
  };

  const tell = async (
    session: McpSession,
    report: Report,
    signal: AbortSignal,
  ): Promise<'written' | 'same' | 'outdated'> => {
    const outcome = await write(session, report, signal);
    if (typeof outcome === 'string') return outcome;
    for (const event of eventsFor(session, outcome)) options.events.record(session, event);
    return 'written';
  };

  const tellWaiting = async (session: McpSession, entry: QueuedSession, signal: AbortSignal): Promise<void> => {
    const nowMs = clock.monotonicMs();
    if (entry.saidMs !== null && nowMs - entry.saidMs < REPORT_EVERY_MS) return;
    const report = reportWhileWaiting(options, session, entry);
    if (report === null) return;
    if ((await tell(session, report, signal)) === 'written') entry.saidMs = nowMs;
  };

  /** Once for each loss of the node that the session is assigned to. `what` tells one thing to say from another. */
  const once = async (session: McpSession, what: string, say: () => Promise<unknown>): Promise<void> => {
    const nodeName = session.status.assignment?.nodeName ?? '';
    const mark = `${session.meta.uid} ${what}`;
    if (told.get(nodeName)?.has(mark) === true) return;
    if ((await say()) === 'outdated') return;
    told.set(nodeName, (told.get(nodeName) ?? new Set()).add(mark));
  };

  /** What a session ended with stays its last word; the event is enough then. */
  const tellHeld = async (session: McpSession, event: SessionEvent, signal: AbortSignal): Promise<unknown> => {
    const { message } = event;
    const isOver = session.status.finishedAt !== undefined || lastWord(session) !== null;
    const outcome = isOver ? 'same' : await write(session, { reason: 'NodeLost', message }, signal);
    if (outcome !== 'outdated') options.events.record(session, event);
    return outcome;
  };

  return {
    async look(key, signal) {
      const session = cache.cached(parseSessionKey(key));
      if (session === null) return { requeueAfterMs: null };
      const held = heldEvent(session, state.assignedNode(session));
      if (held !== null) await once(session, 'held', () => tellHeld(session, held, signal));
      const unreadable = unreadableReport(session);
      if (unreadable !== null) await tell(session, unreadable, signal);
      const entry = state.waiting.get(key);
      if (entry !== null) await tellWaiting(session, entry, signal);
      const life = state.lifeOf(session);
      const lost = entry !== null || life === null ? null : lostReport(session, life);
      if (lost !== null) await once(session, 'lost', () => tell(session, lost, signal));
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
