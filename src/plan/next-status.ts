// The whole status after a decision: pure, so that the same look gives the same bytes and a steady session writes nothing.

import { isoTime } from '../lib/iso-time.ts';
import {
  type ConditionInput,
  type ConditionType,
  nextConditions,
  type ReadyReason,
  STALLED_REASONS,
} from '../model/conditions.ts';
import type { ObservedContainer } from '../model/container.ts';
import type { McpSession, SessionStatus } from '../model/session.ts';
import { attachmentControls } from './attachment-proof.ts';
import { endedMs, expiryMs } from './expiry.ts';
import { sortContainers } from './identity.ts';
import { hostPathControls } from './host-path-proof.ts';
import { compareIsolation, filtersText, isolationReport } from './isolation.ts';
import { approvedContainer } from './next-for-container.ts';
import type { Observation } from './observation.ts';
import type { Decision, Report } from './step.ts';

const PROGRESSING: ReadonlySet<ReadyReason> = new Set<ReadyReason>([
  'Pending',
  'PullingImage',
  'Starting',
  'VerifyingIsolation',
  'DockerUnavailable',
  'Deleting',
]);

/** What clocks of one healthy cluster may differ by. */
const CLOCKS_DIFFER_MS = 5_000;

/** null when there is nothing to say (no report), so that nobody writes. */
export function nextStatus(seen: Observation, decision: Decision): SessionStatus | null {
  const { session } = seen;
  if (session === null || decision.report === null) return null;
  const report = decision.report;
  const { own } = sortContainers({ session, containers: seen.containers ?? [], node: seen.node });
  const filters = own === null ? '' : filtersText(own.spec, seen.node);
  const base = reportedStatus({ session, report, nowMs: seen.nowMs, rulesBypassed: seen.policy.yolo, filters });
  const finished = report.final === true;
  return {
    ...base,
    ...containerPart(seen, session, report, own),
    policy: { profile: seen.policy.profile, hash: seen.policyHash },
    ...(session.spec === null ? {} : { grantedExpiry: isoTime(expiryMs(session, session.spec)) }),
    ...(seen.lastActivityMs === null ? {} : { lastActivityTime: activityTime(seen, session) }),
    ...(report.vacates === true ? { vacatedGeneration: session.status.assignment?.instanceGeneration } : {}),
    ...(report.reason === 'Running' ? { vacatedGeneration: undefined } : {}),
    ...(finished ? { finishedAt: finishedAt(seen, session) } : {}),
    ...(finished && own?.exitCode != null ? { exitCode: own.exitCode } : {}),
  };
}

/** Status with the seven conditions of a report; what the report does not touch stays. Placement uses it too. */
export function reportedStatus(input: {
  readonly session: McpSession;
  readonly report: Report;
  readonly nowMs: number;
  readonly rulesBypassed?: boolean;
  /** Of the container that runs: what IsolationVerified says beside that everything holds. */
  readonly filters?: string;
}): SessionStatus {
  const { session, report, nowMs, rulesBypassed = false, filters = '' } = input;
  const { finishedAt: _finishedAt, exitCode: _exitCode, ...kept } = session.status;
  return {
    ...kept,
    observedGeneration: session.meta.generation,
    conditions: nextConditions({
      current: session.status.conditions ?? [],
      wanted: conditionsFor(report, { rulesBypassed, filters }),
      observedGeneration: session.meta.generation,
      now: isoTime(nowMs),
    }),
  };
}

interface Surroundings {
  readonly rulesBypassed: boolean;
  readonly filters: string;
}

function conditionsFor(
  report: Report,
  { rulesBypassed, filters }: Surroundings,
): Readonly<Record<ConditionType, ConditionInput>> {
  const { reason, message } = report;
  const finished = report.final === true;
  const running = reason === 'Running';
  const say = (status: boolean | null, why: string, text = ''): ConditionInput => ({
    status: status === null ? 'Unknown' : status ? 'True' : 'False',
    reason: why,
    message: text,
  });
  const stalled = STALLED_REASONS.has(reason);
  return {
    Ready: say(running, reason, message),
    Reconciling: say(PROGRESSING.has(reason), reason),
    Stalled: say(stalled, stalled ? reason : 'NotStalled', stalled ? message : ''),
    PolicyAccepted: policyCondition(report, rulesBypassed, say),
    ImageReady: imageCondition(reason, message, say),
    IsolationVerified: isolationCondition(report, filters, say),
    Finished: say(finished, finished ? reason : 'NotFinished', finished ? message : ''),
  };
}

