// This kernel may have no AppArmor, so the profile is asked what it would allow; docs/isolation.md says how to prove it on one that has.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { policySchema } from '../../../src/model/policy.ts';
import { parseAppArmorProfile } from '../../support/app-armor-profile.ts';

const file = join(import.meta.dirname, '../../../hack/apparmor/mcpsession-default');
const profile = parseAppArmorProfile(readFileSync(file, 'utf8'));
const may = (path: string, permission: string, owned = false) => profile.mayOpen({ path, permission, owned });

test('S3.T5.01: has the name that policy appArmor.profile can ask for, and is enforced', () => {
  expect(policySchema.parse({ appArmor: { profile: profile.name } }).appArmor.profile).toBe('mcpsession-default');
  expect(profile.flags).toEqual(['attach_disconnected', 'mediate_deleted']);
});

test('S3.T5.02: denies 29 capabilities', () => {
  const named =
    'sys_admin sys_module sys_rawio sys_ptrace sys_boot sys_time sys_tty_config mac_admin mac_override syslog audit_read audit_write audit_control';
  const inFile = 'sys_pacct sys_nice sys_resource wake_alarm block_suspend';
  const ours =
    'net_admin net_raw dac_read_search bpf perfmon checkpoint_restore mknod linux_immutable ipc_lock sys_chroot setfcap';
  const all = `${named} ${inFile} ${ours}`.split(' ').sort();
  expect(all).toHaveLength(29);
  expect(profile.deniedCapabilities).toEqual(all);
});

test.each([
  '/app/server.js',
  '/usr/lib/x86_64-linux-gnu/libc.so.6',
  '/lib/ld-musl-x86_64.so.1',
  '/etc/passwd',
  '/etc/group',
  '/etc/ssl/certs/ca-certificates.crt',
])('S3.T5.03: reads %s, and does not write it unless it is the own file of the session', (path) => {
  expect(may(path, 'r')).toBe(true);
  expect(may(path, 'w')).toBe(false);
});

test.each(['/tmp/x', '/tmp/code-executor/run/out.txt', '/workspace/a/b', '/dev/shm/x'])(
  'S3.T5.04: reads and writes %s',
  (path) => {
    for (const permission of 'rwkl') expect(may(path, permission)).toBe(true);
  },
);

test('S3.T5.04, K-11: the audit log is not a file that a session may write', () => {
  expect(may('/app/audit.log', 'w')).toBe(false);
});

test.each([
  '/etc/shadow',
  '/etc/sudoers',
  '/boot/vmlinuz',
  '/root/.ssh/id_ed25519',
  '/dev/mem',
  '/dev/kmem',
  '/lib/modules/6.1.0/kernel/x.ko',
  '/usr/lib/modules/6.1.0/kernel/x.ko',
])('S3.T5.05: has no access to %s, whoever owns it', (path) => {
  for (const permission of 'rwklmx') expect(may(path, permission, true)).toBe(false);
});

test.each(['/proc/1/stat', '/proc/17/status', '/proc/17/cmdline', '/proc/cpuinfo', '/proc/meminfo'])(
  'S3.T5.06: reads %s',
  (path) => {
    expect(may(path, 'r')).toBe(true);
  },
);

test.each([
  '/proc/kcore',
  '/proc/kmsg',
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/modprobe',
  '/proc/sysrq-trigger',
  '/proc/mem',
  '/proc/sys/kernel/hotplug',
  '/sys/kernel/uevent_helper',
  '/sys/kernel/debug/tracing/trace',
  '/sys/firmware/dmi/tables/DMI',
  '/sys/kernel/security/apparmor/profiles',
])('S3.T5.07: neither reads nor writes %s', (path) => {
  for (const permission of 'rw') expect(may(path, permission, true)).toBe(false);
});

test.each(['/proc/sys/vm/overcommit_memory', '/proc/timer_list', '/sys/class/net/lo/mtu'])(
  'S3.T5.07: writes no setting of the kernel: %s',
  (path) => {
    expect(may(path, 'r')).toBe(true);
    expect(may(path, 'w', true)).toBe(false);
  },
);

test.each(['mount', 'remount', 'umount', 'pivot_root', 'change_profile', 'ptrace (trace, tracedby)'])(
  'S3.T5.08: denies %s',
  (operation) => {
    expect(profile.operations).toContain(`deny ${operation}`);
  },
);

test('security.md 4.9: denies the socket families of past kernel holes, and allows those that programs need', () => {
  const networks = profile.operations.filter((rule) => /network/.test(rule));
  expect(networks).toEqual([
    'network unix',
    'network inet',
    'network inet6',
    'network netlink raw',
    'deny network alg',
    'deny network packet',
    'deny network vsock',
  ]);
});

test('the session init runs, and so does any program of an image', () => {
  for (const path of ['/.mcpsession/init', '/usr/bin/python3', '/opt/tool/run', '/workspace/a.out']) {
    expect(may(path, 'x')).toBe(true);
    expect(may(path, 'm')).toBe(true);
  }
  expect(may('/proc/17/oom_score_adj', 'w', true)).toBe(true);
});
