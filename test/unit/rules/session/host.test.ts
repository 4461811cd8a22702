import { describe, expect, test } from 'vitest';
import { containerPaths } from '../../../../src/rules/session/container-paths.ts';
import { devices } from '../../../../src/rules/session/devices.ts';
import { hostMountPolicy } from '../../../../src/rules/session/host-mount-policy.ts';
import { mountSource } from '../../../../src/rules/session/mount-source.ts';
import { sysctls } from '../../../../src/rules/session/sysctls.ts';
import { refusals } from '../../../support/judgement.ts';
import { aSession } from '../../../support/session-builder.ts';
import { testSessionRules } from '../../../support/session-rule-cases.ts';

testSessionRules({
  refused: [
    {
      name: 'a device',
      rule: devices,
      given: { security: { devices: [{ hostPath: '/dev/sda' }] } },
      want: [
        'spec.security.devices[0].hostPath: Forbidden: [MCPS-206] /dev/sda is not in policy devices.allow (none); fix: delete this device',
      ],
    },
    {
      name: 'the directory of all devices even where policy allows all',
      rule: devices,
      given: { security: { devices: [{ hostPath: '/dev' }, { hostPath: '/dev/../etc' }] } },
      policy: { devices: { allow: ['*'] } },
      want: [
        'spec.security.devices[0].hostPath: Forbidden: [MCPS-206] /dev is not in policy devices.allow (*); fix: delete this device',
        'spec.security.devices[1].hostPath: Forbidden: [MCPS-206] /dev/../etc is not in policy devices.allow (*); fix: delete this device',
      ],
    },
    {
      name: 'an allowed device at another place',
      rule: devices,
      given: { security: { devices: [{ hostPath: '/dev/kvm', target: '/etc/kvm' }] } },
      policy: { devices: { allow: ['/dev/kvm'] } },
      want: [
        'spec.security.devices[0].target: Invalid value: /etc/kvm: [MCPS-206] is not a plain path below /dev; fix: delete target, or name a path below /dev',
      ],
    },
    {
      name: 'any host path where policy forbids them',
      rule: hostMountPolicy,
      given: { mounts: [{ hostPath: '/srv/data', target: '/data', readOnly: false }] },
      policy: { mounts: { hostPath: 'forbidden' } },
      want: [
        'spec.mounts[0].hostPath: Forbidden: [MCPS-207] policy mounts.hostPath is "forbidden"; fix: delete this mount, use spec.workspace',
      ],
    },
    {
      name: 'S3.T3.03, S3.T3.04: a writable host path outside the roots of policy',
      rule: hostMountPolicy,
      given: { mounts: [{ hostPath: '/srv/mcpevil', target: '/data', readOnly: false }] },
      policy: { mounts: { allowedRoots: ['/srv/mcp'] } },
      want: [
        'spec.mounts[0].readOnly: Forbidden: [MCPS-207] host paths can only be mounted read-only; policy mounts.hostPath is "readOnly"; fix: delete readOnly: false, write to spec.workspace',
        'spec.mounts[0].hostPath: Forbidden: [MCPS-207] /srv/mcpevil is not below policy mounts.allowedRoots (/srv/mcp); fix: choose a directory below one of them, or delete this mount',
      ],
    },
    {
      name: 'S3.T3.02: any host path where policy lists no root',
      rule: hostMountPolicy,
      given: { mounts: [{ hostPath: '/srv/mcp/team-a', target: '/data' }] },
      policy: { mounts: { allowedRoots: [] } },
      want: [
        'spec.mounts[0].hostPath: Forbidden: [MCPS-207] /srv/mcp/team-a is not below policy mounts.allowedRoots (none); fix: choose a directory below one of them, or delete this mount',
      ],
    },
    {
      name: 'the root itself',
      rule: hostMountPolicy,
      given: { mounts: [{ hostPath: '/srv/mcp/', target: '/data' }] },
      policy: { mounts: { allowedRoots: ['/srv/mcp'] } },
      want: [
        'spec.mounts[0].hostPath: Forbidden: [MCPS-207] /srv/mcp/ is a root of policy mounts.allowedRoots itself, and only what is below it can be mounted; fix: choose a directory below it, or delete this mount',
      ],
    },
    {
      name: 'a mount over the workspace, one twice, and one over the default /tmp',
      rule: containerPaths,
      given: {
        mounts: ['/workspace', '/data', '/data', '/tmp'].map((target) => ({ hostPath: '/srv/data', target })),
      },
      want: [
        'spec.mounts[0].target: Invalid value: /workspace: [MCPS-208] /workspace is already the place of spec.workspace; fix: choose another path',
        'spec.mounts[2].target: Invalid value: /data: [MCPS-208] /data is already the place of spec.mounts[1].target; fix: choose another path',
        'spec.tmpfs[0].path: Invalid value: /tmp: [MCPS-208] /tmp is already the place of spec.mounts[3].target; fix: choose another path',
      ],
    },
    {
      name: 'a working directory of the kernel',
      rule: containerPaths,
      given: { workingDir: '/proc/self/fd/8' },
      want: [
        'spec.workingDir: Forbidden: [MCPS-208] /proc/self/fd/8 is in /proc, which belongs to the kernel; fix: leave it out for /workspace',
      ],
    },
    {
      name: 'a volume, a mount of both kinds, and one of neither',
      rule: mountSource,
      given: {
        mounts: [{ volume: 'v', target: '/a' }, { volume: 'v', hostPath: '/srv/x', target: '/b' }, { target: '/c' }],
      },
      want: [
        'spec.mounts[0].volume: Forbidden: [MCPS-209] engine volumes are not available in this release; fix: delete volume, use spec.workspace or hostPath',
        'spec.mounts[1].volume: Forbidden: [MCPS-209] engine volumes are not available in this release and hostPath is set as well; fix: delete volume, use spec.workspace or hostPath',
        'spec.mounts[2].hostPath: Required value: [MCPS-209] the mount has no source; fix: set hostPath, or delete this mount',
      ],
    },
    {
      name: 'kernel settings: not listed, given twice in two spellings, not plain',
      rule: sysctls,
      given: {
        security: {
          sysctls: [
            { name: 'net/ipv4/ip_forward', value: '1' },
            { name: 'net.ipv4.tcp_fin_timeout', value: '1' },
            { name: 'net/ipv4/tcp_fin_timeout', value: '2' },
            { name: 'net.ipv4.tcp_syncookies', value: '1\n2' },
          ],
        },
      },
      want: [
        'spec.security.sysctls[0].name: Forbidden: [MCPS-210] net/ipv4/ip_forward is not in policy sysctls.allow (kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, 10 more); fix: delete it',
        'spec.security.sysctls[2].name: Invalid value: net/ipv4/tcp_fin_timeout: [MCPS-210] the setting is given twice; fix: keep one',
        'spec.security.sysctls[3].value: Invalid value: 1\\n2: [MCPS-210] is not a plain value; fix: use numbers or words on one line',
      ],
    },
  ],
  accepted: [
    {
      name: 'a device that policy lists',
      rule: devices,
      given: {
        security: { devices: [{ hostPath: '/dev/kvm' }, { hostPath: '/dev/net/tun', target: '/dev/net/tun' }] },
      },
      policy: { devices: { allow: ['/dev/kvm', '/dev/net/tun'] } },
    },
    {
      name: 'a read-only host path below a root of policy',
      rule: hostMountPolicy,
      given: { mounts: [{ hostPath: '/srv//mcp/team-a', target: '/data' }] },
      policy: { mounts: { allowedRoots: ['/srv/mcp'] } },
    },
    {
      name: 'places of their own',
      rule: containerPaths,
      given: { mounts: [{ hostPath: '/srv/x', target: '/etc/app' }], tmpfs: [{ path: '/run' }], workingDir: '/srv' },
    },
    { name: 'a host path', rule: mountSource, given: { mounts: [{ hostPath: '/srv/x', target: '/x' }] } },
    {
      name: 'safe kernel settings in either spelling',
      rule: sysctls,
      given: {
        security: {
          sysctls: [
            { name: 'net/ipv4/tcp_fin_timeout', value: '30' },
            { name: 'net.ipv4.ip_local_port_range', value: '1024 65535' },
          ],
        },
      },
    },
  ],
});

