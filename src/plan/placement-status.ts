// The status of a session that gets a node.

import { isoTime } from '../lib/iso-time.ts';
import type { McpSession, SessionStatus } from '../model/session.ts';
import { reportedStatus } from './next-status.ts';
import { moveText } from './placement-need.ts';

/**
 * Each assignment after the first is a new instance: what an earlier node has of the session is out of date from then on, and what
 * its controller said about a container goes with it.
 */
export function assignedStatus(input: {
  readonly session: McpSession;
  readonly nodeName: string;
  readonly message: string;
  readonly nowMs: number;
}): SessionStatus {
  const { session, nodeName, message, nowMs } = input;
  const before = session.status.assignment;
  const report = { reason: 'Pending', message: message + moveText(session, nodeName) } as const;
  const {
    container: _container,
    isolation: _isolation,
    vacatedGeneration: _vacated,
    ...kept
  } = reportedStatus({ session, report, nowMs });
  return {
    ...kept,
    assignment: {
      nodeName,
      attempt: (before?.attempt ?? 0) + 1,
      instanceGeneration: (before?.instanceGeneration ?? 0) + 1,
      assignedAt: isoTime(nowMs),
    },
  };
}
