// A container that runs and whose session init still starts nothing: what is missing is given, waited for, or given up.

import type { ObservedContainer } from '../model/container.ts';
import { isHeldAtStart, referencesOf } from '../model/references.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { startupDeadlineMs } from './expiry.ts';
import type { Failure, Observation } from './observation.ts';
import { act, type Decision, type Report, rest } from './step.ts';

/** null once the session init may start what it is asked to: nothing of the session has run before. */
export function whileHeld(seen: Observation, spec: SessionSpec, own: ObservedContainer): Decision | null {
  if (!isHeldAtStart(spec) || seen.isHeld === false) return null;
  const failure = seen.lastFailure;
  if (failure?.act === 'release') {
    if (seen.isHeld === true && seen.nowMs >= startupDeadlineMs(seen, spec)) {
      return act({ do: 'remove', containerId: own.id }, startedTooLate(seen, spec));
    }
    if (seen.nowMs < failure.retryAtMs) return rest(failure.retryAtMs - seen.nowMs, notReleased(seen, failure));
  }
  return act({ do: 'release', containerId: own.id, references: referencesOf(spec) });
}

function notReleased({ isHeld }: Observation, failure: Failure): Report {
  const reason = isHeld === true && !failure.engineAway ? 'CreateRejected' : 'Starting';
  return { reason, message: `${failure.message}; trying again` };
}

export function startedTooLate(seen: Observation, spec: SessionSpec): Report {
  const cause = seen.lastFailure === null ? '' : `: ${seen.lastFailure.message}`;
  return {
    reason: 'StartDeadlineExceeded',
    message: `no running container within lifetime.startupDeadlineSeconds (${spec.lifetime.startupDeadlineSeconds})${cause}`,
  };
}
