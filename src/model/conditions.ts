// The closed vocabulary of state: condition types, reasons and events (ux.md 2.5). A word that is not here cannot be shown.

export const CONDITION_TYPES = [
  'Ready',
  'Reconciling',
  'Stalled',
  'PolicyAccepted',
  'ImageReady',
  'IsolationVerified',
  'Finished',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];
/** Conditions of an McpNode. */
export type NodeConditionType = 'DockerReady' | 'Draining';

export const READY_REASONS = [
  'Running',
  'Pending',
  'PullingImage',
  'Starting',
  'VerifyingIsolation',
  'Suspended',
  'ImagePullFailed',
  'DockerUnavailable',
  'NoEligibleNode',
  'NodeLost',
  'PolicyRejected',
  'CreateRejected',
  'StartDeadlineExceeded',
  'IsolationFailed',
  'ContainerLost',
  'OOMKilled',
  'Exited',
  'SessionExpired',
  'Deleting',
] as const;
export type ReadyReason = (typeof READY_REASONS)[number];

/** Reasons that need a person: nothing changes until somebody acts. */
export const STALLED_REASONS: ReadonlySet<ReadyReason> = new Set<ReadyReason>([
  'ImagePullFailed',
  'NoEligibleNode',
  'PolicyRejected',
  'CreateRejected',
  'StartDeadlineExceeded',
  'IsolationFailed',
]);

/** Reasons with which a session can end. */
export const FINISHED_REASONS: ReadonlySet<ReadyReason> = new Set<ReadyReason>([
  'SessionExpired',
  'ContainerLost',
  'NodeLost',
  'OOMKilled',
  'Exited',
]);

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number | undefined;
  readonly lastTransitionTime: string;
}

export const EVENT_REASONS = [
  'Assigned',
  'ImagePulled',
  'Started',
  'IsolationVerified',
  'Expired',
  'Deleted',
  'ImagePullFailed',
  'IsolationFailed',
  'DockerUnavailable',
  'NodeLost',
  'OOMKilled',
  'OrphanRemoved',
  'PolicyDrift',
  'PolicyBypassed',
] as const;
export type EventReason = (typeof EVENT_REASONS)[number];

const NORMAL_EVENTS: ReadonlySet<EventReason> = new Set<EventReason>([
  'Assigned',
  'ImagePulled',
  'Started',
  'IsolationVerified',
  'Expired',
  'Deleted',
]);
export const eventTypeOf = (reason: EventReason): 'Normal' | 'Warning' =>
  NORMAL_EVENTS.has(reason) ? 'Normal' : 'Warning';

export interface ConditionInput {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/**
 * The conditions after a look: `wanted` replaces what is there by type, and `lastTransitionTime` moves only when `status` does,
 * so that writing the same verdict twice gives the same bytes (steady state writes nothing).
 */
export function nextConditions(input: {
  readonly current: readonly Condition[];
  readonly wanted: Readonly<Partial<Record<ConditionType | NodeConditionType, ConditionInput>>>;
  readonly observedGeneration: number;
  readonly now: string;
}): Condition[] {
  return Object.entries(input.wanted).map(([type, wanted]) => {
    const before = input.current.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === wanted.status ? before.lastTransitionTime : input.now;
    return { type, ...wanted, observedGeneration: input.observedGeneration, lastTransitionTime };
  });
}

export const conditionOf = (
  conditions: readonly Condition[] | undefined,
  type: ConditionType | NodeConditionType,
): Condition | null => conditions?.find((condition) => condition.type === type) ?? null;
