// The one profile of security.md 4.1, as this oracle reads it: numbers are the largest that the default policy lets a session have.

const MIB = 1_048_576;
const GIB = 1024 * MIB;

export const LARGEST = {
  memoryBytes: 2 * GIB,
  nanoCpus: 4_000_000_000,
  cpuShares: 1024,
  pids: 512,
  shmBytes: 64 * MIB,
  tmpfsBytes: GIB,
  workspaceBytes: 2 * GIB,
  openFiles: 65_536,
  cpuSeconds: 3600,
  id: 2_147_483_647,
} as const;

/** What the engine masks by itself (moby oci/defaults.go). */
export const ENGINE_MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
] as const;
/** And what a session must not see beside that. */
export const SESSION_MASKED_PATHS = [
  ...ENGINE_MASKED_PATHS,
  '/proc/interrupts',
  '/sys/devices/virtual/powercap',
] as const;

export const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'] as const;

/** Kept by the kernel inside the namespaces of a container (Pod Security Standards, "Sysctls"). */
export const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

/** Trees of the node that no container of ours may mount (security.md 4.3, the last row). */
const DENIED_TREES =
  '/etc /root /boot /dev /proc /sys /run /var/run /var/lib/docker /var/lib/containerd /var/lib/containers /var/lib/kubelet /var/lib/etcd /var/log /opt/cni'.split(
    ' ',
  );
const DENIED_WHOLE = '/ /var /var/lib /home /usr /lib /lib64 /bin /sbin /usr/lib /usr/bin /usr/sbin /opt'.split(' ');
const DENIED_PARTS = /^(?:\.ssh|\.docker|\.kube|\.aws|\.gnupg|\.netrc|gcloud|.*\.sock)$/;

export function isDeniedSource(path: string): boolean {
  if (!path.startsWith('/') || path !== path.normalize('NFC') || /\/\.\.?(?:\/|$)|\/\//.test(path)) return true;
  if (DENIED_WHOLE.includes(path) || path.split('/').some((part) => DENIED_PARTS.test(part))) return true;
  return DENIED_TREES.some((tree) => path === tree || path.startsWith(`${tree}/`));
}

/** Where a container may not have anything of ours or its session mounted. */
export function isDeniedTarget(path: string): boolean {
  if (!path.startsWith('/') || path === '/' || path === '/etc' || /\/\.\.?(?:\/|$)|\/\//.test(path)) return true;
  return ['/proc', '/sys', '/dev', '/run/secrets'].some((tree) => path === tree || path.startsWith(`${tree}/`));
}

/** Calls that no profile of ours may let through to a process without capabilities (security.md 4.7). */
export const DENIED_CALLS: ReadonlySet<string> = new Set(
  `mount umount umount2 pivot_root move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr setns unshare
   ptrace process_vm_readv process_vm_writev kcmp bpf perf_event_open userfaultfd keyctl add_key request_key
   init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct settimeofday
   iopl ioperm open_by_handle_at quotactl lookup_dcookie io_uring_setup io_uring_enter io_uring_register modify_ldt`
    .split(/\s+/)
    .filter((name) => name !== ''),
);
