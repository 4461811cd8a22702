// Labels of networks and workspace volumes <-> AttachmentIdentity. Pure. A container has more labels, so its own file.

import type { AttachmentIdentity } from '../model/attachments.ts';
import { CONTAINER_LABELS } from '../model/names.ts';
import { type Home, labelFilter } from './identity-labels.ts';

export function attachmentLabels(identity: AttachmentIdentity): Record<string, string> {
  return {
    [CONTAINER_LABELS.cluster]: identity.cluster,
    [CONTAINER_LABELS.node]: identity.node,
    [CONTAINER_LABELS.uid]: identity.uid,
    [CONTAINER_LABELS.namespace]: identity.namespace,
    [CONTAINER_LABELS.name]: identity.name,
    [CONTAINER_LABELS.instanceGeneration]: String(identity.instanceGeneration),
  };
}

/** null when a label is missing or malformed, or when another cluster or node is named. */
export function attachmentIdentity(
  labels: Readonly<Record<string, string>> | null | undefined,
  home: Home,
): AttachmentIdentity | null {
  const text = (key: keyof typeof CONTAINER_LABELS): string => labels?.[CONTAINER_LABELS[key]] ?? '';
  const generation = text('instanceGeneration');
  const identity = {
    cluster: text('cluster'),
    node: text('node'),
    uid: text('uid'),
    namespace: text('namespace'),
    name: text('name'),
    instanceGeneration: /^[1-9]\d{0,14}$/.test(generation) ? Number(generation) : 0,
  };
  const complete = Object.values(identity).every((value) => value !== '' && value !== 0);
  return complete && identity.cluster === home.cluster && identity.node === home.nodeName ? identity : null;
}

/** The filter of every list of networks and volumes: of this cluster and node, and of one session where `uid` is not null. */
export function attachmentFilters(home: Home, uid: string | null): string {
  const ofSession = uid === null ? [] : [`${CONTAINER_LABELS.uid}=${uid}`];
  return JSON.stringify({ label: [...labelFilter(home), ...ofSession] });
}
