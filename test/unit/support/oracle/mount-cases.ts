// Mounts, volumes and file systems in memory that no container of ours may have, as the engine tells of them and as the kernel
// shows them: one thing each.

import { type Changeable, INIT_VOLUME, type OracleCase } from './a-subject.ts';

const bind = (change: Record<string, unknown> = {}) => ({
  Type: 'bind',
  Source: '/srv/data',
  Target: '/data',
  ReadOnly: true,
  BindOptions: { Propagation: 'rprivate', NonRecursive: true },
  ...change,
});
const seenBind = { Type: 'bind', Source: '/srv/data', Destination: '/data', RW: false, Propagation: 'rprivate' };
/** A bind mount that is as it should be, but for `change`. */
export const withBind =
  (change: Record<string, unknown>, seen: Record<string, unknown> = {}) =>
  ({ host, inspected, replace }: Changeable): void => {
    const asked = bind(change);
    (host['Mounts'] as unknown[]).push(asked); // as recorded
    const shown = { ...seenBind, Source: asked.Source, Destination: asked.Target, ...seen };
    (inspected['Mounts'] as unknown[]).push(shown); // as recorded
    replace('mountinfo', '\n', `\n400 315 254:0 /srv/data ${asked.Target} ro,relatime - ext4 /dev/vda rw\n`);
  };

export const MOUNTS: readonly OracleCase[] = [
  ['Mount[/data].ReadOnly', withBind({ ReadOnly: false })],
  ['Mount[/data].Source', withBind({ Source: '/etc' })],
  ['Mount[/data].Source', withBind({ Source: '/' })],
  ['Mount[/data].Source', withBind({ Source: '/srv/../etc' })],
  ['Mount[/data].Source', withBind({ Source: '/var/run/docker.sock' })],
  ['Mount[/data].Source', withBind({ Source: '/srv/a/.ssh' })],
  ['Mount[/proc/x].Target', withBind({ Target: '/proc/x' })],
  ['Mount[/etc].Target', withBind({ Target: '/etc' })],
  ['Mount[/data].Propagation', withBind({ BindOptions: { Propagation: 'rshared', NonRecursive: true } })],
  ['Mount[/data].NonRecursive', withBind({ BindOptions: { Propagation: 'rprivate' } })],
  ['Mount[/data].Type', withBind({ Type: 'npipe' }, { Type: 'npipe' })],
  ['Mounts[/data]', withBind({}, { RW: true })],
  ['Mounts[/data]', withBind({}, { Source: '/srv/other' })],
  [
    'Mounts[/more]',
    ({ inspected }) => (inspected['Mounts'] as unknown[]).push({ Type: 'volume', Destination: '/more' }),
  ],
  ['Mount[/.mcpsession].Source', ({ host }) => (firstOf(host['Mounts'])['Source'] = 'any-volume')],
  ['Mount[/.mcpsession].NoCopy', ({ host }) => (firstOf(host['Mounts'])['VolumeOptions'] = {})],
  [
    'Mount[/.mcpsession].DriverConfig',
    ({ host }) => (firstOf(host['Mounts'])['VolumeOptions'] = { NoCopy: true, DriverConfig: { Name: 'local' } }),
  ],
  ['Volume[/.mcpsession]', ({ volumes }) => (volumes[INIT_VOLUME] = { driver: 'local', options: { device: '/' } })],
  ['Volume[/.mcpsession]', ({ volumes }) => (volumes[INIT_VOLUME] = { driver: 'nfs', options: null })],
  ...['mode=1777,nodev,nosuid,size=1m', 'nodev,noexec,nosuid', 'nodev,noexec,nosuid,exec,size=1m'].map(
    (tmpfs): OracleCase => ['Tmpfs[/tmp]', ({ host }) => ((host['Tmpfs'] as Record<string, string>)['/tmp'] = tmpfs)],
  ),
  ['Tmpfs[/etc]', ({ host }) => ((host['Tmpfs'] as Record<string, string>)['/etc'] = 'nodev,noexec,nosuid,size=1m')],
];

function firstOf(list: unknown): Record<string, unknown> {
  return (list as Record<string, unknown>[])[0] ?? {}; // as recorded
}

