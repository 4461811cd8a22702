// Container labels <-> ContainerIdentity. Pure. A container is ours when every label is there, well formed, and names this
// cluster and this node.

import type { ContainerIdentity } from '../model/container.ts';
import { CONTAINER_LABELS } from '../model/names.ts';

export interface Home {
  /** UID of the kube-system namespace. */
  readonly cluster: string;
  readonly nodeName: string;
}

type Labels = Readonly<Record<string, string>>;

export function labelsOf(identity: ContainerIdentity): Record<string, string> {
  return {
    [CONTAINER_LABELS.cluster]: identity.cluster,
    [CONTAINER_LABELS.node]: identity.node,
    [CONTAINER_LABELS.uid]: identity.uid,
    [CONTAINER_LABELS.namespace]: identity.namespace,
    [CONTAINER_LABELS.name]: identity.name,
    [CONTAINER_LABELS.instanceGeneration]: String(identity.instanceGeneration),
    [CONTAINER_LABELS.attempt]: String(identity.attempt),
    [CONTAINER_LABELS.specHash]: identity.specHash,
  };
}

/** null when a label is missing or malformed, or when another cluster or node is named. */
export function identityOf(labels: Labels, home: Home): ContainerIdentity | null {
  const text = (key: keyof typeof CONTAINER_LABELS): string => labels[CONTAINER_LABELS[key]] ?? '';
  const instanceGeneration = wholeNumber(text('instanceGeneration'));
  const attempt = wholeNumber(text('attempt'));
  if (instanceGeneration === null || attempt === null) return null;
  const identity = {
    cluster: text('cluster'),
    node: text('node'),
    uid: text('uid'),
    namespace: text('namespace'),
    name: text('name'),
    instanceGeneration,
    attempt,
    specHash: text('specHash'),
  };
  const complete = Object.values(identity).every((value) => value !== '');
  return complete && identity.cluster === home.cluster && identity.node === home.nodeName ? identity : null;
}

/** Filter of the engine for containers of this cluster and node; every list and every event stream carries it. */
export function labelFilter(home: Home): readonly string[] {
  return [`${CONTAINER_LABELS.cluster}=${home.cluster}`, `${CONTAINER_LABELS.node}=${home.nodeName}`];
}

function wholeNumber(text: string): number | null {
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : null;
}
