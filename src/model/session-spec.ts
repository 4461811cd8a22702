// The spec of an McpSession: the one source of the CRD, of `check`, of the MCP arguments and of the field docs.
// Types and physical ranges live here; everything that depends on policy is a rule (src/rules). Dangerous fields exist so
// that they can be refused with a reason. Nothing here transforms: what is stored is what was written, plus defaults.

import { z } from 'zod';

import { lengthOf } from '../lib/visible-text.ts';

type SchemaExtensions = Record<string, unknown>;

/** A described field. The description says meaning, unit and default; it becomes `kubectl explain`. */
const field = <T extends z.ZodType>(schema: T, description: string, extensions: SchemaExtensions = {}): T =>
  schema.meta({ description, ...extensions }) as T; // meta() returns the same schema type

const int32Max = 2_147_483_647;
/** Of a node selector; a key is a domain of 253 characters, a slash and a name of 63. */
const MAX_NODE_LABELS = 32;
const MAX_LABEL_KEY = 317;
/** Counted in characters (code points), as the API server does; JavaScript counts some of them twice. */
const bounded = (schema: z.ZodString, maxLength: number) =>
  schema.refine((value) => hasAtMost(value, maxLength), `has more than ${maxLength} characters`).meta({ maxLength });
/** Characters are counted only where they can matter: one has at most two code units. */
const hasAtMost = (value: string, maxLength: number): boolean =>
  value.length <= maxLength || (value.length <= 2 * maxLength && lengthOf(value) <= maxLength);
const text = (maxLength: number) => bounded(z.string(), maxLength);
const filledText = (maxLength: number) => bounded(z.string().min(1), maxLength);
const name = () => filledText(253);
/** Kubernetes quantity, positive; parsed exactly by lib/quantity.ts. */
const quantity = () => text(32).regex(/^[0-9]+(\.[0-9]{1,9})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/);

const keyReference = z.strictObject({
  name: field(name(), 'Name of the object, in the namespace of the session. Example: "db-credentials".'),
  key: field(name(), 'Key inside the object. Example: "password".'),
  optional: field(
    z.boolean().default(false),
    'Leave the variable out when there is no such object or key, instead of waiting for it. Default false.',
  ),
});

const environmentVariable = z.strictObject({
  name: field(
    filledText(256).regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/),
    'Name of the variable. Example: "LOG_LEVEL". Names that hijack programs, such as LD_PRELOAD, are refused.',
  ),
  value: field(
    text(32_768).optional(),
    'Literal value, at most 32768 characters. Never put a secret here. Example: "debug".',
  ),
  valueFrom: field(
    z
      .strictObject({
        secretKeyRef: field(keyReference.optional(), 'Key of a Secret in the namespace of the session.'),
        configMapKeyRef: field(keyReference.optional(), 'Key of a ConfigMap in the namespace of the session.'),
      })
      .optional(),
    'Takes the value from another object. Exactly one source.',
  ),
});

const user = z
  .strictObject({
    uid: field(z.int().min(0).max(int32Max).default(1001), 'Numeric user id. Default 1001. 0 (root) is refused.'),
    gid: field(z.int().min(0).max(int32Max).default(1001), 'Numeric group id. Default 1001. 0 (root) is refused.'),
  })
  .prefault({});

const resources = z
  .strictObject({
    cpu: field(quantity().default('1'), 'CPU limit in cores. Default "1". Example: "500m".'),
    memory: field(
      quantity().default('512Mi'),
      'Memory limit in bytes, swap included; tmpfs content counts. Default "512Mi". Example: "1Gi".',
    ),
    pids: field(z.int().min(1).max(32_768).default(50), 'Most processes and threads at a time. Default 50.'),
    cpuTimeSeconds: field(
      z.int().min(1).max(86_400).default(60),
      'CPU seconds one process may use before the kernel ends it (RLIMIT_CPU). Default 60.',
    ),
    openFiles: field(
      z.int().min(16).max(1_048_576).default(1024),
      'Most open files of a process (RLIMIT_NOFILE). Default 1024.',
    ),
  })
  .prefault({});

const workspace = z
  .strictObject({
    medium: field(
      z.enum(['Memory', 'Disk']).default('Memory'),
      'Where /workspace lives. Memory is a tmpfs, charged to the memory limit. Disk is a volume of the engine, on nodes that hold it to sizeLimit or where policy allows disk without a bound. Default "Memory".',
    ),
    sizeLimit: field(quantity().default('256Mi'), 'Size of /workspace in bytes. Default "256Mi".'),
    persistent: field(
      z.boolean().default(false),
      'Keep a workspace with medium Disk across suspension and re-creation, until the session is deleted. Default false.',
    ),
  })
  .prefault({});

const tmpfsMount = z.strictObject({
  path: field(filledText(1024), 'Absolute path in the container. Example: "/tmp".'),
  sizeLimit: field(quantity().default('100Mi'), 'Size in bytes. Default "100Mi".'),
});