export const MOUNT_TABLE: readonly OracleCase[] = [
  ['mountinfo[/]', ({ replace }) => replace('mountinfo', '/ / ro,', '/ / rw,')],
  ['mountinfo[/].propagation', ({ replace }) => replace('mountinfo', 'master:9', 'shared:9')],
  ['mountinfo[/proc]', ({ replace }) => replace('mountinfo', '/proc rw,nosuid,nodev,noexec', '/proc rw')],
  [
    'mountinfo[/dev]',
    ({ replace }) => replace('mountinfo', '/dev rw,nosuid - tmpfs tmpfs', '/dev rw,nosuid - devtmpfs dev'),
  ],
  ['mountinfo[/dev/pts]', ({ replace }) => replace('mountinfo', '/dev/pts rw,nosuid,noexec', '/dev/pts rw')],
  ['mountinfo[/dev/mqueue]', ({ replace }) => replace('mountinfo', '/dev/mqueue rw,nosuid', '/dev/mqueue rw')],
  ['mountinfo[/dev/shm]', ({ replace }) => replace('mountinfo', '/dev/shm rw,nosuid,nodev,noexec', '/dev/shm rw')],
  ['mountinfo[/sys]', ({ replace }) => replace('mountinfo', '/sys ro,', '/sys rw,')],
  ['mountinfo[/sys/fs/cgroup/pids]', ({ replace }) => replace('mountinfo', '/cgroup/pids ro', '/cgroup/pids rw')],
  [
    'mountinfo[/sys/fs/cgroup/pids]',
    ({ replace }) => replace('mountinfo', `/docker/${'c1'.repeat(32)} /sys/fs/cgroup/pids`, '/ /sys/fs/cgroup/pids'),
  ],
  ['mountinfo[/tmp]', ({ replace }) => replace('mountinfo', '/tmp rw,nosuid,nodev,noexec', '/tmp rw,nosuid,nodev')],
  ['mountinfo[/tmp]', ({ replace }) => replace('mountinfo', 'rw,size=102400k', 'rw')],
  ['mountinfo[/workspace]', ({ replace }) => replace('mountinfo', '/workspace rw,nosuid', '/workspace rw')],
  ['mountinfo[/etc/hosts]', ({ replace }) => replace('mountinfo', `/hosts /etc/hosts ro`, `/hosts /etc/hosts rw`)],
  [
    'mountinfo[/etc/hosts]',
    ({ replace }) => replace('mountinfo', `${'c1'.repeat(32)}/hosts`, `${'c2'.repeat(32)}/hosts`),
  ],
  [
    'mountinfo[/.mcpsession]',
    ({ replace }) => replace('mountinfo', `/var/lib/docker/volumes/${INIT_VOLUME}/_data`, '/'),
  ],
  ['mountinfo[/.mcpsession]', ({ replace }) => replace('mountinfo', '/.mcpsession ro', '/.mcpsession rw')],
  ['mountinfo[/proc/sys]', ({ replace }) => replace('mountinfo', '/proc/sys ro', '/proc/sys rw')],
  ['mountinfo[/proc/keys]', ({ replace }) => replace('mountinfo', '/null /proc/keys', '/keys /proc/keys')],
  ['mountinfo[/proc/keys]', ({ replace }) => replace('mountinfo', '/null /proc/keys', '/null /proc/other')],
  ['mountinfo[/sys/firmware]', ({ replace }) => replace('mountinfo', '/ /sys/firmware ro', '/ /sys/firmware rw')],
  ['mountinfo[/host]', ({ replace }) => replace('mountinfo', '\n', '\n400 315 254:0 / /host ro - ext4 /dev/vda rw\n')],
  [
    'mountinfo[/data]',
    (subject) => {
      withBind({})(subject);
      subject.replace('mountinfo', '/srv/data /data', '/ /data');
    },
  ],
  [
    'mountinfo[/data].propagation',
    (subject) => {
      withBind({})(subject);
      subject.replace('mountinfo', '/data ro,relatime', '/data ro,relatime shared:3');
    },
  ],
];
