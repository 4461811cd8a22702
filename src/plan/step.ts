// What the controller can do in one pass: one mutation or one look, never more (design.md 4).

import type { NetworkSpec, WorkspaceSpec } from '../model/attachments.ts';
import type { ReadyReason } from '../model/conditions.ts';
import type { Reference } from '../model/references.ts';
import type { LockedDownSpec } from '../rules/lock-down.ts';

export type Step =
  | {
      readonly do: 'rest' /** Look again after this long even if nothing happens; null: only when something changes. */;
      readonly wakeAfterMs: number | null;
    }
  | { readonly do: 'lookAtImage'; readonly reference: string }
  | { readonly do: 'lookAtHostPaths'; readonly paths: readonly string[] }
  | {
      readonly do: 'lookAtMounts';
      readonly containerId: string;
      readonly pid: number;
      readonly targets: readonly string[];
    }
  | { readonly do: 'lookAtInit' }
  | { readonly do: 'lookAtReferences'; readonly references: readonly Reference[] }
  /** The networks and workspaces of one UID, while this run of this container (or none) is what there is. */
  | {
      readonly do: 'lookAtAttachments';
      readonly uid: string;
      readonly containerId: string | null;
      readonly pid: number | null;
    }
  | { readonly do: 'createNetwork'; readonly spec: NetworkSpec }
  | { readonly do: 'prepareWorkspace'; readonly spec: WorkspaceSpec }
  | { readonly do: 'removeNetwork'; readonly networkId: string }
  | { readonly do: 'removeWorkspace'; readonly name: string }
  | { readonly do: 'addFinalizer' }
  | { readonly do: 'removeFinalizer' }
  | { readonly do: 'pull'; readonly reference: string }
  | { readonly do: 'create'; readonly spec: LockedDownSpec }
  | {
      readonly do: 'start';
      readonly containerId: string /** Whether the session init is PID 1: it is attached before, and has to answer. */;
      readonly sessionInit: boolean;
    }
  /** The container is what was approved: the session init gets the rest of the environment and starts what waits. */
  | { readonly do: 'release'; readonly containerId: string; readonly references: readonly Reference[] }
  | ({ readonly do: 'stop'; readonly containerId: string; readonly graceSeconds: number } & Confirmed)
  | ({ readonly do: 'remove'; readonly containerId: string } & Confirmed)
  | { readonly do: 'deleteSession' };

interface Confirmed {
  /**
   * The container has to go because of what the API server said, and a cache can be behind it: the session is read from the API
   * server, and the step is decided again on that (security.md F7). Left out where the engine or the policy is the reason, or
   * where what was said cannot be taken back.
   */
  readonly confirm?: true;
}

/** Whether the session has to be read again before this is done. */
export const needsConfirmation = (step: Step): boolean =>
  (step.do === 'remove' || step.do === 'stop') && step.confirm === true;

/** What people should see. The seven conditions follow from the reason (next-status.ts). */
export interface Report {
  readonly reason: ReadyReason;
  /** One sentence for people, with the next step where there is one. */
  readonly message: string;
  /** The session is over: nothing will run again under this object. */
  readonly final?: true;
  /** The node gives the session up: it has no container here, none follows under this assignment, and its room is free. */
  readonly vacates?: true;
}

export interface Decision {
  readonly step: Step;
  /** null: nothing worth a write; a healthy start costs three writes in all (design.md 4). */
  readonly report: Report | null;
}

export const rest = (wakeAfterMs: number | null, report: Report | null = null): Decision => ({
  step: { do: 'rest', wakeAfterMs: wakeAfterMs === null ? null : Math.max(0, wakeAfterMs) },
  report,
});

export const act = (step: Step, report: Report | null = null): Decision => ({ step, report });
