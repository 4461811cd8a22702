// The AppArmor profile that is shipped, compiled by AppArmor's own parser (Debian's, 0.6 MB, fetched once): what the kernel would load
// answers as the unit tests read the source (test/unit/hack/apparmor.test.ts). Enforced it is only on a kernel with AppArmor.

import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

import { type CompiledProfile, compileAppArmorProfile } from '../../support/app-armor-compiled.ts';
import { parseAppArmorProfile } from '../../support/app-armor-profile.ts';
import { debianPackages } from '../../support/debian-packages.ts';

const file = join(import.meta.dirname, '../../../hack/apparmor/mcpsession-default');
const source = readFileSync(file, 'utf8');
const asRead = parseAppArmorProfile(source);

let packages: string;
let compiled: CompiledProfile;
beforeAll(async () => {
  packages = await debianPackages('apparmor');
  compiled = compileAppArmorProfile(packages, file);
});

test("S3.T5.01: AppArmor's own parser accepts the profile under its name", () => {
  expect(compiled.name).toBe('mcpsession-default');
});

test.each([
  '/',
  '/app/server.js /app/audit.log /usr/bin/python3 /usr/lib/x86_64-linux-gnu/libc.so.6 /.mcpsession/init',
  '/etc/passwd /etc/group /etc/ssl/certs/ca-certificates.crt /etc/shadow /etc/shadow- /etc/gshadow /etc/sudoers',
  '/etc/sudoers.d/x /etc/shadows /etc/sudoers.d',
  '/tmp/x /tmp/code-executor/run/out.txt /workspace/a/b /dev/shm/x /tmp /workspace',
  '/boot/vmlinuz /root/.ssh/id_ed25519 /rootfs/x /lib/modules/6.1/x.ko /usr/lib/modules/6.1/x.ko',
  '/dev/null /dev/tty /dev/pts/3 /dev/mem /dev/kmem /dev/port /dev/sda /dev/kvm',
  '/proc/1/stat /proc/17/status /proc/17/cmdline /proc/17/environ /proc/17/mem /proc/17/oom_score_adj',
  '/proc/cpuinfo /proc/meminfo /proc/kcore /proc/kmsg /proc/mem /proc/sysrq-trigger /proc/timer_list',
  '/proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hotplug /proc/sys/vm/overcommit_memory',
  '/sys/kernel/uevent_helper /sys/kernel/debug/tracing/trace /sys/kernel/security/apparmor/profiles',
  '/sys/firmware/dmi/tables/DMI /sys/class/net/lo/mtu /sys/devices/virtual/powercap/x/energy_uj',
])('S3.T5.03-07: the compiled profile answers as its source reads: %s', (paths) => {
  for (const path of paths.split(' ')) {
    for (const owned of [false, true]) {
      const allowed = (profile: Pick<CompiledProfile, 'mayOpen'>): string =>
        'rwklmx'
          .split('')
          .filter((permission) => profile.mayOpen({ path, permission, owned }))
          .join('');
      expect({ path, owned, allowed: allowed(compiled) }).toEqual({ path, owned, allowed: allowed(asRead) });
    }
  }
});

test('positive control: a profile with a mistake is refused, and one with a hole answers otherwise', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mcps-app-armor-'));
  const changed = (from: string, to: string): string => {
    const path = join(dir, 'changed');
    writeFileSync(path, source.replace(from, to));
    return path;
  };
  try {
    expect(() => compileAppArmorProfile(packages, changed('deny mount,', 'deny mounts,'))).toThrow(/syntax error/);
    const holed = compileAppArmorProfile(packages, changed('deny /boot/** rwklmx,', ''));
    expect(holed.mayOpen({ path: '/boot/vmlinuz', permission: 'r' })).toBe(true);
    expect(compiled.mayOpen({ path: '/boot/vmlinuz', permission: 'r' })).toBe(false);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