describe('MCPS-208 mount targets and tmpfs paths', () => {
  test.each([
    '/',
    '/etc',
    '/proc',
    '/proc/acpi',
    '/sys/kernel',
    '/dev',
    '/dev/shm',
    '/run/secrets',
    '/run/secrets/x',
    '/var/run/secrets',
    '/var/run/secrets/kubernetes.io',
    '/etc/passwd',
    '/etc/shadow',
    '/etc/ld.so.preload',
    '/etc/ld.so.conf.d/x.conf',
    '/etc/resolv.conf',
    '/etc/profile.d',
    '/bin',
    '/bin/sh',
    '/sbin/init',
    '/usr',
    '/usr/bin',
    '/usr/bin/env',
    '/usr/sbin',
    '/lib',
    '/lib64',
    '/lib64/ld-linux-x86-64.so.2',
    '/usr/lib',
    '/usr/lib/x86_64-linux-gnu/libc.so.6',
    '/usr/lib/ld-musl-x86_64.so.1',
    '/.mcpsession',
    '/.mcpsession/init',
    'data',
    './data',
    '/a/../b',
    '/data/',
    '//data',
    '/a//b',
    '/a\0b',
    '/a\nb',
    '/a:b',
    '/a,b',
    '/workspace',
  ])('refuses %j for a tmpfs and for a mount', (path) => {
    expect(refusals(containerPaths, aSession({ tmpfs: [{ path }] }))).toHaveLength(1);
    expect(
      refusals(containerPaths, aSession({ tmpfs: [], mounts: [{ hostPath: '/srv/x', target: path }] })),
    ).toHaveLength(1);
  });

  test.each([
    ...['/binaries', '/usr/local', '/usr/local/bin', '/usr/src/app', '/usr/share/x', '/usr/lib/node_modules'],
    ...['/lib/firmware', '/library', '/etc/ssl/certs', '/etc/app', '/etc/passwd.d', '/etc/hosts.d', '/var/run', '/run'],
    ...['/run/secretsx', '/var', '/opt/lib/libx.so', '/home/user'],
  ])('accepts %j for a tmpfs and for a mount', (path) => {
    expect(refusals(containerPaths, aSession({ tmpfs: [{ path }] }))).toEqual([]);
    expect(refusals(containerPaths, aSession({ mounts: [{ hostPath: '/srv/x', target: path }] }))).toEqual([]);
  });

  test.each([
    '/run/secrets',
    '/var/run/secrets/x',
    '/.mcpsession',
    '/proc',
    '/sys/fs',
    '/dev',
    'work',
    '/a/..',
    '/a/',
    '/\u001b',
  ])('refuses the working directory %j', (path) => {
    expect(refusals(containerPaths, aSession({ workingDir: path }))).toHaveLength(1);
  });
});
