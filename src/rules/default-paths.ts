// Paths of /proc and /sys that a container must not read or write. Sent explicitly with every create, because an empty list
// unmasks everything (security.md 4.2). Source: moby oci/defaults.go, plus security.md 4.1 (power side channel, interrupts).

/** Hidden from the container; paths that a kernel does not have are skipped by the runtime. */
export const DEFAULT_MASKED_PATHS = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
] as const;

/** Visible but never writable, whatever the user. */
export const DEFAULT_READONLY_PATHS = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
] as const;