const mount = z.strictObject({
  hostPath: field(
    text(4096).optional(),
    'Absolute path on the node. Paths that give power over the node, such as /etc or a runtime socket, are refused.',
  ),
  volume: field(text(255).optional(), 'Name of an engine volume. Refused: this release creates no volumes.'),
  target: field(filledText(1024), 'Absolute path in the container. Example: "/data".'),
  readOnly: field(z.boolean().default(true), 'Mount without write access. Default true.'),
});

const network = z
  .strictObject({
    mode: field(
      z.enum(['none', 'isolated', 'egress']).default('none'),
      'Network of the container. "none" has loopback only; "isolated" has an interface of its own on a network without any other member and without a way out; "egress" is refused in this release. Default "none".',
    ),
    egress: field(
      z
        .array(
          z.strictObject({
            host: field(text(253).optional(), 'Host name that may be reached. Example: "pypi.org".'),
            cidr: field(text(64).optional(), 'Address range that may be reached. Example: "198.51.100.0/24".'),
            ports: field(z.array(z.int().min(1).max(65_535)).max(64).default([]), 'TCP ports; empty means 443 only.'),
          }),
        )
        .max(64)
        .default([]),
      'Targets that may be reached in mode "egress". Default none.',
      { 'x-kubernetes-list-type': 'atomic' },
    ),
    ports: field(
      z
        .array(
          z.strictObject({
            containerPort: field(z.int().min(1).max(65_535), 'TCP port in the container.'),
            hostIP: field(
              text(64).optional(),
              'One literal address of the node to publish on. Left out means every address, which is refused. Example: "127.0.0.1".',
            ),
            hostPort: field(
              z.int().min(0).max(65_535).default(0),
              'Port on the node; 0 lets the engine choose. Default 0.',
            ),
          }),
        )
        .max(32)
        .default([]),
      'Ports published on the node. Refused: no network of this release has a way in. Default none.',
      { 'x-kubernetes-list-type': 'atomic' },
    ),
  })
  .prefault({});

const security = z
  .strictObject({
    privileged: field(
      z.boolean().default(false),
      'Full access to the node. Default false. Refused unless policy allows it.',
    ),
    capabilities: field(
      z
        .strictObject({
          add: field(
            z.array(filledText(64)).max(64).default([]),
            'Linux capabilities to add; all others are dropped. Default none. Example: ["NET_BIND_SERVICE"].',
            { 'x-kubernetes-list-type': 'atomic' },
          ),
        })
        .prefault({}),
      'Linux capabilities. All are dropped.',
    ),
    securityOpt: field(
      z.array(text(1024)).max(16).default([]),
      'Engine security options. Those that weaken a session are refused; the others are set by the operator. Default none.',
      { 'x-kubernetes-list-type': 'atomic' },
    ),
    networkMode: field(
      text(128).default(''),
      'Engine network mode. "host" and "container:ID" are refused; use network.mode.',
    ),
    pidMode: field(text(128).default(''), 'Process namespace. Default a private one; "host" is refused.'),
    ipcMode: field(text(128).default(''), 'IPC namespace. Default a private one; "host" is refused.'),
    utsMode: field(text(128).default(''), 'Host name namespace. Default a private one; "host" is refused.'),
    usernsMode: field(text(128).default(''), 'User namespace. Default that of the engine; "host" is refused.'),
    cgroupnsMode: field(text(128).default(''), 'Cgroup namespace. Default a private one; "host" is refused.'),
    cgroupParent: field(text(1024).default(''), 'Parent cgroup. Always that of the node; any value is refused.'),
    devices: field(
      z
        .array(
          z.strictObject({
            hostPath: field(filledText(4096), 'Device on the node. Example: "/dev/kvm".'),
            target: field(text(1024).default(''), 'Path in the container. Default the same path.'),
          }),
        )
        .max(32)
        .default([]),
      'Devices of the node. Default none. Refused unless policy lists them.',
      { 'x-kubernetes-list-type': 'atomic' },
    ),
    sysctls: field(
      z
        .array(
          z.strictObject({
            name: field(filledText(253), 'Kernel setting. Example: "net.ipv4.tcp_keepalive_time".'),
            value: field(text(256), 'Value. Example: "600".'),
          }),
        )
        .max(32)
        .default([]),
      'Kernel settings inside the namespaces of the container. Only the safe list of Pod Security Standards is accepted.',
      { 'x-kubernetes-list-type': 'atomic' },
    ),
    runtime: field(
      filledText(64).default('runc'),
      'OCI runtime of the engine. Default "runc". Policy lists the allowed ones.',
    ),
    seccompProfile: field(
      text(256).default('RuntimeDefault'),
      'Seccomp profile: "RuntimeDefault" is the operator\'s own, "EngineDefault" that of the node\'s engine, if policy allows it. Default "RuntimeDefault". "Unconfined" is refused.',
    ),
    appArmorProfile: field(
      text(256).default('RuntimeDefault'),
      'AppArmor profile, applied where the kernel has AppArmor. Default "RuntimeDefault". "Unconfined" is refused.',
    ),
  })
  .prefault({});

