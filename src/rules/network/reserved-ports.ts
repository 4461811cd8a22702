// Ports of 1024 and above that belong to the node: who listens there first is taken for its engine, its kubelet or a service of the
// cluster. Source: security.md 4.2 PortBindings ("not in deny list") and 4.9 (CVE-2025-9074), requirements.md S4.CHK.01, Kubernetes "Ports and
// Protocols".

const RESERVED: ReadonlyMap<number, string> = new Map([
  [2375, 'the Docker API'],
  [2376, 'the Docker API'],
  [2377, 'Docker Swarm'],
  [7946, 'Docker Swarm'],
  [2379, 'etcd'],
  [2380, 'etcd'],
  [4001, 'etcd'],
  [6443, 'the Kubernetes API'],
  [9345, 'the Kubernetes API'],
  [16_443, 'the Kubernetes API'],
  [10_248, 'the kubelet'],
  [10_249, 'kube-proxy'],
  [10_250, 'the kubelet'],
  [10_255, 'the kubelet'],
  [10_256, 'kube-proxy'],
  [10_257, 'the controller manager of Kubernetes'],
  [10_258, 'the controller manager of Kubernetes'],
  [10_259, 'the scheduler of Kubernetes'],
]);

const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;

/** Whose port it is, for a sentence; null when it is nobody's. */
export function ownerOfPort(port: number): string | null {
  if (port >= FIRST_NODE_PORT && port <= LAST_NODE_PORT) return 'NodePort services of the cluster';
  return RESERVED.get(port) ?? null;
}
