// Operator policy: typed, frozen, from a file; never a field of a session or an argument of an MCP call (design.md 3).
// Every default is the strictest value that still runs ordinary work; loosening needs a named setting.
// In a list of allowed things, empty means none and "*" means all.

import { z } from 'zod';

const names = (fallback: readonly string[]) => z.array(z.string().min(1)).default([...fallback]);
const quantity = (fallback: string) =>
  z
    .string()
    .regex(/^[0-9]+(\.[0-9]{1,9})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, 'must be a quantity such as "500m" or "2Gi"')
    .default(fallback);
const seconds = (fallback: number) => z.int().min(1).default(fallback);

/** Settings that are safe because the kernel keeps them inside the container's namespaces (Pod Security Standards, "Sysctls"). */
export const SAFE_SYSCTLS = [
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
] as const;

export const policySchema = z.strictObject({
  profile: z.enum(['sandbox']).default('sandbox'),
  privileged: z.strictObject({ allow: z.boolean().default(false) }).prefault({}),
  capabilities: z.strictObject({ allow: names([]) }).prefault({}),
  hostNamespaces: z
    .strictObject({ allow: z.array(z.enum(['network', 'pid', 'ipc', 'uts', 'user', 'cgroup'])).default([]) })
    .prefault({}),
  devices: z.strictObject({ allow: names([]) }).prefault({}),
  sysctls: z.strictObject({ allow: names(SAFE_SYSCTLS) }).prefault({}),
  runtimes: z.strictObject({ allow: names(['runc']) }).prefault({}),
  rootUser: z.strictObject({ allow: z.boolean().default(false) }).prefault({}),
  mounts: z
    .strictObject({
      hostPath: z.enum(['forbidden', 'readOnly']).default('readOnly'),
      /** Absolute directories below which host paths must lie; null for no such limit beside the refused paths. */
      allowedRoots: z.array(z.string().regex(/^\/./, 'must be an absolute path below /')).nullable().default(null),
    })
    .prefault({}),
  ports: z.strictObject({ allowPublic: z.boolean().default(false) }).prefault({}),
  images: z
    .strictObject({
      allow: names(['*']),
      requireDigest: z.boolean().default(false),
      allowLocal: z.boolean().default(true),
    })
    .prefault({}),
  env: z.strictObject({ valuePolicy: z.enum(['strict', 'warn']).default('strict') }).prefault({}),
  limits: z
    .strictObject({
      maxTtlSeconds: seconds(28_800),
      maxIdleTimeoutSeconds: seconds(28_800),
      maxCpu: quantity('4'),
      minMemory: quantity('64Mi'),
      maxMemory: quantity('2Gi'),
      maxPids: z.int().min(10).default(512),
      maxCpuTimeSeconds: seconds(3600),
      maxOpenFiles: z.int().min(64).default(65_536),
      maxTmpfs: quantity('1Gi'),
      perNode: z.int().min(1).default(20),
    })
    .prefault({}),
  exec: z
    .strictObject({
      defaultTimeoutSeconds: seconds(30),
      maxTimeoutSeconds: seconds(300),
      /** For commands in the background and for people's own terminals. */
      maxBackgroundSeconds: seconds(3600),
      maxOutputBytes: z.int().min(1024).max(10_485_760).default(1_048_576),
      maxConcurrentPerSession: z.int().min(1).default(8),
    })
    .prefault({}),
  files: z
    .strictObject({
      /** Largest file that may be written into a session, beside the size of its workspace. */
      maxWriteBytes: z.int().min(1).default(4_294_967_296),
    })
    .prefault({}),
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

export type Policy = DeepReadonly<z.output<typeof policySchema>>;

export const defaultPolicy = (): Policy => policySchema.parse({});
