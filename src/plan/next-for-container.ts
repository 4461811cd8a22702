// The session has a container: compare it with what was approved, start it, keep it, or end it.

import { lockDown, type LockedDownSpec } from '../rules/lock-down.ts';
import { assertNever } from '../lib/assert-never.ts';
import { rememberPerHolder } from '../lib/remember.ts';
import { err, type Result } from '../lib/result.ts';
import { type ContainerSpec, hasSessionInit, type ObservedContainer, sessionInitVolumeIn } from '../model/container.ts';
import type { McpSession } from '../model/session.ts';
import { isHeldAtStart } from '../model/references.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Violation } from '../model/violation.ts';
import { renderSummary } from '../rules/render.ts';
import { attachmentMismatch, unboundedText } from './attachment-proof.ts';
import { lookAtAttachments } from './attachments.ts';
import { buildContainer } from './build-container.ts';
import type { ContainerOwner } from './identity.ts';
import { noticeText } from './drain.ts';
import { expiryMs, idleDeadlineMs, startupDeadlineMs } from './expiry.ts';
import { startedTooLate, whileHeld } from './held-start.ts';
import { hostPathMismatch, lookAtMounts } from './host-path-proof.ts';
import { compareIsolation } from './isolation.ts';
import type { Observation } from './observation.ts';
import { act, type Decision, type Report, rest } from './step.ts';
import { wantsAttachments } from './wanted-attachments.ts';

const RECHECK_MS = 1_000;
/** How often a missing image of an existing container is looked for again. */
const IMAGE_RETRY_MS = 10_000;
const NO_SLEEP =
  'the image has no `sleep` program, which keeps an idle session alive; set spec.command or use an image with sleep';
const LOAD_PROFILE = 'load the AppArmor profile of policy appArmor.profile on the node (docs/isolation.md)';
const RECREATE_BACKOFF_MS = [0, 1_000, 5_000, 15_000, 60_000] as const;

export function nextForContainer(
  seen: Observation,
  session: McpSession,
  spec: SessionSpec,
  own: ObservedContainer,
): Decision {
  switch (own.state) {
    case 'created':
      return whileCreated(seen, session, spec, own);
    case 'running':
      return whileRunning(seen, session, spec, own);
    case 'paused':
      return whilePaused(seen, session, spec, own);
    case 'exited':
    case 'dead':
      return afterExit(seen, spec, own);
    case 'restarting':
    case 'removing':
      return rest(RECHECK_MS);
    default:
      return assertNever(own.state);
  }
}

function whileCreated(seen: Observation, session: McpSession, spec: SessionSpec, own: ObservedContainer): Decision {
  const needed = missingLook(seen, session, spec, own);
  if (needed !== null) return needed;
  const mismatch = isolationMismatch(seen, session, spec, own);
  if (mismatch !== null) return isolationFailed(own, mismatch);
  const failure = seen.lastFailure;
  if (failure?.act === 'start') {
    if (!failure.retryable) return act({ do: 'remove', containerId: own.id }, startFailed(failure.message, spec));
    if (seen.nowMs >= startupDeadlineMs(seen, spec)) {
      return act({ do: 'remove', containerId: own.id }, startedTooLate(seen, spec));
    }
    if (seen.nowMs < failure.retryAtMs) {
      return rest(failure.retryAtMs - seen.nowMs, { reason: 'Starting', message: `${failure.message}; trying again` });
    }
  }
  return act({ do: 'start', containerId: own.id, sessionInit: hasSessionInit(own.spec) });
}

/** What a start can fail on and people can mend: an image without the program, a node without the AppArmor profile. */
export function startFailed(engineMessage: string, spec: SessionSpec): Report {
  if (/apparmor/i.test(engineMessage))
    return { reason: 'CreateRejected', message: `${engineMessage}; ${LOAD_PROFILE}` };
  const missing = /executable file not found|no such file or directory/.test(engineMessage);
  const message = missing && needsSleep(spec) ? NO_SLEEP : `${engineMessage}; check spec.command and spec.image`;
  return { reason: 'CreateRejected', message };
}

