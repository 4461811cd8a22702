// Host paths on the node, resolved just before a container is made (design.md 8.14).

import type { ResolvedHostPath } from '../model/container.ts';

export interface HostPaths {
  /** Follows every symbolic link. Rejects with `unavailable` when the node's file system cannot be seen from here. */
  resolve(paths: readonly string[], signal: AbortSignal): Promise<readonly ResolvedHostPath[]>;
}
