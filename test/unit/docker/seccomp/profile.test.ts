import { describe, expect, test } from 'vitest';

import { parseSecurityOptions, printSecurityOptions } from '../../../../src/docker/security-options.ts';
import { ARGUMENT_RULES } from '../../../../src/docker/seccomp/argument-rules.ts';
import {
  SESSION_SECCOMP_DIGEST,
  SESSION_SECCOMP_JSON,
  SESSION_SECCOMP_PROFILE,
} from '../../../../src/docker/seccomp/profile.ts';
import { aContainer } from '../../../support/container-builder.ts';
import { ADDED_REFUSALS, REQUIRED_REFUSALS } from '../../../support/refused-calls.ts';

const { syscalls } = SESSION_SECCOMP_PROFILE;
const plainlyAllowed = syscalls
  .filter(({ action, args }) => action === 'SCMP_ACT_ALLOW' && args === undefined)
  .flatMap(({ names }) => names);
const conditional = [...new Set(ARGUMENT_RULES.map(({ call }) => call))];

/** What the filter answers: null for allowed, else the errno. The arithmetic of libseccomp, on 64 bits. */
function answer(call: string, ...args: readonly (number | bigint)[]): number | null {
  for (const { names, action, errnoRet, args: checks = [] } of syscalls) {
    if (!names.includes(call)) continue;
    const holds = checks.every(({ index, value, valueTwo }) => {
      const argument = BigInt.asUintN(64, BigInt(args[index] ?? 0));
      return (argument & BigInt(value)) === BigInt(valueTwo);
    });
    if (holds) return action === 'SCMP_ACT_ALLOW' ? null : (errnoRet ?? 1);
  }
  return SESSION_SECCOMP_PROFILE.defaultErrnoRet;
}

describe('the seccomp profile of sessions', () => {
  test('S3.T4.01: refuses 47 named calls and more, and everything that it does not name', () => {
    expect(SESSION_SECCOMP_PROFILE).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 });
    expect(REQUIRED_REFUSALS).toHaveLength(47);
    expect(new Set(REQUIRED_REFUSALS.map(({ name }) => name)).size).toBe(47);
    expect(answer('a_call_of_next_year')).toBe(1);
  });

  test.each([...REQUIRED_REFUSALS, ...ADDED_REFUSALS])('$requirement: refuses $name', ({ name }) => {
    expect([1, 38]).toContain(answer(name));
    expect(plainlyAllowed).not.toContain(name);
    expect(conditional).not.toContain(name);
  });

  test('K-21: clone3 and io_uring are as if the kernel did not have them, so that programs fall back', () => {
    for (const name of ['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register', 'vmsplice']) {
      expect(answer(name)).toBe(38);
    }
  });

  test('knows the native calls of x86-64 and AArch64 only: the 32-bit gates are shut', () => {
    expect(SESSION_SECCOMP_PROFILE.archMap).toEqual([
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: [] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: [] },
    ]);
  });

  test('names each call once, sorted, and none with and without a condition', () => {
    expect(plainlyAllowed).toEqual([...new Set(plainlyAllowed)].toSorted());
    expect(plainlyAllowed.filter((name) => conditional.includes(name))).toEqual([]);
  });

  test.each([
    'execve',
    'wait4',
    'futex',
    'mmap',
    'openat2',
    'pidfd_open',
    'pidfd_send_signal',
    'signalfd4',
    'close_range',
    'renameat2',
    'rseq',
    'statx',
    'epoll_pwait2',
    'landlock_restrict_self',
    'seccomp',
    'prctl',
    'memfd_create',
  ])('allows %s, which runtimes and the session init need', (name) => {
    expect(answer(name)).toBeNull();
  });
});

