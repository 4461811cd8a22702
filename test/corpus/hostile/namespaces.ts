// Namespaces, the parent cgroup and the runtime (security.md 11 classes 2 and 12; S0.C2.08, S0.C2.09).

import { type CorpusRow, corpusClass, type Spec } from '../case.ts';

const FIELDS = [
  { field: 'networkMode', rule: 'MCPS-204', requirement: 'S0.C2.09' },
  { field: 'pidMode', rule: 'MCPS-202', requirement: 'S0.C2.08' },
  { field: 'ipcMode', rule: 'MCPS-203', requirement: 'S0.C2.08' },
  { field: 'utsMode', rule: 'MCPS-205', requirement: 'S0.C2.08' },
  { field: 'usernsMode', rule: 'MCPS-205', requirement: 'S0.C2.08' },
  { field: 'cgroupnsMode', rule: 'MCPS-205', requirement: 'S0.C2.08' },
] as const;
const VALUES = ['host', 'container:0123456789ab', 'HOST', ' host', 'host ', 'container:', 'shareable', 'ho\u200bst'];

const everyMode: readonly CorpusRow[] = FIELDS.flatMap(({ field, rule, requirement }) =>
  VALUES.map((value) => ({
    title: `${requirement}: ${field} ${JSON.stringify(value)}`,
    spec: { security: { [field]: value } },
    want: [rule],
  })),
);

export const namespaces = corpusClass('namespaces', {}, [
  ...everyMode,
  ...['bridge', 'default', 'my-network', 'mcps-other', 'ns:/proc/1/ns/net', 'none '].map((value) => ({
    title: `S0.C2.09: engine network ${JSON.stringify(value)}`,
    spec: { security: { networkMode: value } },
    want: ['MCPS-204'],
  })),
  {
    title: 'S0.C2.08: all host modes at once',
    spec: { security: Object.fromEntries(FIELDS.map(({ field }) => [field, 'host'])) },
    want: ['MCPS-202', 'MCPS-203', 'MCPS-204', 'MCPS-205'],
  },
  { title: 'a mode as null', spec: { security: { pidMode: 5 } }, want: ['SCHEMA'] },
  { title: 'a mode of 129 characters', spec: { security: { pidMode: 'h'.repeat(129) } }, want: ['SCHEMA'] },
  {
    title: 'private written out for the process namespace',
    spec: { security: { pidMode: 'private' } },
    want: ['MCPS-202'],
  },
  { title: 'no IPC namespace at all', spec: { security: { ipcMode: 'none' } }, want: ['MCPS-203'] },
]);

export const runtimes = corpusClass('runtime', {}, [
  ...['/', '../../x', '/../../../esc', 'system.slice', '/docker', ' ', 'user.slice:docker:x', '\u0000'].map(
    (value) => ({
      title: `a parent cgroup ${JSON.stringify(value)}`,
      spec: { security: { cgroupParent: value } },
      want: ['MCPS-205'],
    }),
  ),
  ...[
    ...['runsc', 'kata', 'crun', 'runc ', 'RUNC', 'io.containerd.runtime.v1.linux', 'io.containerd.runc.v2'],
    ...['../runc', '/usr/bin/runc', 'nvidia', 'sysbox-runc', '*', 'youki'],
  ].map((value) => ({
    title: `a runtime ${JSON.stringify(value)}`,
    spec: { security: { runtime: value } },
    want: ['MCPS-107'],
  })),
  { title: 'an empty runtime', spec: { security: { runtime: '' } }, want: ['SCHEMA'] },
  { title: 'a runtime of 65 characters', spec: { security: { runtime: 'r'.repeat(65) } }, want: ['SCHEMA'] },
]);

const device = (hostPath: string, target?: string): Spec => ({
  security: { devices: [target === undefined ? { hostPath } : { hostPath, target }] },
});

export const devices = corpusClass('devices', { want: ['MCPS-206'] }, [
  ...['/dev/sda', '/dev/mem', '/dev/kmem', '/dev/kvm', '/dev/fuse', '/dev', '/dev/', '/dev/.', '/dev/../dev/sda'].map(
    (path) => ({ title: `S0.C2.04: device ${path}`, spec: device(path) }),
  ),
  ...['/dev/disk/by-id/x', '/dev/net/tun', '/dev/dri/card0', '/dev/nvidia0', '/dev/mapper/control', '/DEV/SDA'].map(
    (path) => ({ title: `S0.C2.04: device ${path}`, spec: device(path) }),
  ),
  ...['nvidia.com/gpu=all', '/', '/etc/shadow', 'c 1:1 rwm', '/dev/sda:/dev/sda:rwm', '/dev/null', '*'].map((path) => ({
    title: `S0.C2.04: device ${path}`,
    spec: device(path),
  })),
  { title: 'a device under another name', spec: device('/dev/sda', '/dev/null') },
  {
    title: '32 devices',
    spec: { security: { devices: Array.from({ length: 32 }, () => ({ hostPath: '/dev/sda' })) } },
  },
  {
    title: '33 devices',
    spec: { security: { devices: Array.from({ length: 33 }, () => ({ hostPath: '/dev/sda' })) } },
    want: ['SCHEMA'],
  },
  {
    title: 'permissions of a device',
    spec: { security: { devices: [{ hostPath: '/dev/sda', permissions: 'rwm' }] } },
    want: ['SCHEMA'],
  },
]);

const sysctl = (name: string, value = '1'): Spec => ({ security: { sysctls: [{ name, value }] } });

export const sysctls = corpusClass('sysctls', { want: ['MCPS-210'] }, [
  ...[
    'kernel.core_pattern',
    'kernel.modprobe',
    'vm.overcommit_memory',
    'fs.file-max',
    'kernel.panic',
    'net.ipv4.ip_forward',
  ].map((name) => ({ title: `kernel setting ${name}`, spec: sysctl(name) })),
  ...['net.ipv4.conf.all.route_localnet', 'net/ipv4/ip_forward', 'net.ipv4/ip_forward', 'net.ipv4.tcp_syncookies.'].map(
    (name) => ({ title: `kernel setting ${name}`, spec: sysctl(name) }),
  ),
  ...[
    'NET.IPV4.TCP_SYNCOOKIES',
    ' net.ipv4.tcp_syncookies',
    'kernel.msgmax',
    '*',
    'net.*',
    'kernel.sem',
    '../kernel',
  ].map((name) => ({ title: `kernel setting ${JSON.stringify(name)}`, spec: sysctl(name) })),
  { title: 'a line feed in the value', spec: sysctl('net.ipv4.tcp_syncookies', '1\nkernel.core_pattern=|/x') },
  { title: 'a NUL in the value', spec: sysctl('net.ipv4.tcp_syncookies', '1\u0000') },
  { title: 'an empty value', spec: sysctl('net.ipv4.tcp_syncookies', '') },
  { title: 'a value of 257 characters', spec: sysctl('net.ipv4.tcp_syncookies', '1'.repeat(257)), want: ['SCHEMA'] },
  {
    title: 'a value as a number',
    spec: { security: { sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: 1 }] } },
    want: ['SCHEMA'],
  },
  {
    title: 'the same setting twice, in two spellings',
    spec: {
      security: {
        sysctls: [
          { name: 'net.ipv4.tcp_syncookies', value: '1' },
          { name: 'net/ipv4/tcp_syncookies', value: '0' },
        ],
      },
    },
  },
]);
