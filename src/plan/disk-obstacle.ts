// Why a node cannot give a session its workspace on disk, from what its controller has published. The same judgement as that of the node's
// own controller, so that a session is not sent where it is refused. Pure.

import type { McpNode } from '../model/node.ts';
import type { Policy } from '../model/policy.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { boundOf, wantsVolume } from './wanted-attachments.ts';

/** What follows the node's name in a sentence; null where the node will do, or no such workspace is asked for. */
export function diskObstacle({ status }: McpNode, spec: SessionSpec, policy: Policy): string | null {
  if (!wantsVolume(spec)) return null;
  const { diskQuota = false, userNamespaces = false } = status.engine ?? {};
  if (boundOf({ spec, node: { diskQuota, userNamespaces }, policy }) !== null) return null;
  return 'enforces no disk quota, which spec.workspace.medium Disk needs (policy workspace.unboundedDisk is false)';
}
