// The system calls whose answer depends on an argument. Every comparison is under a mask of the bits that the kernel reads: a
// filter sees 64 bits, the kernel often 32, and a comparison of all 64 is passed by garbage in the upper half (CVE-2019-7303).

/** One condition of the filter: `(argument[index] & mask) === value`. */
export interface ArgumentCheck {
  readonly index: number;
  readonly mask: number;
  readonly value: number;
}

/** The call is allowed when every check of one of its rules holds. */
export interface ArgumentRule {
  readonly call: string;
  readonly checks: readonly ArgumentCheck[];
}

const INT = 0xffff_ffff;
const int = (index: number, value: number): ArgumentCheck => ({ index, mask: INT, value });

/** Unix, IPv4, IPv6; of netlink only the protocol that lists interfaces and routes. Among those refused: packet, ALG, vsock. */
const FAMILY = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
const NETLINK_ROUTE = 0;

const SOCKET_RULES: readonly ArgumentRule[] = [
  { call: 'socket', checks: [int(0, FAMILY.unix)] },
  { call: 'socket', checks: [int(0, FAMILY.inet)] },
  { call: 'socket', checks: [int(0, FAMILY.inet6)] },
  { call: 'socket', checks: [int(0, FAMILY.netlink), int(2, NETLINK_ROUTE)] },
  { call: 'socketpair', checks: [int(0, FAMILY.unix)] },
];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET; the bit of NEWTIME is part of the exit signal here. */
const NEW_NAMESPACES = 0x7e02_0000;
const CLONE_RULE: ArgumentRule = { call: 'clone', checks: [{ index: 0, mask: NEW_NAMESPACES, value: 0 }] };

/** PER_LINUX and PER_LINUX32, each also with UNAME26, and the question which one is set. */
const PERSONALITIES = [0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff] as const;
const PERSONALITY_RULES = PERSONALITIES.map(
  (value): ArgumentRule => ({ call: 'personality', checks: [int(0, value)] }),
);

/** Files, pipes and sockets, but no devices. mkfifo is made of this. */
const FILE_TYPE_MASK = 0xf000;
const FILE_TYPES = { unsaid: 0, fifo: 0x1000, regular: 0x8000, socket: 0xc000 } as const;
const NODE_RULES = Object.values(FILE_TYPES).flatMap((value): ArgumentRule[] => [
  { call: 'mknod', checks: [{ index: 1, mask: FILE_TYPE_MASK, value }] },
  { call: 'mknodat', checks: [{ index: 2, mask: FILE_TYPE_MASK, value }] },
]);

/**
 * Typing into somebody's terminal (TIOCSTI), the clipboard and more of a console (TIOCLINUX), and line disciplines, each of which is
 * another parser in the kernel (TIOCSETD); flags of a file and the project whose disk quota it counts against (FS_IOC_SETFLAGS,
 * FS_IOC_FSSETXATTR: its owner could take it out of the quota). Type and number of the command are its low 16 bits; whatever stands above them is refused too.
 */
const REFUSED_IOCTLS = [0x5412, 0x541c, 0x5423, 0x5820, 0x6602] as const;
const IOCTL_RULES = everythingBut(REFUSED_IOCTLS, 16).map(
  ({ mask, value }): ArgumentRule => ({ call: 'ioctl', checks: [{ index: 1, mask, value }] }),
);

export const ARGUMENT_RULES: readonly ArgumentRule[] = [
  CLONE_RULE,
  ...IOCTL_RULES,
  ...NODE_RULES,
  ...PERSONALITY_RULES,
  ...SOCKET_RULES,
];

/**
 * The fewest pairs of mask and value that together match every number of `bits` bits but the refused ones. A filter that refuses by
 * default has no "unless": it can only list what is allowed, here by leading bits.
 */
function everythingBut(
  refused: readonly number[],
  bits: number,
): readonly { readonly mask: number; readonly value: number }[] {
  const full = 2 ** bits - 1;
  const allowed: { mask: number; value: number }[] = [];
  const split = (value: number, depth: number): void => {
    const mask = full - (2 ** (bits - depth) - 1);
    if (!refused.some((number) => (number & mask) === value)) {
      allowed.push({ mask, value });
      return;
    }
    if (depth === bits) return;
    split(value, depth + 1);
    split(value + 2 ** (bits - depth - 1), depth + 1);
  };
  split(0, 0);
  return allowed;
}
