// Operator policy: typed, frozen, from a file; never a field of a session or an argument of an MCP call (design.md 3).
// Every default is the strictest value that still runs ordinary work; loosening needs a named setting.
// In a list of allowed things, empty means none and "*" means all.

import { z } from 'zod';

const names = (fallback: readonly string[]) => z.array(z.string().min(1)).default([...fallback]);
const quantityText = z
  .string()
  .regex(/^[0-9]+(\.[0-9]{1,9})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, 'must be a quantity such as "500m" or "2Gi"');
const quantity = (fallback: string) => quantityText.default(fallback);
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

export const PROFILE_NAMES = ['sandbox', 'production', 'development', 'investigation'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** Requirements S1.PATH.01: what commands of a session may not name. */
const SANDBOX_DENIED_PATHS = ['/etc', '/root', '/var/lib', '/proc/sys', '/sys/kernel'];
/** Requirements S1.FLAG.01. */
const DENIED_FLAGS = ['--privileged', '--pid=host', '--net=host', '--cap-add', '--security-opt'];
/** Requirements S1.CMD.03: as regular expressions on the joined command line. */
const SANDBOX_DENIED_COMMANDS = ['rm -rf /', 'dd if=', 'mkfs', '^mount', 'chmod 777', 'curl.*\\|.*sh'];

/** What one profile is made of. Every setting can stand at the top of the policy file, for all profiles, or below one of them. */
export const profileSettingsSchema = z.strictObject({
  privileged: z.strictObject({ allow: z.boolean().default(false) }).prefault({}),
  capabilities: z.strictObject({ allow: names([]) }).prefault({}),
  hostNamespaces: z
    .strictObject({ allow: z.array(z.enum(['network', 'pid', 'ipc', 'uts', 'user', 'cgroup'])).default([]) })
    .prefault({}),
  devices: z.strictObject({ allow: names([]) }).prefault({}),
  sysctls: z.strictObject({ allow: names(SAFE_SYSCTLS) }).prefault({}),
  runtimes: z.strictObject({ allow: names(['runc']) }).prefault({}),
  rootUser: z.strictObject({ allow: z.boolean().default(false) }).prefault({}),
  seccomp: z
    .strictObject({
      /** RuntimeDefault is the operator's own profile, EngineDefault that of the engine. */
      allow: z.array(z.enum(['RuntimeDefault', 'EngineDefault'])).default(['RuntimeDefault']),
    })
    .prefault({}),
  appArmor: z
    .strictObject({
      /** required: nodes without AppArmor run nothing; off: sessions run unconfined, for nodes whose profiles are broken. */
      mode: z.enum(['ifAvailable', 'required', 'off']).default('ifAvailable'),
      /** What RuntimeDefault means on a node with AppArmor; the operator's own has to be loaded there (docs/isolation.md). */
      profile: z.enum(['docker-default', 'mcpsession-default']).default('docker-default'),
    })
    .prefault({}),
  /** What the node's engine must be (requirements S4.T1.02). */
  engine: z
    .strictObject({
      requireRootless: z.boolean().default(false),
      requireUserNamespaces: z.boolean().default(false),
    })
    .prefault({}),
  mounts: z
    .strictObject({
      hostPath: z.enum(['forbidden', 'readOnly']).default('readOnly'),
      /** Absolute directories below which host paths must lie; null for no such limit beside the refused paths. */
      allowedRoots: z.array(z.string().regex(/^\/./, 'must be an absolute path below /')).nullable().default(null),
    })
    .prefault({}),
  /** Workspaces with medium Disk (docs/workspaces.md). */
  workspace: z
    .strictObject({
      /** Disk without an enforced bound, on nodes that have none; status says so. */
      unboundedDisk: z.boolean().default(false),
      /** Volume plugin of the engine that enforces the option "size" (in bytes) of its volumes; null: the engine's own volumes. */
      volumePlugin: z
        .string()
        .regex(/^[a-zA-Z0-9][\w.:/-]{0,127}$/, 'must be the name of a volume plugin')
        .refine((name) => name !== 'local', 'must not be "local": that is what null stands for')
        .nullable()
        .default(null),
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
  env: z
    .strictObject({
      valuePolicy: z.enum(['strict', 'warn']).default('strict'),
      /** A literal value under a name such as API_TOKEN. */
      literalSecrets: z.enum(['warn', 'deny']).default('warn'),
      /** A literal value that looks like a key by shape and entropy. */
      entropy: z.enum(['off', 'warn', 'deny']).default('warn'),
    })
    .prefault({}),
  /** Commands of a session: `spec.command` and what is run in it. An aid, not the boundary (K-05). */
  commands: z
    .strictObject({
      mode: z.enum(['denylist', 'allowlist', 'none']).default('denylist'),
      /** Regular expressions (RE2) on the command line, case-sensitive. Used in mode allowlist. */
      allow: names([]),
      /** The same, used in mode denylist. */
      deny: names(SANDBOX_DENIED_COMMANDS),
      /** Only commands that read: launchers and writing options of the allowed programs are refused. */
      readOnly: z.boolean().default(false),
      deniedPaths: names(SANDBOX_DENIED_PATHS),
      deniedPathsMode: z.enum(['all', 'write']).default('all'),
      deniedFlags: names(DENIED_FLAGS),
      /** A pattern that ends in a word gets a word boundary (K-40); false reads patterns literally. */
      strictPatterns: z.boolean().default(true),
    })
    .prefault({}),
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
      /** Largest workspace with medium Disk. */
      maxDisk: quantity('10Gi'),
      /** Unfinished sessions of one owner, and in one namespace; an owner is known of sessions that the front end made. */
      perOwner: z.int().min(1).default(3),
      perNamespace: z.int().min(1).default(10),
      /** Of the default profile: what a node's controller publishes as its slots. */
      perNode: z.int().min(1).default(20),
      /** Of the default profile: cores that placement reserves for a session, or its limit where that is less. */
      cpuRequest: quantity('250m'),
      /** The same of memory; null for the whole limit, so that a node never runs out of it. */
      memoryRequest: quantityText.nullable().default(null),
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

type ProfileSettingsInput = z.input<typeof profileSettingsSchema>;

/** What each profile changes of the settings above (requirements S1.PRO); a policy file can refine each further. */
export const PROFILE_DEFAULTS: Readonly<Record<ProfileName, ProfileSettingsInput>> = {
  sandbox: {},
  production: {
    images: { requireDigest: true, allowLocal: false },
    mounts: { hostPath: 'forbidden' },
    appArmor: { mode: 'required' },
    env: { literalSecrets: 'deny' },
    commands: {
      mode: 'allowlist',
      allow: ['^(ls|cat|grep|head|tail|echo|env|pwd)(\\s|$)'],
      deniedPaths: ['/etc', '/root', '/var', '/proc', '/sys', '/dev'],
    },
  },
  development: {
    env: { valuePolicy: 'warn' },
    commands: { deny: ['rm -rf /', 'dd if=/dev/zero'], deniedPaths: [] },
  },
  investigation: {
    commands: {
      mode: 'allowlist',
      readOnly: true,
      allow: ['^(ls|cat|head|tail|grep|find|ps|top|df|du|netstat)(\\s|$)'],
    },
  },
};

/** One profile with every setting: what rules are given. */
export const policySchema = profileSettingsSchema.extend({
  profile: z.enum(PROFILE_NAMES).default('sandbox'),
  /** Every rule is bypassed (design.md 8.3, K-02). Only by the operator's own switch, and only with its acknowledgement. */
  yolo: z.boolean().default(false),
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

export type Policy = DeepReadonly<z.output<typeof policySchema>>;

export const defaultPolicy = (): Policy => policySchema.parse({});
