// The system calls that no session may make, with their numbers and the requirement that names each. `null`: the architecture does not
// have it, so only the profile can be asked. Where arguments are given, they are such that the kernel itself would not say EPERM.

export interface RefusedCall {
  readonly requirement: string;
  readonly name: string;
  readonly x64: number | null;
  readonly arm64: number | null;
  readonly args?: readonly (number | bigint)[];
  /** Open to a process without capabilities where no filter is: what the control run sees the probe reach. */
  readonly reachable?: true;
}

const row = (requirement: string, name: string, x64: number | null, arm64: number | null): RefusedCall => ({
  requirement,
  name,
  x64,
  arm64,
});
const reachable = (call: RefusedCall): RefusedCall => ({ ...call, reachable: true });

/** The 47 of requirements.md S3.T4.02 to 08. */
export const REQUIRED_REFUSALS: readonly RefusedCall[] = [
  reachable(row('S3.T4.02', 'ptrace', 101, 117)),
  row('S3.T4.02', 'perf_event_open', 298, 241),
  row('S3.T4.02', 'kcmp', 312, 272),

  row('S3.T4.03', 'init_module', 175, 105),
  row('S3.T4.03', 'finit_module', 313, 273),
  row('S3.T4.03', 'delete_module', 176, 106),
  row('S3.T4.03', 'kexec_load', 246, 104),
  row('S3.T4.03', 'kexec_file_load', 320, 294),

  row('S3.T4.04', 'bpf', 321, 280),
  row('S3.T4.04', 'userfaultfd', 323, 282),
  reachable(row('S3.T4.04', 'process_vm_readv', 310, 270)),
  reachable(row('S3.T4.04', 'process_vm_writev', 311, 271)),

  row('S3.T4.05', 'mount', 165, 40),
  row('S3.T4.05', 'umount', null, null),
  row('S3.T4.05', 'umount2', 166, 39),
  row('S3.T4.05', 'pivot_root', 155, 41),
  row('S3.T4.05', 'chroot', 161, 51),
  reachable(row('S3.T4.05', 'unshare', 272, 97)),
  reachable({ ...row('S3.T4.05', 'setns', 308, 268), args: [-1] }),

  row('S3.T4.06', 'reboot', 169, 142),
  row('S3.T4.06', 'acct', 163, 89),
  row('S3.T4.06', 'syslog', 103, 116),
  row('S3.T4.06', 'settimeofday', 164, 170),
  row('S3.T4.06', 'stime', null, null),
  row('S3.T4.06', 'clock_settime', 227, 112),
  row('S3.T4.06', 'swapon', 167, 224),
  row('S3.T4.06', 'swapoff', 168, 225),
  row('S3.T4.06', 'quotactl', 179, 60),

  row('S3.T4.07', 'add_key', 248, 217),
  row('S3.T4.07', 'keyctl', 250, 219),
  row('S3.T4.07', 'request_key', 249, 218),
  row('S3.T4.07', 'lookup_dcookie', 212, 18),
  reachable(row('S3.T4.07', 'name_to_handle_at', 303, 264)),
  row('S3.T4.07', 'fanotify_init', 300, 262),
  row('S3.T4.07', 'fanotify_mark', 301, 263),

  row('S3.T4.08', 'ioperm', 173, null),
  row('S3.T4.08', 'iopl', 172, null),
  row('S3.T4.08', '_sysctl', 156, null),
  row('S3.T4.08', 'set_mempolicy', 238, 237),
  row('S3.T4.08', 'get_mempolicy', 239, 236),
  row('S3.T4.08', 'mbind', 237, 235),
  row('S3.T4.08', 'move_pages', 279, 239),
  row('S3.T4.08', 'migrate_pages', 256, 238),
  row('S3.T4.08', 'open_by_handle_at', 304, 265),
  reachable(row('S3.T4.08', 'clock_adjtime', 305, 266)),
  row('S3.T4.08', 'nfsservctl', 180, 42),
  row('S3.T4.08', 'quotactl_fd', 443, 443),
];

/** What requirements.md 9.2 and security.md 4.7 add, and what is refused beside them for the same reasons. */
export const ADDED_REFUSALS: readonly RefusedCall[] = [
  row('9.2', 'io_uring_setup', 425, 425),
  row('9.2', 'io_uring_enter', 426, 426),
  row('9.2', 'io_uring_register', 427, 427),
  reachable(row('9.2', 'clone3', 435, 435)),
  row('9.2', 'vhangup', 153, 58),
  row('9.2', 'uselib', 134, null),
  row('9.2', 'ustat', 136, null),
  row('9.2', 'sysfs', 139, null),
  row('9.2', 'pciconfig_read', null, null),
  row('9.2', 'pciconfig_write', null, null),
  row('9.2', 'pciconfig_iobase', null, null),
  reachable({ ...row('9.2', 'open_tree', 428, 428), args: [-1] }),
  row('9.2', 'move_mount', 429, 429),
  row('9.2', 'fsopen', 430, 430),
  row('9.2', 'fsconfig', 431, 431),
  row('9.2', 'fsmount', 432, 432),
  row('9.2', 'fspick', 433, 433),
  row('9.2', 'mount_setattr', 442, 442),
  reachable({ ...row('9.2', 'pidfd_getfd', 438, 438), args: [-1] }),
  reachable({ ...row('9.2', 'process_madvise', 440, 440), args: [-1] }),
  row('4.7', 'modify_ldt', 154, null),
  row('4.7', 'socketcall', null, null),
  reachable({ ...row('4.7', 'vmsplice', 278, 75), args: [-1] }),
  reachable(row('4.7', 'adjtimex', 159, 171)),
  row('4.7', 'sethostname', 170, 161),
  row('4.7', 'setdomainname', 171, 162),
  row('4.7', 'create_module', 174, null),
  row('4.7', 'get_kernel_syms', 177, null),
  row('4.7', 'query_module', 178, null),
  row('4.7', 'set_mempolicy_home_node', 450, 450),
  row('4.7', 'open_tree_attr', 467, 467),
  row('4.7', 'lsm_get_self_attr', 459, 459),
  row('4.7', 'lsm_set_self_attr', 460, 460),
  row('4.7', 'lsm_list_modules', 461, 461),
];
