// The API server as a pod reaches it: address from the kubelet, authority and token from the files of its ServiceAccount. The token
// is read again every minute, since the kubelet renews it long before its end.

import { KubeConfig } from '@kubernetes/client-node';

export interface PodAccess {
  readonly apiServer: { readonly host: string; readonly port: number };
  /** Holds `token` and `ca.crt`. */
  readonly serviceAccountDir: string;
}

export function podKubeConfig({ apiServer, serviceAccountDir }: PodAccess): KubeConfig {
  const { host, port } = apiServer;
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [{ name: 'cluster', server, caFile: `${serviceAccountDir}/ca.crt`, skipTLSVerify: false }],
    users: [{ name: 'pod', authProvider: { name: 'tokenFile', config: { tokenFile: `${serviceAccountDir}/token` } } }],
    contexts: [{ name: 'pod', cluster: 'cluster', user: 'pod' }],
    currentContext: 'pod',
  });
  return kubeConfig;
}
