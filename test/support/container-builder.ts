// A container that passes every container rule under the default policy: what the default session becomes.

import type { ContainerSpec } from '../../src/model/container.ts';
import { DEFAULT_MASKED_PATHS, DEFAULT_READONLY_PATHS } from '../../src/rules/default-paths.ts';

const mebibyte = 1024 * 1024;
const uid = '0d9d2b5e-4a0c-4a63-9d0f-6a9b1c2d3e4f';

export function aContainer(change: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    containerName: `mcps-${uid}`,
    identity: {
      cluster: 'cluster-1',
      node: 'node-1',
      uid,
      namespace: 'team-a',
      name: 'hello',
      instanceGeneration: 1,
      attempt: 0,
      specHash: 'c0'.repeat(32),
    },
    imageId: `sha256:${'ab'.repeat(32)}`,
    entrypoint: ['sleep'],
    command: ['infinity'],
    workingDir: '/workspace',
    env: [{ name: 'PATH', value: '/usr/local/bin:/usr/bin:/bin' }],
    user: '1001:1001',
    tty: false,
    openStdin: false,
    healthcheck: false,
    stopSignal: 'SIGTERM',
    privileged: false,
    readOnlyRootFilesystem: true,
    capabilitiesAdded: [],
    capabilitiesDropped: ['ALL'],
    noNewPrivileges: true,
    seccomp: 'RuntimeDefault',
    appArmor: 'RuntimeDefault',
    otherSecurityOptions: [],
    maskedPaths: [...DEFAULT_MASKED_PATHS],
    readonlyPaths: [...DEFAULT_READONLY_PATHS],
    networkMode: 'none',
    dns: [],
    pidMode: '',
    ipcMode: 'private',
    utsMode: '',
    usernsMode: '',
    cgroupnsMode: 'private',
    cgroupParent: '',
    nanoCpus: 1_000_000_000,
    cpuShares: 256,
    memoryBytes: 512 * mebibyte,
    memorySwapBytes: 512 * mebibyte,
    pidsLimit: 50,
    ulimits: [
      { name: 'core', soft: 0, hard: 0 },
      { name: 'cpu', soft: 60, hard: 60 },
      { name: 'nofile', soft: 1024, hard: 1024 },
    ],
    shmBytes: 64 * mebibyte,
    oomKillDisabled: false,
    oomScoreAdj: 0,
    tmpfs: [
      { path: '/tmp', sizeBytes: 100 * mebibyte, options: ['mode=1777', 'nodev', 'noexec', 'nosuid'] },
      {
        path: '/workspace',
        sizeBytes: 256 * mebibyte,
        options: ['exec', 'gid=1001', 'mode=0750', 'nodev', 'nosuid', 'uid=1001'],
      },
    ],
    mounts: [],
    devices: [],
    sysctls: {},
    groups: [],
    ports: [],
    publishAllPorts: false,
    runtime: 'runc',
    init: true,
    logDriver: 'json-file',
    logOptions: { 'max-file': '2', 'max-size': '10m' },
    restartPolicy: 'no',
    autoRemove: false,
    unmodelled: [],
    ...change,
  };
}

/** A bind mount that keeps every rule about how it is mounted; where it may come from is for the policy. */
export const aBind = {
  type: 'bind',
  source: '/srv/data',
  target: '/data',
  readOnly: true,
  propagation: 'rprivate',
  recursive: false,
};

/** A port that is published to the node's loopback. */
export const aPort = { containerPort: 80, protocol: 'tcp', hostIp: '127.0.0.1', hostPort: 8080 };
