// Host paths on the node: resolved just before a container is made, compared with what it got after it has started
// (design.md 8.14; security.md 4.3, TOCTOU).

import type { ContainerMountsSeen, ResolvedHostPath } from '../model/container.ts';

export interface HostPaths {
  /** Follows every symbolic link. Rejects with `unavailable` when the node's file system cannot be seen from here. */
  resolve(paths: readonly string[], signal: AbortSignal): Promise<readonly ResolvedHostPath[]>;
  /** Looks through the container's own process. Rejects with `not-found` when that process has ended. */
  inContainer(
    container: { readonly id: string; readonly pid: number; readonly targets: readonly string[] },
    signal: AbortSignal,
  ): Promise<ContainerMountsSeen>;
}