const BYPASSED = 'every safety rule is switched off by policy yolo';

function policyCondition({ reason, message }: Report, rulesBypassed: boolean, say: Say): ConditionInput {
  if (reason === 'PolicyRejected') return say(false, reason, message);
  return rulesBypassed ? say(true, 'PolicyBypassed', BYPASSED) : say(true, 'Accepted');
}

type Say = (status: boolean | null, reason: string, text?: string) => ConditionInput;

function imageCondition(reason: ReadyReason, message: string, say: Say): ConditionInput {
  if (reason === 'Running') return say(true, 'Present');
  if (reason === 'PullingImage' || reason === 'ImagePullFailed') return say(false, reason, message);
  return say(null, 'Unknown');
}

function isolationCondition({ reason, message }: Report, filters: string, say: Say): ConditionInput {
  if (reason === 'Running') return say(true, 'AllControlsHold', filters);
  if (reason === 'IsolationFailed') return say(false, reason, message);
  return say(null, 'Unknown');
}

/** What the status says about the container; proof is kept with a failed one, and both go when it ends on purpose. */
function containerPart(
  seen: Observation,
  session: McpSession,
  report: Report,
  own: ObservedContainer | null,
): Partial<SessionStatus> {
  if (hasNoContainer(report)) return { container: undefined, isolation: undefined };
  const spec = session.spec;
  if (own === null || spec === null || own.startedMs === null) return {};
  const approved = approvedContainer(seen, session, spec, own);
  const compared = approved.ok ? compareIsolation({ want: approved.value, got: own.spec, node: seen.node }) : null;
  const more = [...hostPathControls(seen, spec), ...attachmentControls({ seen, session, spec, own })];
  const controls = compared === null || more.length === 0 ? compared : [...compared, ...more];
  return {
    container: {
      id: own.id,
      shortId: own.id.slice(0, 12),
      imageDigest: imageDigest(seen),
      runtime: own.spec.runtime,
      startedAt: isoTime(startTimeMs(seen, session, own.startedMs)),
      commands: seen.commandsBy === 'session-init' ? 'SessionInit' : 'EngineExec',
    },
    restartCount: own.spec.identity.attempt,
    ...(controls === null ? {} : { isolation: isolationReport(controls) }),
  };
}

/** The first word of the end counts. */
function finishedAt({ nowMs }: Observation, session: McpSession): string {
  const isSaid = session.spec !== null && endedMs(session, session.spec) !== null;
  return (isSaid ? session.status.finishedAt : undefined) ?? isoTime(nowMs);
}

/** The engine's word, unless the node's clock is plainly off: people see cluster time. */
function startTimeMs({ nowMs, runningSinceMs }: Observation, { meta }: McpSession, engineMs: number): number {
  const isPlausible = engineMs >= meta.creationMs - CLOCKS_DIFFER_MS && engineMs <= nowMs + CLOCKS_DIFFER_MS;
  return isPlausible ? engineMs : (runningSinceMs ?? nowMs);
}

/** Words that end with the container gone; the failed proof of IsolationFailed stays, as evidence. */
function hasNoContainer({ reason, final }: Report): boolean {
  if (reason === 'ContainerLost') return final === true;
  if (reason === 'StartDeadlineExceeded') return true;
  return reason === 'Suspended' || reason === 'SessionExpired' || reason === 'PolicyRejected' || reason === 'NodeLost';
}

function imageDigest(seen: Observation): string {
  if (seen.image.known !== 'present') return 'unknown';
  return seen.image.facts.repoDigests[0] ?? `local:${seen.image.facts.id}`;
}

/** Refreshed only along with something else, so that a command alone never causes a write (design.md 8.28). */
function activityTime(seen: Observation, session: McpSession): string | undefined {
  const ready = session.status.conditions?.find(({ type }) => type === 'Ready');
  const steady = ready?.status === 'True' && ready.observedGeneration === session.meta.generation;
  return steady ? session.status.lastActivityTime : isoTime(seen.lastActivityMs ?? seen.nowMs);
}