describe('arguments decide', () => {
  const NEW_USER = 0x1000_0000;
  const high = (value: number): bigint => (1n << 32n) | BigInt(value);
  test.each<{ what: string; call: [string, ...(number | bigint)[]]; want: number | null }>([
    { what: 'a Unix socket', call: ['socket', 1, 1, 0], want: null },
    { what: 'IPv4', call: ['socket', 2, 1, 0], want: null },
    { what: 'IPv6', call: ['socket', 10, 1, 0], want: null },
    { what: 'netlink for routes', call: ['socket', 16, 3, 0], want: null },
    { what: 'netlink for packet filters', call: ['socket', 16, 3, 12], want: 1 },
    { what: 'netlink for kernel events', call: ['socket', 16, 3, 15], want: 1 },
    { what: 'AF_PACKET', call: ['socket', 17, 3, 0], want: 1 },
    { what: 'AF_ALG (CVE-2026-31431)', call: ['socket', 38, 5, 0], want: 1 },
    { what: 'AF_VSOCK', call: ['socket', 40, 1, 0], want: 1 },
    { what: 'AF_ALG under a high bit that the kernel drops', call: ['socket', high(38), 5, 0], want: 1 },
    { what: 'IPv4 under a high bit that the kernel drops', call: ['socket', high(2), 1, 0], want: null },
    { what: 'a pair of Unix sockets', call: ['socketpair', 1, 1, 0], want: null },
    { what: 'a pair of TIPC sockets', call: ['socketpair', 30, 1, 0], want: 1 },
    { what: 'a new process', call: ['clone', 17], want: null },
    { what: 'a new thread', call: ['clone', 0x3d_0f00], want: null },
    { what: 'a new process in a new user namespace', call: ['clone', NEW_USER + 17], want: 1 },
    { what: 'a new mount namespace', call: ['clone', 0x2_0000], want: 1 },
    { what: 'a named pipe', call: ['mknod', 0, 0x1180], want: null },
    { what: 'a named pipe, relative', call: ['mknodat', -100, 0, 0x1180], want: null },
    { what: 'a block device', call: ['mknodat', -100, 0, 0x6180], want: 1 },
    { what: 'a character device', call: ['mknod', 0, 0x2180], want: 1 },
    { what: 'the usual personality', call: ['personality', 0], want: null },
    { what: 'asking for the personality', call: ['personality', 0xffff_ffff], want: null },
    { what: 'a personality without random addresses', call: ['personality', 0x4_0000], want: 1 },
    { what: 'the size of a terminal', call: ['ioctl', 0, 0x5413], want: null },
    { what: 'a terminal without type', call: ['ioctl', 0, 0], want: null },
    { what: 'the other end of a terminal', call: ['ioctl', 0, 0x8004_5430], want: null },
    { what: 'TIOCSTI', call: ['ioctl', 0, 0x5412], want: 1 },
    { what: 'TIOCSTI under bits that the kernel drops', call: ['ioctl', 0, high(0x5412)], want: 1 },
    { what: 'TIOCSTI under bits that the kernel keeps', call: ['ioctl', 0, 0x4000_5412], want: 1 },
    { what: 'TIOCLINUX', call: ['ioctl', 0, 0x541c], want: 1 },
    { what: 'TIOCSETD', call: ['ioctl', 0, 0x5423], want: 1 },
    { what: 'a file in another project, out of its quota', call: ['ioctl', 0, 0x401c_5820], want: 1 },
    { what: 'the project of a file', call: ['ioctl', 0, 0x801c_581f], want: null },
    { what: 'flags of a file, of 32 and of 64 bits', call: ['ioctl', 0, 0x4008_6602], want: 1 },
    { what: 'flags of a file under bits that the kernel drops', call: ['ioctl', 0, high(0x4004_6602)], want: 1 },
  ])('9.2: $what', ({ call, want }) => {
    expect(answer(...call)).toBe(want);
  });

  test('9.2: of all ioctl commands exactly five are refused', () => {
    const refused = Array.from({ length: 65_536 }, (_, command) => command).filter(
      (command) => answer('ioctl', 0, command) !== null,
    );
    expect(refused).toEqual([0x5412, 0x541c, 0x5423, 0x5820, 0x6602]);
  });
});

test('S3.T4.10: is sent inline with every container, and reads back as itself by its hash', () => {
  const options = printSecurityOptions(aContainer());
  expect(options).toEqual(['no-new-privileges:true', `seccomp=${SESSION_SECCOMP_JSON}`]);
  expect(JSON.parse(SESSION_SECCOMP_JSON)).toEqual(SESSION_SECCOMP_PROFILE);
  expect(SESSION_SECCOMP_DIGEST).toMatch(/^sha256:[0-9a-f]{64}$/);
  const applied = { appArmor: '', privileged: false };
  expect(parseSecurityOptions(options, applied).seccomp).toBe('RuntimeDefault');
  const changed = options.map((option) => option.replace('"brk"', '"ptrace"'));
  expect(parseSecurityOptions(changed, applied).seccomp).toMatch(/^sha256:/);
});
