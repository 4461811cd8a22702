// The command lines and the environment of etcd and the API server. Both run in the state directory: etcd's sockets are two files there, so
// that the directory's mode 0700 guards the unauthenticated etcd, and no TCP port is open but the API server's.

import type { Pki } from './pki.ts';

/** In etcd's notation: the files `localhost:1` and `localhost:2` in the working directory. */
const CLIENT_SOCKET = 'unix://localhost:1';
const PEER_SOCKET = 'unix://localhost:2';

export function etcdArguments(): readonly string[] {
  return [
    '--name=embedded',
    '--data-dir=etcd',
    '--log-level=warn',
    `--listen-client-urls=${CLIENT_SOCKET}`,
    `--advertise-client-urls=${CLIENT_SOCKET}`,
    `--listen-peer-urls=${PEER_SOCKET}`,
    `--initial-advertise-peer-urls=${PEER_SOCKET}`,
    `--initial-cluster=embedded=${PEER_SOCKET}`,
  ];
}

/**
 * etcd takes settings from ETCD_* variables, and both would inherit proxies and secrets: of the caller's they get how much memory they may
 * take to save work, and nothing else (https://pkg.go.dev/runtime, "Environment Variables"). What is undefined spawn() leaves out.
 */
export function serverEnvironment(
  home: string,
  caller: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const { GOGC, GOMEMLIMIT } = caller;
  return { HOME: home, GOGC, GOMEMLIMIT };
}

/** Anonymous requests may ask whether the server lives and is ready; anything else without credentials is a 401. */
export const AUTHENTICATION_CONFIG = `apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions:
  - path: /livez
  - path: /readyz
`;

export interface ApiServerSettings {
  readonly port: number;
  readonly pki: Pki;
  readonly authenticationConfigPath: string;
  /** Come last, and so win over what is here. */
  readonly extraArgs: readonly string[];
}

export function apiServerArguments({
  port,
  pki,
  authenticationConfigPath,
  extraArgs,
}: ApiServerSettings): readonly string[] {
  return [
    `--etcd-servers=${CLIENT_SOCKET}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1', // the default is an outside address of the machine
    `--secure-port=${port}`,
    `--tls-cert-file=${pki.servingCertificatePath}`,
    `--tls-private-key-file=${pki.servingKeyPath}`,
    `--client-ca-file=${pki.caPath}`,
    `--authentication-config=${authenticationConfigPath}`,
    '--authorization-mode=RBAC', // the default allows everything
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki.serviceAccountPublicKeyPath}`,
    `--service-account-signing-key-file=${pki.serviceAccountSigningKeyPath}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--endpoint-reconciler-type=none',
    '--profiling=false',
    '--shutdown-watch-termination-grace-period=1s', // without it an open watch holds up SIGTERM for 60 s
    ...extraArgs,
  ];
}
