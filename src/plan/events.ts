// Which Kubernetes events a change of status deserves: at most five in a healthy life (ux.md 2.5).

import { conditionOf, type EventReason } from '../model/conditions.ts';
import type { McpSession, SessionStatus } from '../model/session.ts';

export interface SessionEvent {
  readonly reason: EventReason;
  readonly message: string;
}

/** Events for what is true after the write and was not before. */
export function eventsFor(session: McpSession, after: SessionStatus): readonly SessionEvent[] {
  return [...bypassEvents(session, after), ...readyEvents(session, after)];
}

function bypassEvents(session: McpSession, after: SessionStatus): readonly SessionEvent[] {
  const was = conditionOf(session.status.conditions, 'PolicyAccepted')?.reason;
  const now = conditionOf(after.conditions, 'PolicyAccepted');
  if (now?.reason !== 'PolicyBypassed' || was === 'PolicyBypassed') return [];
  return [{ reason: 'PolicyBypassed', message: now.message }];
}

function readyEvents(session: McpSession, after: SessionStatus): readonly SessionEvent[] {
  const before = conditionOf(session.status.conditions, 'Ready')?.reason ?? '';
  const ready = conditionOf(after.conditions, 'Ready');
  if (ready === null || ready.reason === before) return [];
  switch (ready.reason) {
    case 'Running':
      return startedEvents(after, ready.message);
    case 'SessionExpired':
      return [{ reason: 'Expired', message: ready.message }];
    case 'ImagePullFailed':
    case 'IsolationFailed':
    case 'DockerUnavailable':
    case 'NodeLost':
    case 'OOMKilled':
      return [{ reason: ready.reason, message: ready.message }];
    case 'PolicyRejected':
      return [{ reason: 'PolicyDrift', message: ready.message }];
    default:
      return [];
  }
}

function startedEvents(after: SessionStatus, message: string): readonly SessionEvent[] {
  const controls = after.isolation?.controls ?? [];
  const held = controls.filter(({ ok }) => ok).length;
  return [
    { reason: 'Started', message },
    {
      reason: 'IsolationVerified',
      message: `${held} of ${controls.length} controls observed on the running container`,
    },
  ];
}
