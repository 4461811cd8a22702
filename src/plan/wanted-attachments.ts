// What a session's container is to be attached to on this node, or what on the node makes it impossible. Pure.

import { parseQuantityBytes } from '../lib/quantity.ts';
import {
  type AttachmentIdentity,
  LOCAL_VOLUME_DRIVER,
  type NetworkSpec,
  type WorkspaceSpec,
} from '../model/attachments.ts';
import type { NodeFacts } from '../model/container.ts';
import { networkNameOf, workspaceVolumeOf } from '../model/names.ts';
import type { Policy } from '../model/policy.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Violation } from '../model/violation.ts';

/** The engine asks these itself instead of the node's, on behalf of an internal network too (CVE-2024-29018): nobody but the session. */
export const ISOLATED_DNS: readonly string[] = ['127.0.0.1'];

export const wantsNetwork = ({ network, security }: SessionSpec): boolean =>
  network.mode === 'isolated' && security.networkMode === '';
export const wantsVolume = ({ workspace }: SessionSpec): boolean => workspace.medium === 'Disk';
export const wantsAttachments = (spec: SessionSpec): boolean => wantsNetwork(spec) || wantsVolume(spec);

interface AttachmentQuestion {
  readonly session: McpSession;
  readonly spec: SessionSpec;
  readonly node: NodeFacts;
  readonly policy: Policy;
}

/** null for a session without a network of its own. */
export function wantedNetwork(question: Omit<AttachmentQuestion, 'policy'>): NetworkSpec | null {
  if (!wantsNetwork(question.spec)) return null;
  return { name: networkNameOf(question.session.meta.uid), identity: attachmentIdentityOf(question) };
}

/** null for a session whose workspace is in memory, or that this node cannot give one on disk. */
export function wantedWorkspace(question: AttachmentQuestion): WorkspaceSpec | null {
  const { session, spec } = question;
  const bound = wantsVolume(spec) ? boundOf(question) : null;
  if (bound === null) return null;
  const { uid, gid } = spec.user;
  const sizeBytes = bound.enforced ? (parseQuantityBytes(spec.workspace.sizeLimit) ?? 0) : null;
  const identity = attachmentIdentityOf(question);
  const { persistent } = spec.workspace;
  return { name: workspaceVolumeOf(session.meta.uid), identity, driver: bound.driver, sizeBytes, persistent, uid, gid };
}

/** What of a node decides who holds a workspace to its size; placement knows no more of it. */
export type DiskFacts = Pick<NodeFacts, 'diskQuota' | 'userNamespaces'>;

/**
 * Who holds the workspace to its size: the plugin that policy names, else the engine, else nobody where policy allows that; null: the node
 * cannot. Whether the engine has the plugin shows when it is asked to use it: many are not listed before.
 */
export function boundOf(asked: {
  readonly spec: SessionSpec;
  readonly node: DiskFacts;
  readonly policy: Policy;
}): { readonly driver: string; readonly enforced: boolean } | null {
  const { spec, node, policy } = asked;
  const { volumePlugin, unboundedDisk } = policy.workspace;
  if (volumePlugin !== null) return { driver: volumePlugin, enforced: true };
  if (node.diskQuota && keepsProjects(spec, node)) return { driver: LOCAL_VOLUME_DRIVER, enforced: true };
  return unboundedDisk || policy.yolo ? { driver: LOCAL_VOLUME_DRIVER, enforced: false } : null;
}

/**
 * The owner of a file can take it out of its project, and so out of the quota, by an ioctl (linux fs/ioctl.c fileattr_set_prepare):
 * not under the operator's own seccomp profile, and not in a user namespace.
 */
const keepsProjects = ({ security }: SessionSpec, node: DiskFacts): boolean =>
  node.userNamespaces || (security.seccompProfile === 'RuntimeDefault' && !security.privileged);

/** Why this node gives the session no workspace on disk; none where it does, or where none is asked for. */
export function workspaceProblems(question: Omit<AttachmentQuestion, 'session'>): readonly Violation[] {
  const { spec, node } = question;
  if (!wantsVolume(spec) || boundOf(question) !== null) return [];
  const why = `the engine of node ${node.nodeName} enforces no disk quota, and policy workspace.unboundedDisk is false`;
  const fix = 'delete spec.workspace.medium, or choose a node that bounds volumes (docs/workspaces.md)';
  return [{ rule: 'MCPS-408', kind: 'forbidden', path: 'spec.workspace.medium', message: why, fix }];
}

function attachmentIdentityOf({ session, node }: Pick<AttachmentQuestion, 'session' | 'node'>): AttachmentIdentity {
  return {
    cluster: node.cluster,
    node: node.nodeName,
    uid: session.meta.uid,
    namespace: session.meta.namespace,
    name: session.meta.name,
    instanceGeneration: session.status.assignment?.instanceGeneration ?? 1,
  };
}
