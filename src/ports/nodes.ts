// McpNode objects and the leases behind them.

import type { McpNode, NodeStatus } from '../model/node.ts';
import type { ReadAge } from './sessions.ts';

export interface NodeStore {
  list(signal: AbortSignal): Promise<readonly McpNode[]>;
  read(name: string, signal: AbortSignal, age?: ReadAge): Promise<McpNode | null>;
  /** Creates the node object if needed and writes its status when it differs. */
  publish(
    node: { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly status: NodeStatus },
    signal: AbortSignal,
  ): Promise<McpNode>;
}

export interface LeaseRecord {
  readonly holder: string;
  readonly durationSeconds: number;
  /** Changes with every renewal; compared for equality only, because clocks of other machines are not to be trusted. */
  readonly renewTime: string;
  readonly resourceVersion: string;
}

export interface LeaseStore {
  read(name: string, signal: AbortSignal): Promise<LeaseRecord | null>;
  /** Creates (resourceVersion null) or replaces; rejects with `conflict` or `already-exists` when somebody else was faster. */
  write(
    name: string,
    lease: { readonly holder: string; readonly durationSeconds: number; readonly resourceVersion: string | null },
    signal: AbortSignal,
  ): Promise<LeaseRecord>;
  /** Names and records of all leases whose name starts with `prefix`. */
  list(prefix: string, signal: AbortSignal): Promise<ReadonlyMap<string, LeaseRecord>>;
}