const lifetime = z
  .strictObject({
    ttlSeconds: field(
      z.int().min(1).max(2_592_000).default(3600),
      'Seconds from creation until the session ends, whatever it does. Default 3600. Policy sets the maximum.',
    ),
    idleTimeoutSeconds: field(
      z.int().min(0).max(2_592_000).default(900),
      'Seconds without a command until the session ends. Default 900; 0 means no idle limit.',
    ),
    startupDeadlineSeconds: field(
      z.int().min(1).max(3600).default(120),
      'Seconds from assignment to a running container; then the session is Stalled. Default 120.',
    ),
    ttlSecondsAfterFinished: field(
      z.int().min(0).max(604_800).default(300),
      'Seconds that a finished session is kept for reading; then it is deleted. Default 300.',
    ),
  })
  .prefault({});

/** CEL that freezes a field, with a sentence that says what to do instead (design.md 8.8). */
const immutable = (fieldName: string) => ({
  rule: `self.${fieldName} == oldSelf.${fieldName}`,
  fieldPath: `.${fieldName}`,
  reason: 'FieldValueForbidden',
  message: `spec.${fieldName} is immutable; only operatingMode and lifetime can change. Delete the session and create a new one.`,
});

export const sessionSpecSchema = z
  .strictObject({
    image: field(
      filledText(512),
      'Image of the container. A digest pins it. Example: "docker.io/library/python:3.13-slim@sha256:<64 hex digits>".',
    ),
    command: field(
      z.array(text(32_768)).max(64).default([]),
      'Program and leading arguments, without a shell. Empty keeps an idle session for commands to run in. Default empty.',
      { 'x-kubernetes-list-type': 'atomic' },
    ),
    args: field(z.array(text(32_768)).max(256).default([]), 'Arguments after command. Default empty.', {
      'x-kubernetes-list-type': 'atomic',
    }),
    workingDir: field(filledText(1024).default('/workspace'), 'Working directory. Default "/workspace".'),
    env: field(z.array(environmentVariable).max(256).default([]), 'Environment variables. Default none.', {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    }),
    user: field(user, 'User of every process in the container.'),
    resources: field(
      resources,
      'Limits of the container. A limit that is left out gets its default, never "unlimited".',
    ),
    workspace: field(workspace, 'The writable directory /workspace.'),
    tmpfs: field(
      z
        .array(tmpfsMount)
        .max(16)
        .default([{ path: '/tmp', sizeLimit: '100Mi' }]),
      'Further writable directories in memory. Default /tmp with 100Mi.',
      { 'x-kubernetes-list-type': 'atomic' },
    ),
    mounts: field(z.array(mount).max(32).default([]), 'Directories of the node. Default none.', {
      'x-kubernetes-list-type': 'atomic',
    }),
    network: field(network, 'Network of the container.'),
    security: field(
      security,
      'Isolation. The defaults are the strictest values; everything that weakens them is refused.',
    ),
    lifetime: field(lifetime, 'When the session ends. Can be changed while it runs.'),
    operatingMode: field(
      z.enum(['Running', 'Suspended']).default('Running'),
      'Suspended removes the container and keeps the session. Default "Running". Can be changed.',
    ),
    failurePolicy: field(
      z.enum(['Retain', 'Recreate']).default('Retain'),
      'What happens when the container ends or is lost: Retain finishes the session, Recreate starts a new container. Default "Retain".',
    ),
    sessionInit: field(
      z.enum(['Enabled', 'Disabled']).default('Enabled'),
      'Enabled runs our own small program as PID 1: fast commands that outlive a restart of the operator, files, logs, port forwards. Disabled runs the command itself as PID 1, and commands by the engine alone. Default "Enabled".',
    ),
    nodeSelector: field(
      z
        .record(text(MAX_LABEL_KEY), text(63))
        .refine(
          (labels) => Object.keys(labels).length <= MAX_NODE_LABELS,
          `must hold at most ${MAX_NODE_LABELS} labels`,
        )
        .default({}),
      'Labels that the McpNode must have. Default none.',
      {
        maxProperties: MAX_NODE_LABELS,
        // A definition can bound the values of a map, not its keys.
        'x-kubernetes-validations': [
          {
            rule: `self.all(key, size(key) <= ${MAX_LABEL_KEY})`,
            message: `keys have at most ${MAX_LABEL_KEY} characters`,
          },
        ],
      },
    ),
    imagePullSecrets: field(
      z
        .array(z.strictObject({ name: field(name(), 'Name of a Secret in the namespace of the session.') }))
        .max(8)
        .default([]),
      'Credentials for the image registry. Default none.',
      { 'x-kubernetes-list-type': 'atomic' },
    ),
  })
  .meta({
    description: 'What the session should be. Immutable but for operatingMode and lifetime.',
    'x-kubernetes-validations': [
      ...['image', 'command', 'args', 'workingDir', 'env', 'user', 'resources', 'workspace', 'tmpfs'].map(immutable),
      ...['mounts', 'network', 'security', 'failurePolicy', 'sessionInit', 'nodeSelector', 'imagePullSecrets'].map(
        immutable,
      ),
    ],
  });

export type SessionSpec = z.output<typeof sessionSpecSchema>;
/** What a person writes: everything with a default may be left out. */
export type SessionSpecInput = z.input<typeof sessionSpecSchema>;
