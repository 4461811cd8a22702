// What takes isolation or a limit away from a container, and what is said about it.

import { aContainer } from '../../../support/container-builder.ts';
import type { ContainerCase } from '../../../support/container-case.ts';

export const isolationCases: readonly ContainerCase[] = [
  {
    change: { privileged: true },
    want: ['MCPS-901 container.privileged is true; a privileged container is root on the node'],
  },
  { change: { capabilitiesDropped: [] }, want: ['MCPS-902 container.capabilitiesDropped is not exactly ["ALL"]'] },
  {
    change: { capabilitiesDropped: ['ALL', 'KILL'] },
    want: ['MCPS-902 container.capabilitiesDropped is not exactly ["ALL"]'],
  },
  {
    change: { capabilitiesDropped: ['NET_RAW'] },
    want: ['MCPS-902 container.capabilitiesDropped is not exactly ["ALL"]'],
  },
  {
    change: { capabilitiesAdded: ['CAP_SYS_ADMIN'] },
    want: ['MCPS-902 container.capabilitiesAdded CAP_SYS_ADMIN is not in policy capabilities.allow'],
  },
  ...[
    '',
    ':',
    '00',
    '+0',
    ':0',
    '1000',
    '1000:',
    '1000:0',
    '0:1000',
    '01000:1000',
    '1000:1000:1',
    'root',
    '1:99999999999',
    'a:b',
  ].map((user) => ({
    change: { user },
    want: [`MCPS-903 container.user "${user === '' ? '(empty)' : user}" is not "<uid>:<gid>" with both above 0`],
  })),
  { change: { noNewPrivileges: false }, want: ['MCPS-904 container.noNewPrivileges is false'] },
  ...['Unconfined', 'EngineDefault', '', `sha256:${'0'.repeat(64)}`].map((seccomp) => ({
    change: { seccomp },
    want: [
      `MCPS-905 container.seccomp "${seccomp === '' ? '(empty)' : seccomp.length > 60 ? `${seccomp.slice(0, 59)}…` : seccomp}" is not in policy seccomp.allow (RuntimeDefault)`,
    ],
  })),
  ...['Unconfined', 'mine', ''].map((appArmor) => ({
    change: { appArmor },
    want: [
      `MCPS-906 container.appArmor "${appArmor === '' ? '(empty)' : appArmor}" is not RuntimeDefault or mcpsession-default`,
    ],
  })),
  {
    change: { otherSecurityOptions: ['label=disable'] },
    want: ['MCPS-907 container.otherSecurityOptions holds label=disable'],
  },
  { change: { readOnlyRootFilesystem: false }, want: ['MCPS-908 container.readOnlyRootFilesystem is false'] },
  {
    change: { readonlyPaths: ['/proc/sys'] },
    want: ['MCPS-909 container.readonlyPaths lacks /proc/bus, /proc/fs, /proc/irq, /proc/sysrq-trigger'],
  },
  {
    change: { maskedPaths: aContainer().maskedPaths.filter((path) => path !== '/sys/firmware') },
    want: ['MCPS-909 container.maskedPaths lacks /sys/firmware'],
  },
  ...['host', 'bridge', 'default', 'container:x', 'mcps-x', ''].map((networkMode) => ({
    change: { networkMode },
    want: [`MCPS-910 container.networkMode "${networkMode === '' ? '(empty)' : networkMode}" is not "none"`],
  })),
  { change: { dns: ['192.0.2.53'] }, want: ['MCPS-910 container.dns "192.0.2.53" is not ""'] },
  {
    change: { networkMode: aContainer().containerName },
    want: ['MCPS-910 container.dns "(empty)" is not "127.0.0.1"'],
  },
  {
    change: { networkMode: aContainer().containerName, dns: ['127.0.0.1', '192.0.2.53'] },
    want: ['MCPS-910 container.dns "127.0.0.1,192.0.2.53" is not "127.0.0.1"'],
  },
  { change: { pidMode: 'host' }, want: ['MCPS-910 container.pidMode "host" is not ""'] },
  { change: { ipcMode: 'shareable' }, want: ['MCPS-910 container.ipcMode "shareable" is not "private"'] },
  { change: { utsMode: 'host' }, want: ['MCPS-910 container.utsMode "host" is not ""'] },
  { change: { usernsMode: 'host' }, want: ['MCPS-910 container.usernsMode "host" is not ""'] },
  { change: { cgroupnsMode: 'host' }, want: ['MCPS-910 container.cgroupnsMode "host" is not "private"'] },
  { change: { cgroupParent: '/' }, want: ['MCPS-910 container.cgroupParent "/" is not ""'] },
  ...[0, -1, 4_000_000_001, Number.NaN].map((nanoCpus) => ({
    change: { nanoCpus },
    want: [`MCPS-911 container.nanoCpus ${nanoCpus} is not above 0 and at most 4 cores`],
  })),
  { change: { cpuShares: 1025 }, want: ['MCPS-911 container.cpuShares 1025 is not between 0 and 1024'] },
  ...[0, -1, 2_147_483_649].map((memoryBytes) => ({
    change: { memoryBytes, memorySwapBytes: memoryBytes },
    want: [`MCPS-912 container.memoryBytes ${memoryBytes} is not above 0 and at most 2Gi`],
  })),
  { change: { memorySwapBytes: -1 }, want: ['MCPS-912 container.memorySwapBytes -1 is not equal to memory'] },
  { change: { oomKillDisabled: true }, want: ['MCPS-912 container.oomKillDisabled is true'] },
  { change: { oomScoreAdj: -1000 }, want: ['MCPS-912 container.oomScoreAdj -1000 is not between 0 and 1000'] },
  { change: { shmBytes: 67_108_865 }, want: ['MCPS-912 container.shmBytes 67108865 is not above 0 and at most 64Mi'] },
  ...[0, -1, 513].map((pidsLimit) => ({
    change: { pidsLimit },
    want: [`MCPS-913 container.pidsLimit ${pidsLimit} is not between 1 and 512`],
  })),
  { change: { ulimits: [] }, want: ['MCPS-914 container.ulimits must hold core, cpu, nofile exactly once'] },
  {
    change: { ulimits: [...aContainer().ulimits, { name: 'nproc', soft: 1, hard: 1 }] },
    want: ['MCPS-914 container.ulimits nproc is not one of ours'],
  },
  ...[
    { name: 'core', soft: 0, hard: 1, bounds: '0 and 0' },
    { name: 'cpu', soft: 61, hard: 60, bounds: '1 and 3600' },
    { name: 'nofile', soft: 1024, hard: 65_537, bounds: '1 and 65536' },
    { name: 'nofile', soft: -1, hard: -1, bounds: '1 and 65536' },
  ].map(({ name, soft, hard, bounds }) => ({
    change: { ulimits: aContainer().ulimits.map((limit) => (limit.name === name ? { name, soft, hard } : limit)) },
    want: [`MCPS-914 container.ulimits ${name} ${soft}:${hard} is not between ${bounds}`],
  })),
];
