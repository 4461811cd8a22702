// What the harness and its child processes say to each other over IPC.

import type { ControllerIntervals } from '../../../src/compose/roles/controller.ts';
import type { QueueCounts } from '../../../src/process/work-queue.ts';

/** The first message to a child, which until then is loaded and does nothing. */
export interface StartOrder {
  readonly order: 'start';
  readonly kubeconfigPath: string;
  readonly dockerSocket: string;
  readonly cluster: string;
  readonly nodeName: string;
  readonly identity: string;
  readonly version: string;
  readonly policyFile: string;
  readonly logDir: string;
  readonly stateDir: string;
  readonly sessionInitFile: string;
  readonly concurrency: number;
  readonly intervals: Partial<ControllerIntervals>;
}

/** Asks for a DebugAnswer. */
export interface DebugOrder {
  readonly order: 'debug';
}

/** The wall clock of the child goes wrong by so much from now on; the monotonic one does not (security.md F24). */
export interface ClockOrder {
  readonly order: 'clock';
  readonly offsetMs: number;
}

export type Order = StartOrder | DebugOrder | ClockOrder;

export interface DebugAnswer {
  readonly say: 'debug';
  /** null while the child does not serve: it waits for its lease. */
  readonly pending: QueueCounts | null;
  readonly rssBytes: number;
  readonly openFiles: number;
  readonly activeResources: number;
}

export type Answer =
  | { readonly say: 'loaded' }
  | { readonly say: 'ready'; readonly nodeApiUrl: string }
  | { readonly say: 'failed'; readonly why: string }
  | DebugAnswer;
