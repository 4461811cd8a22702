// The configuration files of a node: containerd, its network plugins, the kubelet, kube-proxy and the Docker Engine.

import { mkdir, writeFile } from 'node:fs/promises';

import { PKI_DIR } from '../certificates.ts';
import { CLUSTER_DOMAIN, DNS_SERVICE_ADDRESS, type NodeLayout, PAUSE_IMAGE, POD_NET } from '../layout.ts';

/** As the node itself sees it. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

export async function writeNodeConfig(node: NodeLayout, cniDir: string): Promise<void> {
  const dir = `${node.dir}/config`;
  const json = (value: unknown): string => JSON.stringify(value, null, 2); // JSON is YAML, too
  await mkdir(`${dir}/cni`, { recursive: true });
  await Promise.all([
    writeFile(`${dir}/containerd.toml`, containerdConfig(`${dir}/cni`, cniDir)),
    writeFile(`${dir}/cni/10-pods.conflist`, json(podNetwork(node))),
    writeFile(`${dir}/kubelet.yaml`, json(kubeletConfig(node))),
    writeFile(`${dir}/kube-proxy.yaml`, json(kubeProxyConfig(node))),
    writeFile(`${dir}/docker.json`, json({ 'cgroup-parent': `${node.cgroup}/docker` })),
  ]);
}

/** Not every machine lets a process lower its OOM score; not every kernel has AppArmor. */
function containerdConfig(cniConfigDir: string, cniDir: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
[grpc]
  address = "${CONTAINERD_SOCKET}"
[${cri}]
  sandbox_image = "${PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [${cri}.cni]
    bin_dir = "${cniDir}"
    conf_dir = "${cniConfigDir}"
  [${cri}.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`;
}

function podNetwork({ podNet }: NodeLayout): object {
  const addresses = { type: 'host-local', ranges: [[{ subnet: podNet }]], routes: [{ dst: '0.0.0.0/0' }] };
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: false, hairpinMode: true, ipam: addresses },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ],
  };
}

function kubeletConfig({ name, address, cgroup }: NodeLayout): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${PKI_DIR}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${PKI_DIR}/${name}.crt`,
    tlsPrivateKeyFile: `${PKI_DIR}/${name}.key`,
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failCgroupV1: false, // refused by default since 1.35
    failSwapOn: false,
    clusterDNS: [DNS_SERVICE_ADDRESS],
    clusterDomain: CLUSTER_DOMAIN,
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    imageGCHighThresholdPercent: 100, // what is collected could not be pulled again
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
      'imagefs.inodesFree': '1%',
    },
    serializeImagePulls: false,
    syncFrequency: '10s',
    nodeStatusUpdateFrequency: '2s',
  };
}

/** conntrack: the machine's own limit stays. */
function kubeProxyConfig({ dir, name }: NodeLayout): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables', // the Docker Engine needs the same program
    hostnameOverride: name,
    clusterCIDR: POD_NET,
    clientConnection: { kubeconfig: `${dir}/config/kube-proxy.conf` },
    healthzBindAddress: '0.0.0.0:10256',
    metricsBindAddress: '127.0.0.1:10249',
    iptables: { minSyncPeriod: '100ms', syncPeriod: '30s' },
    conntrack: { maxPerCore: 0, min: 0 },
  };
}