function whileRunning(seen: Observation, session: McpSession, spec: SessionSpec, own: ObservedContainer): Decision {
  const needed = missingLook(seen, session, spec, own);
  if (needed !== null) return needed;
  const mismatch = isolationMismatch(seen, session, spec, own);
  if (mismatch !== null) return isolationFailed(own, mismatch);
  const look = lookAtMounts(seen, spec, own);
  if (look !== null) return look;
  const changed = hostPathMismatch(seen, spec);
  if (changed !== null) return isolationFailed(own, changed);
  const held = whileHeld(seen, spec, own);
  if (held !== null) return held;

  const idleAt = idleDeadlineMs({
    spec,
    runningSinceMs: seen.runningSinceMs,
    lastActivityMs: seen.lastActivityMs,
  });
  if (idleAt !== null && seen.nowMs >= idleAt) {
    return act(
      { do: 'remove', containerId: own.id },
      {
        reason: 'SessionExpired',
        message: `no command for lifetime.idleTimeoutSeconds (${spec.lifetime.idleTimeoutSeconds}); create a new session, or ask for a longer idle time`,
        final: true,
      },
    );
  }
  const expiry = expiryMs(session, spec);
  const wakeAtMs = idleAt === null ? expiry : Math.min(expiry, idleAt);
  return rest(wakeAtMs - seen.nowMs, {
    reason: 'Running',
    message:
      runningText(own) +
      unboundedText({ seen, session, spec }) +
      commandsText(seen, spec) +
      noticeText({ drain: seen.drain, session, spec }),
  });
}

/** Said only where it is worse than what the session asked for. */
function commandsText(seen: Observation, spec: SessionSpec): string {
  if (spec.sessionInit === 'Disabled' || seen.commandsBy === 'session-init') return '';
  if (isHeldAtStart(spec)) return '; the session init does not answer, so nothing reaches the session';
  return '; the session init does not answer, so commands go by the engine, and files, logs and port forwards do not work';
}

function runningText({ id, spec }: ObservedContainer): string {
  const capabilities = spec.privileged ? 'all' : spec.capabilitiesAdded.join(' ') || 'none';
  const root = spec.readOnlyRootFilesystem ? 'read-only' : 'writable';
  return `container ${id.slice(0, 12)}: user ${spec.user}, capabilities ${capabilities}, root ${root}, network ${spec.networkMode}`;
}

/** A paused container answers nothing; unpausing is not ours to do, since we never pause. */
function whilePaused(seen: Observation, session: McpSession, spec: SessionSpec, own: ObservedContainer): Decision {
  if (spec.failurePolicy === 'Recreate') return act({ do: 'remove', containerId: own.id });
  return rest(expiryMs(session, spec) - seen.nowMs, {
    reason: 'ContainerLost',
    message: `container ${own.id.slice(0, 12)} was paused outside the operator; unpause it on the node, or delete the session`,
  });
}

function afterExit(seen: Observation, spec: SessionSpec, own: ObservedContainer): Decision {
  // Suspended or drained, and resumed before it was gone. Nothing is said, so that a missing container is not taken for a lost one.
  if (seen.endedByUs === own.id) return act({ do: 'remove', containerId: own.id });
  if (spec.failurePolicy === 'Recreate') {
    const tries = own.spec.identity.attempt;
    const backoffMs = RECREATE_BACKOFF_MS[Math.min(tries, RECREATE_BACKOFF_MS.length - 1)] ?? 0;
    const waitMs = seen.exitedSinceMs + backoffMs - seen.nowMs;
    if (waitMs > 0) return rest(waitMs, { reason: 'Starting', message: `${exitText(own)}; a new container follows` });
    // Said before it goes, so that the attempt is counted even if nobody ever saw it running.
    const report = { reason: 'Starting', message: `${exitText(own)}; a new container follows` } as const;
    return act({ do: 'remove', containerId: own.id }, report);
  }
  return rest(0, { reason: own.oomKilled ? 'OOMKilled' : 'Exited', message: finalText(own, spec), final: true });
}

/** Without a main command and without the session init the image's own `sleep` keeps the session alive. */
const needsSleep = (spec: SessionSpec): boolean => spec.command.length === 0 && spec.sessionInit === 'Disabled';

/** What a shell and an init program answer for a program that is not there or cannot be run. */
const NOT_RUNNABLE: ReadonlySet<number | null> = new Set([126, 127]);

function finalText(own: ObservedContainer, spec: SessionSpec): string {
  if (NOT_RUNNABLE.has(own.exitCode) && needsSleep(spec)) return `${NO_SLEEP}; create a new session`;
  const hint = NOT_RUNNABLE.has(own.exitCode) ? ' (the program is not in the image, or cannot be run)' : '';
  return `${exitText(own)}${hint}; the session is over`;
}

