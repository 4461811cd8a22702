// What each container rule refuses and what the operator builds instead, as fields of ContainerSpec. A test judges both with the rule.

import type { ContainerSpec } from '../../src/model/container.ts';
import { DEFAULT_MASKED_PATHS } from '../../src/rules/default-paths.ts';

export interface ContainerSnippet {
  readonly bad: Partial<ContainerSpec>;
  readonly good: Partial<ContainerSpec>;
}

const MEBIBYTE = 1024 * 1024;
const tmp = { path: '/tmp', sizeBytes: 100 * MEBIBYTE };
const bind = { type: 'bind', target: '/data', readOnly: true, propagation: 'rprivate', recursive: false };
const port = { containerPort: 8080, protocol: 'tcp', hostPort: 8080 };

export const CONTAINER_SNIPPETS: Readonly<Record<string, ContainerSnippet>> = {
  'MCPS-901': { bad: { privileged: true }, good: { privileged: false } },
  'MCPS-902': { bad: { capabilitiesAdded: ['SYS_ADMIN'] }, good: { capabilitiesAdded: [] } },
  'MCPS-903': { bad: { user: '1000' }, good: { user: '1001:1001' } },
  'MCPS-904': { bad: { noNewPrivileges: false }, good: { noNewPrivileges: true } },
  'MCPS-905': { bad: { seccomp: 'Unconfined' }, good: { seccomp: 'RuntimeDefault' } },
  'MCPS-906': { bad: { appArmor: 'Unconfined' }, good: { appArmor: 'RuntimeDefault' } },
  'MCPS-907': { bad: { otherSecurityOptions: ['label=disable'] }, good: { otherSecurityOptions: [] } },
  'MCPS-908': { bad: { readOnlyRootFilesystem: false }, good: { readOnlyRootFilesystem: true } },
  'MCPS-909': { bad: { maskedPaths: [] }, good: { maskedPaths: [...DEFAULT_MASKED_PATHS] } },
  'MCPS-910': { bad: { pidMode: 'host' }, good: { pidMode: '' } },
  'MCPS-911': { bad: { nanoCpus: 0 }, good: { nanoCpus: 1_000_000_000 } },
  'MCPS-912': { bad: { memorySwapBytes: -1 }, good: { memorySwapBytes: 512 * MEBIBYTE } },
  'MCPS-913': { bad: { pidsLimit: 0 }, good: { pidsLimit: 50 } },
  'MCPS-914': {
    bad: { ulimits: [{ name: 'core', soft: -1, hard: -1 }] },
    good: {
      ulimits: [
        { name: 'core', soft: 0, hard: 0 },
        { name: 'cpu', soft: 60, hard: 60 },
        { name: 'nofile', soft: 1024, hard: 1024 },
      ],
    },
  },
  'MCPS-916': {
    bad: { tmpfs: [{ ...tmp, sizeBytes: 0, options: [] }] },
    good: { tmpfs: [{ ...tmp, options: ['mode=1777', 'nodev', 'noexec', 'nosuid'] }] },
  },
  'MCPS-917': {
    bad: { mounts: [{ ...bind, source: '/etc' }] },
    good: { mounts: [{ ...bind, source: '/srv/data' }] },
  },
  'MCPS-918': { bad: { devices: ['/dev/sda:/dev/sda:rwm'] }, good: { devices: [] } },
  'MCPS-919': {
    bad: { sysctls: { 'kernel.core_pattern': 'core' } },
    good: { sysctls: { 'net.ipv4.tcp_syncookies': '1' } },
  },
  'MCPS-920': { bad: { groups: ['docker'] }, good: { groups: [] } },
  'MCPS-921': { bad: { ports: [{ ...port, hostIp: '' }] }, good: { ports: [] } },
  'MCPS-922': { bad: { runtime: 'io.containerd.runtime.v1.linux' }, good: { runtime: 'runc' } },
  'MCPS-923': {
    bad: { logDriver: 'syslog', logOptions: { 'syslog-address': 'tcp://192.0.2.1:514' } },
    good: { logDriver: 'none', logOptions: {} },
  },
  'MCPS-924': { bad: { restartPolicy: 'always' }, good: { restartPolicy: 'no' } },
  'MCPS-925': { bad: { entrypoint: [] }, good: { entrypoint: ['sleep'] } },
  'MCPS-926': { bad: { workingDir: '/proc/self/fd/8' }, good: { workingDir: '/workspace' } },
  'MCPS-927': {
    bad: { env: [{ name: 'LD_PRELOAD', value: '/workspace/evil.so' }] },
    good: { env: [{ name: 'PATH', value: '/usr/local/bin:/usr/bin:/bin' }] },
  },
  'MCPS-928': { bad: { containerName: 'web' }, good: {} },
  'MCPS-929': { bad: { unmodelled: ['HostConfig.VolumesFrom'] }, good: { unmodelled: [] } },
  'MCPS-930': { bad: { openStdin: true }, good: { openStdin: false } },
};
