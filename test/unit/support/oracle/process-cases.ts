// What the kernel can show of a process that no container of ours may have: one thing each.

import type { OracleCase } from './a-subject.ts';

export const PROCESS: readonly OracleCase[] = [
  ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(
    (set): OracleCase => [
      `process.${set}`,
      ({ replace }) => replace('status', `${set}:\t0000000000000000`, `${set}:\t0000000000000400`),
    ],
  ),
  ['process.NoNewPrivs', ({ replace }) => replace('status', 'NoNewPrivs:\t1', 'NoNewPrivs:\t0')],
  ['process.Seccomp', ({ replace }) => replace('status', 'Seccomp:\t2', 'Seccomp:\t0')],
  ['process.Uid', ({ replace }) => replace('status', 'Uid:\t1001\t1001\t1001\t1001', 'Uid:\t1001\t0\t0\t0')],
  ['process.Gid', ({ replace }) => replace('status', 'Gid:\t1001\t1001\t1001\t1001', 'Gid:\t0\t0\t0\t0')],
  ['process.Groups', ({ replace }) => replace('status', 'Groups:\t1001', 'Groups:\t0 1001')],
  ['process.oom_score_adj', ({ process }) => (process['oomScoreAdj'] = '-999')],
  ['process.AppArmor', ({ process }) => (process['appArmor'] = 'unconfined\n')],
  ...['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'].map(
    (name): OracleCase => [
      `process.ns.${name}`,
      ({ namespaces, process }) =>
        (namespaces[name] = (process['nodeNamespaces'] as Record<string, string>)[name] ?? ''),
    ],
  ),
  ['process.interfaces', ({ process }) => (process['netDev'] = `${String(process['netDev'])}  eth0: 0 0\n`)],
  [
    'process.limits.core',
    ({ replace }) => replace('limits', 'size        0                    0', 'size        unlimited unlimited'),
  ],
  [
    'process.limits.cpu',
    ({ replace }) => replace('limits', 'time              60                   60', 'time              60 unlimited'),
  ],
  [
    'process.limits.nofile',
    ({ replace }) => replace('limits', 'files            1024                 1024', 'files            1024 4096'),
  ],
  ['process.cgroup', ({ replace }) => replace('cgroup', 'memory:/docker/', 'memory:/other/')],
  ['process.cgroup.memory', ({ cgroupLimits }) => (cgroupLimits['memoryBytes'] = '9223372036854771712')],
  ['process.cgroup.memory and swap', ({ cgroupLimits }) => (cgroupLimits['memoryAndSwapBytes'] = '1073741824')],
  ['process.cgroup.pids', ({ cgroupLimits }) => (cgroupLimits['pids'] = 'max')],
  ['process.cgroup.cpu', ({ cgroupLimits }) => (cgroupLimits['cpuQuotaUs'] = '-1')],
  ['process.cgroup.cpu', ({ cgroupLimits }) => (cgroupLimits['cpuQuotaUs'] = '200000')],
  ['process.cgroup.devices', ({ cgroupLimits }) => (cgroupLimits['devices'] = 'a *:* rwm')],
  ['process.cgroup.devices', ({ cgroupLimits }) => (cgroupLimits['devices'] = 'c 10:229 rwm')],
  ['process.program', ({ process }) => (process['cmdline'] = '/bin/sh\0')],
];
