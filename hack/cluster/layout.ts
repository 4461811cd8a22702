// Where the test cluster lives: its names, addresses and paths. All of them are fixed, so there is one cluster per machine,
// and `down` finds what any `up` left, from whatever tree and by whomever it was started.

/** Holds everything that the cluster writes. Nodes see it under the same path (inside/node-mounts.ts). */
export const STATE_DIR = '/var/lib/mcpsession-cluster';
export const KUBECONFIG = `${STATE_DIR}/kubeconfig`;
/** In the namespaces of the cluster: the cache of this user, so that programs are found wherever his home is. */
export const CACHE_MOUNT = `${STATE_DIR}/cache`;
/** Every process of the cluster runs below this control group, in each hierarchy: so they are found without a record. */
export const CGROUP = 'mcpsession-cluster';
/** The one link of the machine; it goes when the cluster's network namespace goes, and its routes with it. */
export const HOST_LINK = 'mcpsession0';
/** Of the bridge between the machine, the control plane and the nodes. */
export const NODE_NET = { cidr: '10.245.0.0/24', prefixLength: 24 } as const;
export const HOST_ADDRESS = '10.245.0.254';
export const CONTROL_ADDRESS = '10.245.0.1';
export const API_PORT = 6443;
export const API_URL = `https://${CONTROL_ADDRESS}:${API_PORT}`;
export const POD_NET = '10.244.0.0/16';
export const SERVICE_NET = '10.96.0.0/16';
export const API_SERVICE_ADDRESS = '10.96.0.1';
export const DNS_SERVICE_ADDRESS = '10.96.0.10';
export const CLUSTER_DOMAIN = 'cluster.local';
export const PAUSE_IMAGE = 'mcps.local/pause:1';
export const MOST_NODES = 2;

export interface NodeLayout {
  readonly name: string;
  readonly address: string;
  readonly podNet: string;
  /** Name of its end of the link in the network namespace of the control plane. */
  readonly link: string;
  readonly dir: string;
  /** Path in every hierarchy; its pods and its engine's containers run below it. */
  readonly cgroup: string;
  /** Sockets as the machine sees them; in the node they are /run/docker.sock and /run/containerd/containerd.sock. */
  readonly dockerSocket: string;
  readonly containerdSocket: string;
}

/** index counts from 1. */
export function nodeLayout(index: number): NodeLayout {
  const name = `node-${index}`;
  const dir = `${STATE_DIR}/${name}`;
  return {
    name,
    address: `10.245.0.${10 + index}`,
    podNet: `10.244.${index}.0/24`,
    link: `to-${name}`,
    dir,
    cgroup: `/${CGROUP}/${name}`,
    dockerSocket: `${dir}/run/docker.sock`,
    containerdSocket: `${dir}/run/containerd/containerd.sock`,
  };
}

export function nodeLayouts(count: number): readonly NodeLayout[] {
  return Array.from({ length: count }, (_, index) => nodeLayout(index + 1));
}
