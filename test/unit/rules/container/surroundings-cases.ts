// What connects a container to the node or to somebody else, and what is said about it.

import { aBind, aContainer, aPort } from '../../../support/container-builder.ts';
import type { ContainerCase } from '../../../support/container-case.ts';

const tmp = { path: '/tmp', sizeBytes: 1024, options: ['mode=1777', 'nodev', 'noexec', 'nosuid'] };
const identity = aContainer().identity;

export const surroundingsCases: readonly ContainerCase[] = [
  {
    change: { tmpfs: [{ ...tmp, sizeBytes: 0 }] },
    want: ['MCPS-916 container.tmpfs[/tmp] size 0 is not above 0 and at most 1073741824 bytes'],
  },
  {
    change: { tmpfs: [{ ...tmp, options: ['noexec', 'nosuid'] }] },
    want: ['MCPS-916 container.tmpfs[/tmp] lacks nodev'],
  },
  {
    change: { tmpfs: [{ ...tmp, options: ['nodev', 'nosuid'] }] },
    want: ['MCPS-916 container.tmpfs[/tmp] lacks noexec'],
  },
  ...['exec', 'suid', 'dev', 'mode=4777', 'mode=2777', 'size=100%', 'nr_inodes=0'].map((option) => ({
    change: { tmpfs: [{ ...tmp, options: [...tmp.options, option] }] },
    want: [`MCPS-916 container.tmpfs[/tmp] has ${option}`],
  })),
  {
    change: { tmpfs: [{ ...tmp, path: '/workspace', options: ['exec', 'nodev', 'nosuid', 'suid'] }] },
    want: ['MCPS-916 container.tmpfs[/workspace] has suid'],
  },
  {
    change: { tmpfs: [{ ...tmp, path: '/proc/acpi' }] },
    want: ['MCPS-916 container.tmpfs[/proc/acpi] is in /proc, which belongs to the kernel'],
  },
  {
    change: { mounts: [{ ...aBind, target: '/tmp' }] },
    want: ['MCPS-916 container.tmpfs[/tmp] is mounted twice'],
  },
  {
    change: { mounts: [{ ...aBind, type: 'volume' }] },
    want: ['MCPS-917 container.mounts[/data] type "volume" is not bind'],
  },
  { change: { mounts: [{ ...aBind, readOnly: false }] }, want: ['MCPS-917 container.mounts[/data] is writable'] },
  {
    change: { mounts: [{ ...aBind, recursive: true }] },
    want: ['MCPS-917 container.mounts[/data] takes along the mounts below its source, which may be writable'],
  },
  {
    change: { mounts: [{ ...aBind, propagation: 'rshared' }] },
    want: ['MCPS-917 container.mounts[/data] propagation "rshared" is not rprivate'],
  },
  {
    change: { mounts: [{ ...aBind, source: '/run/docker.sock' }] },
    want: ['MCPS-917 container.mounts[/data] source /run/docker.sock gives root on the node'],
  },
  {
    change: { mounts: [{ ...aBind, source: '' }] },
    want: ['MCPS-917 container.mounts[/data] source (empty) is empty'],
  },
  {
    change: { mounts: [{ ...aBind, target: '/sys/fs' }] },
    want: ['MCPS-917 container.mounts[/sys/fs] is in /sys, which belongs to the kernel'],
  },
  {
    change: { mounts: [aBind, { ...aBind, source: '/srv/x' }] },
    want: ['MCPS-917 container.mounts[/data] is mounted twice', 'MCPS-917 container.mounts[/data] is mounted twice'],
  },
  {
    change: { devices: ['/dev/sda:/dev/sda:rwm'] },
    want: ['MCPS-918 container.devices /dev/sda:/dev/sda:rwm is not in policy devices.allow'],
  },
  {
    change: { sysctls: { 'net/ipv4/ip_forward': '1' } },
    want: ['MCPS-919 container.sysctls net/ipv4/ip_forward is not in policy sysctls.allow'],
  },
  { change: { groups: ['0', '105'] }, want: ['MCPS-920 container.groups holds 0, 105'] },
  { change: { ports: [aPort] }, want: ['MCPS-921 container.ports[80] is published without a network'] },
  { change: { publishAllPorts: true }, want: ['MCPS-921 container.publishAllPorts is true'] },
  { change: { runtime: 'runsc' }, want: ['MCPS-922 container.runtime "runsc" is not in policy runtimes.allow'] },
  { change: { runtime: '' }, want: ['MCPS-922 container.runtime "(empty)" is not in policy runtimes.allow'] },
  { change: { logDriver: 'syslog' }, want: ['MCPS-923 container.logDriver "syslog" is not none, json-file or local'] },
  {
    change: { logOptions: {} },
    want: [
      'MCPS-923 container.logOptions.max-file is not between 1 and 10',
      'MCPS-923 container.logOptions.max-size is not between 1 byte and 100m',
    ],
  },
  ...['-1', '0', '1e9', '101m', '1g', '10x', ' 10m'].map((size) => ({
    change: { logOptions: { 'max-file': '2', 'max-size': size } },
    want: ['MCPS-923 container.logOptions.max-size is not between 1 byte and 100m'],
  })),
  {
    change: { logOptions: { 'max-file': '2', 'max-size': '10m', tag: 'x' } },
    want: ['MCPS-923 container.logOptions holds tag'],
  },
  { change: { restartPolicy: 'always' }, want: ['MCPS-924 container.restartPolicy "always" is not "no"'] },
  { change: { autoRemove: true }, want: ['MCPS-924 container.autoRemove is true'] },
  { change: { entrypoint: [] }, want: ['MCPS-925 container.entrypoint names no program'] },
  { change: { healthcheck: true }, want: ['MCPS-925 container.healthcheck is true'] },
  { change: { stopSignal: 'SIGCONT' }, want: ['MCPS-925 container.stopSignal "SIGCONT" may not stop it'] },
  { change: { tty: true }, want: ['MCPS-925 container.tty is true'] },
  {
    change: { workingDir: '/proc/self/fd/8' },
    want: ['MCPS-926 container.workingDir /proc/self/fd/8 is in /proc, which belongs to the kernel'],
  },
  { change: { workingDir: '' }, want: ['MCPS-926 container.workingDir (empty) is not absolute'] },
  {
    change: { env: [{ name: 'LD_PRELOAD', value: 'x' }] },
    want: ['MCPS-927 container.env[LD_PRELOAD] changes what programs load or run'],
  },
  {
    change: { env: [{ name: 'PATH', value: '/bin:' }] },
    want: ['MCPS-927 container.env[PATH] holds an entry that is not absolute'],
  },
  { change: { env: [{ name: 'A', value: '\0' }] }, want: ['MCPS-927 container.env[A] holds NUL'] },
  { change: { env: [{ name: '', value: 'x' }] }, want: ['MCPS-927 container.env[(empty)] is not a name'] },
  {
    change: { env: ['1', '2'].map((value) => ({ name: 'A', value })) },
    want: ['MCPS-927 container.env[A] is given twice'],
  },
  {
    change: { containerName: 'mcps-x' },
    want: ['MCPS-928 container.containerName "mcps-x" is not the name of its UID and generation'],
  },
  ...(['cluster', 'node', 'namespace', 'name', 'specHash'] as const).map((field) => ({
    change: { identity: { ...identity, [field]: '' } },
    want: [`MCPS-928 container.identity.${field} is empty`],
  })),
  {
    change: { identity: { ...identity, instanceGeneration: 0 } },
    want: [
      'MCPS-928 container.containerName "mcps-0d9d2b5e-4a0c-4a63-9d0f-6a9b1c2d3e4f" is not the name of its UID and generation',
      'MCPS-928 container.identity.instanceGeneration 0 is not 1 or above',
    ],
  },
  {
    change: { identity: { ...identity, attempt: Number.NaN } },
    want: ['MCPS-928 container.identity.attempt NaN is not 0 or above'],
  },
  { change: { imageId: 'busybox' }, want: ['MCPS-928 container.imageId "busybox" is not an image id'] },
  {
    change: { unmodelled: ['Links', 'VolumesFrom'] },
    want: ['MCPS-929 container.unmodelled Links, VolumesFrom is set'],
  },
];
