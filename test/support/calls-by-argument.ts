// System calls whose answer under our seccomp profile depends on an argument, with numbers, so that a probe can make them. Their
// arguments are such that nothing happens where they are let through: bad descriptors and addresses, or a child that ends at once.

export interface CallByArgument {
  readonly what: string;
  readonly x64: number | null;
  readonly arm64: number | null;
  readonly args: readonly (number | bigint)[];
  readonly want: 'refused' | 'allowed';
  /** Without a filter the kernel lets a process without capabilities come this far: what a control run has to see. */
  readonly reachable: boolean;
}

const SOCKET = { x64: 41, arm64: 198 } as const;
const SOCKETPAIR = { x64: 53, arm64: 199 } as const;
const CLONE = { x64: 56, arm64: 220 } as const;
const UNSHARE = { x64: 272, arm64: 97 } as const;
const PERSONALITY = { x64: 135, arm64: 92 } as const;
const IOCTL = { x64: 16, arm64: 29 } as const;
const MKNODAT = { x64: 259, arm64: 33 } as const;

const SIGCHLD = 17;
const STREAM = 1;
const RAW = 3;
const SEQPACKET = 5;
const BAD_FILE = -1;
const high = (value: number): bigint => (1n << 32n) | BigInt(value);

/** Flags of clone(2), in the order of their bits. The new user namespace is the one that needs no capability. */
const NEW_USER = 0x1000_0000;
const OTHER_NAMESPACES = {
  mount: 0x2_0000,
  cgroup: 0x200_0000,
  uts: 0x400_0000,
  ipc: 0x800_0000,
  pid: 0x2000_0000,
  network: 0x4000_0000,
} as const;

type Numbers = Pick<CallByArgument, 'x64' | 'arm64'>;
type Arguments = CallByArgument['args'];
const allowed = (what: string, numbers: Numbers, args: Arguments): CallByArgument => ({
  what,
  ...numbers,
  args,
  want: 'allowed',
  reachable: true,
});
const refused = (what: string, numbers: Numbers, args: Arguments): CallByArgument => ({
  what,
  ...numbers,
  args,
  want: 'refused',
  reachable: true,
});
/** Which the kernel refuses to this process, too. */
const refusedTwice = (what: string, numbers: Numbers, args: Arguments): CallByArgument => ({
  ...refused(what, numbers, args),
  reachable: false,
});

export const CALLS_BY_ARGUMENT: readonly CallByArgument[] = [
  allowed('a Unix socket', SOCKET, [1, STREAM, 0]),
  allowed('an IPv4 socket', SOCKET, [2, STREAM, 0]),
  allowed('an IPv4 socket under a high bit', SOCKET, [high(2), STREAM, 0]),
  allowed('an IPv6 socket', SOCKET, [10, STREAM, 0]),
  allowed('a netlink socket for routes', SOCKET, [16, RAW, 0]),
  refused('a netlink socket for packet filters', SOCKET, [16, RAW, 12]),
  refused('a netlink socket for kernel events', SOCKET, [16, RAW, 15]),
  refusedTwice('an AF_PACKET socket', SOCKET, [17, RAW, 0]),
  refused('an AF_ALG socket', SOCKET, [38, SEQPACKET, 0]),
  refused('an AF_ALG socket under a high bit', SOCKET, [high(38), SEQPACKET, 0]),
  refused('an AF_VSOCK socket', SOCKET, [40, STREAM, 0]),
  refused('an AF_TIPC socket', SOCKET, [30, STREAM, 0]),
  refusedTwice('an AF_XDP socket', SOCKET, [44, RAW, 0]),
  refused('an AF_BLUETOOTH socket', SOCKET, [31, RAW, 0]),
  refused('an AF_CAN socket', SOCKET, [29, RAW, 1]),
  refused('a pair of TIPC sockets', SOCKETPAIR, [30, STREAM, 0, 0]),
  allowed('a pair of Unix sockets', SOCKETPAIR, [1, STREAM, 0, 0]),

  allowed('a new process', CLONE, [SIGCHLD, 0, 0, 0, 0]),
  refused('clone into a new user namespace', CLONE, [NEW_USER + SIGCHLD, 0, 0, 0, 0]),
  refused('unshare of the user namespace', UNSHARE, [NEW_USER]),
  ...Object.entries(OTHER_NAMESPACES).flatMap(([kind, flag]) => [
    refusedTwice(`clone into a new ${kind} namespace`, CLONE, [flag + SIGCHLD, 0, 0, 0, 0]),
    refusedTwice(`unshare of the ${kind} namespace`, UNSHARE, [flag]),
  ]),

  allowed('the usual personality', PERSONALITY, [0]),
  allowed('asking for the personality', PERSONALITY, [0xffff_ffff]),
  refused('a personality without random addresses', PERSONALITY, [0x4_0000]),
  refused('a personality that reads what it may execute', PERSONALITY, [0x40_0000]),

  allowed('the settings of a terminal', IOCTL, [BAD_FILE, 0x5401]),
  refused('TIOCSTI', IOCTL, [BAD_FILE, 0x5412]),
  refused('TIOCSTI under bits that the kernel drops', IOCTL, [BAD_FILE, high(0x5412)]),
  refused('TIOCLINUX', IOCTL, [BAD_FILE, 0x541c]),
  refused('TIOCSETD', IOCTL, [BAD_FILE, 0x5423]),

  allowed('a named pipe', MKNODAT, [BAD_FILE, 0, 0x1180]),
  refused('a block device', MKNODAT, [BAD_FILE, 0, 0x6180]),
  refused('a character device', MKNODAT, [BAD_FILE, 0, 0x2180]),
];

/** The other ways into the kernel of x86-64: calls of 32-bit programs, and those of the x32 ABI. AArch64 has neither. */
export const GATES: readonly { readonly what: string; readonly name: string; readonly call: string }[] =
  process.arch === 'x64'
    ? [
        { what: 'getpid of i386 by int 0x80', name: 'i386', call: 'int80' },
        { what: 'getpid of x32', name: 'x32', call: String(0x4000_0000 + 39) },
      ]
    : [];

export const numberHere = ({ x64, arm64 }: Pick<CallByArgument, 'x64' | 'arm64'>): number | null =>
  process.arch === 'arm64' ? arm64 : x64;
