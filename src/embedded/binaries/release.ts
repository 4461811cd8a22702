// Which Kubernetes this is: the programs, their versions, and where their makers publish them. hack/control-plane/go.mod
// pins the same versions for a build from source; a unit test keeps the two equal.

import { OperatorError } from '../../lib/errors.ts';

export const KUBERNETES_VERSION = 'v1.36.3';
export const ETCD_VERSION = 'v3.6.16';

export const PROGRAMS = ['etcd', 'kube-apiserver', 'kubectl'] as const;
/** What a node and the scheduling of pods need besides; only the test cluster of hack/cluster runs them. */
export const NODE_PROGRAMS = ['kubelet', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'] as const;
export type Program = (typeof PROGRAMS)[number] | (typeof NODE_PROGRAMS)[number];

/** Processor names as Go and the release files use them. */
export type Architecture = 'amd64' | 'arm64';

/** Base addresses without a slash at the end; a mirror may stand in for either. */
export interface ReleaseSites {
  readonly kubernetes: string;
  readonly etcd: string;
}

export const OFFICIAL_RELEASE_SITES: ReleaseSites = {
  kubernetes: 'https://dl.k8s.io/release',
  etcd: 'https://github.com/etcd-io/etcd/releases/download',
};

export const PACKAGES: Readonly<Record<Program, string>> = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  kubelet: 'k8s.io/kubernetes/cmd/kubelet',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
};

export function versionOf(program: Program): string {
  return program === 'etcd' ? ETCD_VERSION : KUBERNETES_VERSION;
}

/** The release name of Node's `process.arch`. Throws OperatorError('invalid') for one without a control plane. */
export function releaseArchitecture(nodeArchitecture: string): Architecture {
  if (nodeArchitecture === 'x64') return 'amd64';
  if (nodeArchitecture === 'arm64') return 'arm64';
  throw new OperatorError(
    'invalid',
    `the processor is "${nodeArchitecture}"; the embedded control plane runs on x64 and arm64, so use the cluster of a kubeconfig instead`,
  );
}

/** Where the programs of this version are kept; cacheHome is $XDG_CACHE_HOME, or .cache in the home directory. */
export function controlPlaneCacheDir(cacheHome: string, architecture: Architecture): string {
  return `${cacheHome}/mcpsession/${KUBERNETES_VERSION}-${architecture}`;
}
