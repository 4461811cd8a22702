import { expect, test } from 'vitest';

import { factsFromInfo } from '../../../src/docker/facts-from-info.ts';
import { SESSION_SECCOMP_DIGEST } from '../../../src/docker/seccomp/profile.ts';
import recorded from './recorded/info-20.10.json' with { type: 'json' };

const engine = { cluster: 'cluster-1', nodeName: 'node-1', apiVersion: '1.41', diskQuota: false };

test('reads a recorded answer of Engine 20.10', () => {
  expect(factsFromInfo(recorded, engine)).toEqual({
    nodeName: 'node-1',
    cluster: 'cluster-1',
    engineVersion: recorded.ServerVersion,
    apiVersion: '1.41',
    cpus: recorded.NCPU,
    memoryBytes: recorded.MemTotal,
    runtimes: ['io.containerd.runc.v2', 'io.containerd.runtime.v1.linux', 'runc'],
    cgroupVersion: '1',
    storageDriver: 'overlay2',
    appArmor: false,
    seccomp: true,
    seccompProfile: SESSION_SECCOMP_DIGEST,
    userNamespaces: false,
    rootless: false,
    engineDirectory: '/var/lib/docker',
    diskQuota: false,
    volumeDrivers: [],
    initProgram: true,
  });
});

test.each([
  {
    name: 'AppArmor',
    change: { SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin'] },
    want: { appArmor: true, seccomp: true },
  },
  {
    name: 'seccomp that is switched off',
    change: { SecurityOptions: ['name=seccomp,profile=unconfined'] },
    want: { seccomp: false },
  },
  { name: 'no security options', change: { SecurityOptions: null }, want: { appArmor: false, seccomp: false } },
  { name: 'remapped users', change: { SecurityOptions: ['name=userns'] }, want: { userNamespaces: true } },
  { name: 'rootless', change: { SecurityOptions: ['name=rootless', 'name=cgroupns'] }, want: { rootless: true } },
  { name: 'cgroups 2', change: { CgroupVersion: '2' }, want: { cgroupVersion: '2' } },
  {
    name: 'data in another place',
    change: { DockerRootDir: '/data/docker' },
    want: { engineDirectory: '/data/docker' },
  },
  { name: 'an init that does not answer', change: { InitCommit: { ID: 'N/A' } }, want: { initProgram: false } },
  {
    name: 'volume plugins',
    change: { Plugins: { Volume: ['local', 'acme/disk:latest'] } },
    want: { volumeDrivers: ['acme/disk:latest', 'local'] },
  },
  { name: 'no init', change: { InitBinary: '' }, want: { initProgram: false } },
  { name: 'an init with a commit', change: { InitCommit: { ID: 'de40ad0' } }, want: { initProgram: true } },
])('sees $name', ({ change, want }) => {
  expect(factsFromInfo({ ...recorded, ...change }, engine)).toMatchObject(want);
});

test('refuses what is no description of an engine', () => {
  expect(() => factsFromInfo({ ...recorded, NCPU: 'two' }, engine)).toThrow('unexpected form at "NCPU"');
});
