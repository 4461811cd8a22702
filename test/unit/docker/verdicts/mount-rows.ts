// HostConfig.Mounts[]: security.md 4.3, part by part. The first mount of the table's container is a host path, the second the volume of
// the session init.

import { denied, type VerdictRow } from './verdict.ts';

const BIND = 'HostConfig.Mounts.0';
const VOLUME = 'HostConfig.Mounts.1';

export const mountRows: readonly VerdictRow[] = [
  { field: 'HostConfig.Mounts', verdict: 'asked', hostile: [null, []], foundBy: 'MCPS-930' },
  {
    field: `${BIND}.Type`,
    verdict: 'fixed',
    sends: 'bind',
    hostile: ['volume', 'tmpfs', 'npipe', 'image', 'cluster', ''],
    foundBy: 'MCPS-917',
  },
  {
    field: `${BIND}.Source`,
    verdict: 'asked',
    hostile: ['/', '/etc', '/run/docker.sock', '/var/lib/kubelet', '', 'srv'],
    foundBy: 'MCPS-917',
  },
  { field: `${BIND}.Source`, verdict: 'asked', hostile: ['/srv/other'], foundBy: 'MCPS-929' },
  {
    field: `${BIND}.Target`,
    verdict: 'asked',
    hostile: ['/', '/etc', '/proc/acpi', '/sys/fs', '/dev/shm', '/run/secrets', '/etc/passwd', '/lib'],
    foundBy: 'MCPS-917',
  },
  { field: `${BIND}.Target`, verdict: 'asked', hostile: ['/tmp'], foundBy: 'MCPS-916' },
  { field: `${BIND}.ReadOnly`, verdict: 'fixed', sends: true, hostile: [false, null], foundBy: 'MCPS-917' },
  {
    field: `${BIND}.BindOptions.Propagation`,
    verdict: 'fixed',
    sends: 'rprivate',
    hostile: ['rshared', 'shared', 'rslave', ''],
    foundBy: 'MCPS-917',
  },
  {
    field: `${BIND}.BindOptions.NonRecursive`,
    verdict: 'fixed',
    sends: true,
    hostile: [false, null],
    foundBy: 'MCPS-917',
  },
  ...denied(`${BIND}.BindOptions`, {
    CreateMountpoint: [true],
    ReadOnlyNonRecursive: [true],
    ReadOnlyForceRecursive: [true],
    FieldOfTomorrow: [1],
  }),
  ...denied(BIND, {
    Consistency: ['cached'],
    TmpfsOptions: [{ SizeBytes: 2 ** 50 }, { Mode: 0o4777 }, { Options: [['exec']] }],
    ImageOptions: [{ Subpath: 'x' }],
    ClusterOptions: [{ a: 1 }],
    VolumeOptions: [{ NoCopy: true }, { DriverConfig: { Name: 'local', Options: { o: 'bind' } } }],
    FieldOfTomorrow: [1],
  }),
  { field: `${VOLUME}.Type`, verdict: 'fixed', sends: 'volume', hostile: ['bind', 'tmpfs'], foundBy: 'MCPS-930' },
  { field: `${VOLUME}.Source`, verdict: 'asked', hostile: ['data', 'mcpsession-init-x'], foundBy: 'MCPS-930' },
  { field: `${VOLUME}.Source`, verdict: 'asked', hostile: ['mcpsession-init-fedcba9876543210'], foundBy: 'MCPS-929' },
  { field: `${VOLUME}.Target`, verdict: 'fixed', sends: '/.mcpsession', hostile: ['/x', '/'], foundBy: 'MCPS-930' },
  { field: `${VOLUME}.ReadOnly`, verdict: 'fixed', sends: true, hostile: [false], foundBy: 'MCPS-930' },
  { field: `${VOLUME}.VolumeOptions.NoCopy`, verdict: 'fixed', sends: true, hostile: [false], foundBy: 'MCPS-929' },
  ...denied(`${VOLUME}.VolumeOptions`, {
    DriverConfig: [{ Name: 'local', Options: { type: 'none', o: 'bind', device: '/' } }, { Name: 'nfs' }],
    Subpath: ['../..'],
    Labels: [{ a: 'b' }],
    FieldOfTomorrow: [1],
  }),
  ...denied(VOLUME, { BindOptions: [{ Propagation: 'rshared' }] }).map((row) => ({ ...row, foundBy: 'MCPS-930' })),
];
