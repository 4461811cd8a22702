// The session has no container: decide whether it may have one, and get everything that it needs first.

import { assertNever } from '../lib/assert-never.ts';
import type { McpSession } from '../model/session.ts';
import { conditionOf } from '../model/conditions.ts';
import { referencesOf } from '../model/references.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { renderSummary } from '../rules/render.ts';
import { beforeContainer, onceNothingIsLeft } from './attachments.ts';
import { expiryMs, startupDeadlineMs } from './expiry.ts';
import { startedTooLate } from './held-start.ts';
import { approvedContainer, hostPathsOf, startFailed } from './next-for-container.ts';
import type { Failure, Observation } from './observation.ts';
import { act, type Decision, type Report, rest } from './step.ts';

/** How often a taken name is tried again; the engine tells nobody when a foreign container goes. */
const NAME_RETRY_MS = 30_000;

export function nextForCreation(seen: Observation, session: McpSession, spec: SessionSpec): Decision {
  const untilExpiryMs = expiryMs(session, spec) - seen.nowMs;
  const stays = lastWord(session);
  if (stays !== null) return onceNothingIsLeft(seen, session, rest(untilExpiryMs, stays));
  if (seen.nameTakenBy !== null) {
    return rest(Math.min(NAME_RETRY_MS, untilExpiryMs), {
      reason: 'CreateRejected',
      message: `container ${seen.nameTakenBy.slice(0, 12)} has the name of this session but not its labels; remove it on the node`,
    });
  }
  const last = session.status.container?.id;
  const lost = last !== undefined && last !== seen.endedByUs;
  if (lost && spec.failurePolicy === 'Retain') {
    return rest(0, {
      reason: 'ContainerLost',
      message:
        'the container is gone: removed outside the operator, or with a stopped `mcpsession up`; create a new session',
      final: true,
    });
  }
  if (seen.nowMs >= startupDeadlineMs(seen, spec)) {
    return onceNothingIsLeft(seen, session, rest(untilExpiryMs, startedTooLate(seen, spec)));
  }
  const waits = afterFailure(seen, spec, untilExpiryMs);
  if (waits !== null) return waits;

  if (seen.image.known === 'unknown') return act({ do: 'lookAtImage', reference: spec.image });
  if (seen.image.known === 'absent') {
    // A retry says nothing new: what people should see is why the last pull failed.
    const report =
      seen.lastFailure?.act === 'pull' ? null : ({ reason: 'PullingImage', message: `pulling ${spec.image}` } as const);
    return act({ do: 'pull', reference: spec.image }, report);
  }
  if (spec.sessionInit === 'Enabled' && seen.initVolume === null) return act({ do: 'lookAtInit' });

  const references = referencesOf(spec);
  if (references.length > 0 && !seen.referencesReadable) return act({ do: 'lookAtReferences', references });

  const needed = beforeContainer(seen, session, spec);
  if (needed !== null) return needed;

  // Last, so that nothing but the create itself comes between the look and the mount.
  const paths = hostPathsOf(spec);
  if (paths.length > 0 && seen.hostPaths === null) return act({ do: 'lookAtHostPaths', paths });

  // The node remembers an attempt whose report never reached the API server.
  const attempt = Math.max(session.status.restartCount ?? 0, seen.attemptSeen) + (lost ? 1 : 0);
  const approved = approvedContainer(seen, session, spec, null, attempt);
  if (!approved.ok) {
    const report = { reason: 'PolicyRejected', message: renderSummary(approved.error) } as const;
    return onceNothingIsLeft(seen, session, rest(untilExpiryMs, report));
  }
  return act({ do: 'create', spec: approved.value });
}

/** A failed proof stays until a person acts: trying again would run the same doubtful container. */
export function lastWord(session: McpSession): Report | null {
  const ready = conditionOf(session.status.conditions, 'Ready');
  if (ready?.reason !== 'IsolationFailed' || ready.observedGeneration !== session.meta.generation) return null;
  return { reason: 'IsolationFailed', message: ready.message };
}

function afterFailure(seen: Observation, spec: SessionSpec, untilExpiryMs: number): Decision | null {
  const failure = seen.lastFailure;
  if (failure === null) return null;
  const report = failureReport(failure, spec);
  if (!failure.retryable) return rest(untilExpiryMs, report);
  if (seen.nowMs >= failure.retryAtMs) return null;
  return rest(Math.min(failure.retryAtMs - seen.nowMs, untilExpiryMs), report);
}

/** A person can mend it without touching the session: the object, its key, or the right of the controller. */
const unreadable = ({ engineAway, message }: Failure): Report => ({
  reason: engineAway ? 'Pending' : 'CreateRejected',
  message: `${message}; trying again`,
});

function failureReport(failure: Failure, spec: SessionSpec): Report {
  if (failure.act === 'readReferences' || failure.act === 'release') return unreadable(failure);
  if (failure.engineAway) return { reason: 'DockerUnavailable', message: `${failure.message}; trying again` };
  switch (failure.act) {
    case 'inspectImage':
    case 'pull':
      return { reason: 'ImagePullFailed', message: `${failure.message}; check spec.image and the registry` };
    case 'create':
    case 'createNetwork':
    case 'prepareWorkspace':
    case 'removeNetwork':
    case 'removeWorkspace':
      return { reason: 'CreateRejected', message: failure.message };
    case 'deliverInit':
      return {
        reason: 'Pending',
        message: `the session init could not be delivered: ${failure.message}; trying again`,
      };
    case 'start':
      return startFailed(failure.message, spec);
    case 'stop':
    case 'remove':
    case 'observe':
    case 'lookAtAttachments':
    case 'resolveHostPaths':
    case 'compareHostPaths':
      return { reason: 'Pending', message: `${failure.message}; trying again` };
    default:
      return assertNever(failure.act);
  }
}
