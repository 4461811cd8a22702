// The command lines of the control plane: etcd and the API server, then what schedules pods and makes them.

import { etcdArguments } from '../../../src/embedded/server/server-arguments.ts';
import { PKI_DIR } from '../certificates.ts';
import { API_PORT, CLUSTER_DOMAIN, CONTROL_ADDRESS, SERVICE_NET, STATE_DIR } from '../layout.ts';
import type { ClusterPlan } from '../plan.ts';
import type { Server } from './keep-running.ts';

/** etcd's sockets, files and logs; the working directory of all four. */
export const CONTROL_DIR = `${STATE_DIR}/control`;
const AT_HOME = { cwd: CONTROL_DIR, logDir: CONTROL_DIR };

/** Both wait for each other. */
export function storeServers({ programs }: ClusterPlan): readonly Server[] {
  const etcd = { name: 'etcd', path: `${programs.controlPlaneDir}/etcd`, ...AT_HOME };
  const apiServer = { name: 'kube-apiserver', path: `${programs.controlPlaneDir}/kube-apiserver`, ...AT_HOME };
  return [
    { ...etcd, args: [...etcdArguments(), '--unsafe-no-fsync'] }, // the cluster does not outlive a crash of the machine
    { ...apiServer, args: apiServerArguments() },
  ];
}

function apiServerArguments(): readonly string[] {
  return [
    '--etcd-servers=unix://localhost:1', // as etcdArguments() has it: a file in the working directory
    `--bind-address=${CONTROL_ADDRESS}`,
    `--advertise-address=${CONTROL_ADDRESS}`,
    `--secure-port=${API_PORT}`,
    `--tls-cert-file=${PKI_DIR}/apiserver.crt`,
    `--tls-private-key-file=${PKI_DIR}/apiserver.key`,
    `--client-ca-file=${PKI_DIR}/ca.crt`,
    `--kubelet-certificate-authority=${PKI_DIR}/ca.crt`,
    `--kubelet-client-certificate=${PKI_DIR}/kubelet-client.crt`,
    `--kubelet-client-key=${PKI_DIR}/kubelet-client.key`,
    '--kubelet-preferred-address-types=InternalIP',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--service-account-issuer=https://kubernetes.default.svc.${CLUSTER_DOMAIN}`,
    `--service-account-key-file=${PKI_DIR}/service-account.pub`,
    `--service-account-signing-key-file=${PKI_DIR}/service-account.key`,
    `--service-cluster-ip-range=${SERVICE_NET}`,
    '--profiling=false',
    '--shutdown-watch-termination-grace-period=1s', // without it an open watch holds up SIGTERM for 60 s
  ];
}

/** To be started once the API server is ready: the controller manager ends when the server's own roles are not there yet. */
export function schedulingServers({ programs }: ClusterPlan): readonly Server[] {
  const server = (name: string, args: readonly string[]): Server => ({
    name,
    path: `${programs.nodeDir}/${name}`,
    args: [`--kubeconfig=${CONTROL_DIR}/${name}.conf`, '--bind-address=127.0.0.1', '--leader-elect=false', ...args],
    ...AT_HOME,
  });
  return [
    server('kube-controller-manager', [
      '--use-service-account-credentials',
      '--kube-api-qps=300', // each controller gets its own credentials first; with 20 that takes 4 s more
      '--kube-api-burst=600',
      `--root-ca-file=${PKI_DIR}/ca.crt`,
      `--service-account-private-key-file=${PKI_DIR}/service-account.key`,
      `--cluster-signing-cert-file=${PKI_DIR}/ca.crt`,
      `--cluster-signing-key-file=${PKI_DIR}/ca.key`,
      `--flex-volume-plugin-dir=${CONTROL_DIR}/volume-plugins`,
    ]),
    server('kube-scheduler', []),
  ];
}