function exitText(own: ObservedContainer): string {
  if (own.oomKilled) return 'the kernel ended the main process: it needed more than resources.memory';
  return `the main process ended with exit code ${own.exitCode ?? 'unknown'}`;
}

function isolationFailed(own: ObservedContainer, problem: string): Decision {
  return act(
    { do: 'remove', containerId: own.id },
    {
      reason: 'IsolationFailed',
      message: `${problem}; the container was ended. Delete the session and tell the node's operator`,
    },
  );
}

function imageGone(own: ObservedContainer): Report {
  const image = own.spec.imageId.slice(0, 19);
  return {
    reason: 'VerifyingIsolation',
    message: `image ${image} of the container is not on the node any more, so the container cannot be compared; load it again`,
  };
}

/** The judgement needs the image's facts, because its environment is part of what was approved. */
function missingLook(
  seen: Observation,
  session: McpSession,
  spec: SessionSpec,
  own: ObservedContainer,
): Decision | null {
  if (seen.image.known === 'absent') return rest(IMAGE_RETRY_MS, imageGone(own));
  if (seen.image.known === 'unknown') return act({ do: 'lookAtImage', reference: own.spec.imageId });
  const paths = hostPathsOf(spec);
  if (paths.length > 0 && seen.hostPaths === null) return act({ do: 'lookAtHostPaths', paths });
  if (wantsAttachments(spec) && seen.attachments === null) return act(lookAtAttachments(session, own));
  return null;
}

export const hostPathsOf = (spec: SessionSpec): readonly string[] =>
  spec.mounts.flatMap(({ hostPath }) => (hostPath === undefined ? [] : [hostPath]));

/** The container as it was approved, built again from the session: the same function, the same answer. `own`: the one that exists. */
export function approvedContainer(
  seen: Observation,
  session: McpSession,
  spec: SessionSpec,
  own: ObservedContainer | null,
  attempt: number = own?.spec.identity.attempt ?? 0,
): Result<LockedDownSpec, readonly Violation[]> {
  if (seen.image.known !== 'present') return err([]);
  const { uid, namespace, name } = session.meta;
  return approved(spec, {
    uid,
    namespace,
    name,
    instanceGeneration: session.status.assignment?.instanceGeneration,
    image: seen.image.facts,
    hostPaths: seen.hostPaths ?? NO_HOST_PATHS,
    node: seen.node,
    attempt,
    policy: seen.policy,
    initVolume: spec.sessionInit === 'Disabled' ? null : initVolumeFor(seen, own),
  });
}

const NO_HOST_PATHS: NonNullable<Observation['hostPaths']> = [];

interface Asked
  extends Omit<Parameters<typeof buildContainer>[0], 'session' | 'spec'>,
    Readonly<ContainerOwner['meta']> {
  readonly instanceGeneration: number | undefined;
}

/** Asked several times in each look, about a session that changes seldom. */
const approved = rememberPerHolder((spec: SessionSpec, asked: Asked): Result<LockedDownSpec, readonly Violation[]> => {
  const { uid, namespace, name, instanceGeneration, ...rest } = asked;
  const assignment = instanceGeneration === undefined ? undefined : { instanceGeneration };
  const built = buildContainer({ ...rest, spec, session: { meta: { uid, namespace, name }, status: { assignment } } });
  return built.ok ? lockDown(built.value, asked.policy) : built;
});

/** Never null, so that a container which lacks the init is seen to differ. A container keeps the version that it was made with. */
const initVolumeFor = (seen: Observation, own: ObservedContainer | null): string =>
  (own === null ? null : sessionInitVolumeIn(own.spec)) ?? seen.initVolume ?? 'none';

/** null when the container is what was approved and what the rules accept; else the first difference in words. */
function isolationMismatch(
  seen: Observation,
  session: McpSession,
  spec: SessionSpec,
  own: ObservedContainer,
): string | null {
  const judged = judge(own.spec, { policy: seen.policy });
  if (!judged.ok) return renderSummary(judged.error);
  const want = approvedContainer(seen, session, spec, own);
  if (!want.ok) return renderSummary(want.error);
  const failed = compareIsolation({ want: want.value, got: own.spec, node: seen.node }).filter(
    (control) => !control.ok,
  );
  if (failed.length === 0) return attachmentMismatch({ seen, session, spec, own });
  return failed.map(({ id, want: wanted, got }) => `${id}: wanted ${wanted}, got ${got}`).join('; ');
}

const judge = rememberPerHolder((observed: ContainerSpec, { policy }: Pick<Observation, 'policy'>) =>
  lockDown(observed, policy),
);
