// A container as a closed, engine-neutral model. The builder makes it, the rules judge it, the create body is printed from it,
// and `docker inspect` is read back into it: want and got are the same type, so they can be compared field by field.

export interface ContainerIdentity {
  /** UID of the kube-system namespace: tells the clusters apart that share one engine. */
  readonly cluster: string;
  readonly node: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly instanceGeneration: number;
  readonly attempt: number;
  /** SHA-256 of the immutable part of the session spec. */
  readonly specHash: string;
}

export interface EnvironmentEntry {
  readonly name: string;
  readonly value: string;
}

export interface ContainerTmpfs {
  readonly path: string;
  /** 0 means that the kernel's default of half the memory applies, which no rule accepts. */
  readonly sizeBytes: number;
  /** Options beside the size, sorted, for example ["mode=1777", "nodev", "noexec", "nosuid"]. */
  readonly options: readonly string[];
}

/** PID 1 of a session container: our own program, from a volume that nothing but it is in (docs/session-init.md). */
export const SESSION_INIT_PROGRAM = '/.mcpsession/init';
export const SESSION_INIT_DIRECTORY = '/.mcpsession';
/** Least RLIMIT_CPU of a container with the session init, in seconds: PID 1 shares it, while commands get their own (K-09). */
export const SESSION_INIT_CPU_SECONDS = 60;

/** With these first options of `run` the session init starts nothing until the controller gives it the rest of its environment. */
export const SESSION_INIT_HELD = ['--environment', 'later'] as const;

export const isHeldInit = ({ entrypoint, command }: Pick<ContainerSpec, 'entrypoint' | 'command'>): boolean =>
  entrypoint[0] === SESSION_INIT_PROGRAM && SESSION_INIT_HELD.every((word, index) => command[index + 1] === word);

/** Volume of one version of the session init, named by the hash of the program. */
const SESSION_INIT_VOLUME = /^mcpsession-init-[0-9a-f]{16}$/;

export const sessionInitVolumeOf = (programSha256: string): string => `mcpsession-init-${programSha256.slice(0, 16)}`;

/** The volume with our program. */
export const sessionInitMount = (volume: string): ContainerMount => ({
  type: 'volume',
  source: volume,
  target: SESSION_INIT_DIRECTORY,
  readOnly: true,
  propagation: '',
  recursive: false,
});

export const WORKSPACE_DIRECTORY = '/workspace';

/** The one mount of a session that can be written: its own volume, named as its container is. */
export const workspaceMount = (volume: string): ContainerMount => ({
  type: 'volume',
  source: volume,
  target: WORKSPACE_DIRECTORY,
  readOnly: false,
  propagation: '',
  recursive: false,
});

/** The volume that the container's session init comes from; null for a container without one. */
export function sessionInitVolumeIn({ mounts }: Pick<ContainerSpec, 'mounts'>): string | null {
  const found = mounts.find((mount) => {
    const { type, source, target, readOnly, propagation, recursive } = mount;
    const plain = readOnly && propagation === '' && !recursive;
    return type === 'volume' && SESSION_INIT_VOLUME.test(source) && target === SESSION_INIT_DIRECTORY && plain;
  });
  return found?.source ?? null;
}

/** Whether PID 1 is the session init. */
export const hasSessionInit = (spec: Pick<ContainerSpec, 'entrypoint'>): boolean =>
  spec.entrypoint[0] === SESSION_INIT_PROGRAM;

export interface ContainerMount {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly propagation: string;
  /** Whether what is mounted below the source comes along (of a bind). Read-only covers the top mount alone, so that would be writable. */
  readonly recursive: boolean;
}

export interface ContainerPort {
  readonly containerPort: number;
  readonly protocol: string;
  /** "" publishes on every address of the node. */
  readonly hostIp: string;
  readonly hostPort: number;
}

export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

export interface ContainerSpec {
  readonly containerName: string;
  readonly identity: ContainerIdentity;
  /** Id of the image on the engine ("sha256:..."): what runs, whatever a tag says later. */
  readonly imageId: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDir: string;
  readonly env: readonly EnvironmentEntry[];
  /** As the engine has it; only "<uid>:<gid>" with both numeric is accepted. */
  readonly user: string;
  readonly tty: boolean;
  readonly openStdin: boolean;
  readonly healthcheck: boolean;
  readonly stopSignal: string;

  readonly privileged: boolean;
  readonly readOnlyRootFilesystem: boolean;
  readonly capabilitiesAdded: readonly string[];
  readonly capabilitiesDropped: readonly string[];
  readonly noNewPrivileges: boolean;
  /** "RuntimeDefault" (the operator's own), "EngineDefault", "Unconfined" or "sha256:<hash of the profile>". */
  readonly seccomp: string;
  /** "RuntimeDefault" (the engine's own), "Unconfined" or a profile name. */
  readonly appArmor: string;
  /** Security options that are none of the above, as written. */
  readonly otherSecurityOptions: readonly string[];
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];

  /** "none", or the name of the session's own network. */
  readonly networkMode: string;
  /** Name servers that the engine forwards questions to; empty means those of the node. */
  readonly dns: readonly string[];
  readonly pidMode: string;
  readonly ipcMode: string;
  readonly utsMode: string;
  readonly usernsMode: string;
  readonly cgroupnsMode: string;
  readonly cgroupParent: string;

  readonly nanoCpus: number;
  readonly cpuShares: number;
  readonly memoryBytes: number;
  readonly memorySwapBytes: number;
  /** 0 or less means unlimited. */
  readonly pidsLimit: number;
  readonly ulimits: readonly Ulimit[];
  readonly shmBytes: number;
  readonly oomKillDisabled: boolean;
  readonly oomScoreAdj: number;

  readonly tmpfs: readonly ContainerTmpfs[];
  readonly mounts: readonly ContainerMount[];
  readonly devices: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  readonly ports: readonly ContainerPort[];
  readonly publishAllPorts: boolean;

  readonly runtime: string;
  readonly init: boolean;
  readonly logDriver: string;
  readonly logOptions: Readonly<Record<string, string>>;
  readonly restartPolicy: string;
  readonly autoRemove: boolean;

  /** Engine settings that this model has no field for and that are not at their inert value, by name. Always a violation. */
  readonly unmodelled: readonly string[];
}

export const CONTAINER_STATES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;
export type ContainerState = (typeof CONTAINER_STATES)[number];

/** A container of ours as the engine has it. */
export interface ObservedContainer {
  readonly id: string;
  readonly state: ContainerState;
  readonly createdMs: number;
  readonly startedMs: number | null;
  readonly finishedMs: number | null;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  /** What the engine says went wrong at start; "" for nothing. */
  readonly engineError: string;
  /** Process id of its PID 1, in the process namespace of the engine; null when it does not run. */
  readonly pid: number | null;
  readonly spec: ContainerSpec;
}

/** What an image brings along; each part is overridden or refused, never inherited unseen (requirements.md 10). */
export interface ImageFacts {
  readonly id: string;
  readonly repoDigests: readonly string[];
  readonly env: readonly EnvironmentEntry[];
  readonly volumes: readonly string[];
  /** Keys, sorted; the engine gives them to every container of the image. */
  readonly labels: readonly string[];
  /** WORKDIR; "" for none. Every container has its own instead. */
  readonly workingDir: string;
}

/** What the node's engine is and can do; read once per connection. */
export interface NodeFacts {
  readonly nodeName: string;
  readonly cluster: string;
  readonly engineVersion: string;
  readonly apiVersion: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly runtimes: readonly string[];
  readonly cgroupVersion: string;
  readonly storageDriver: string;
  readonly appArmor: boolean;
  readonly seccomp: boolean;
  /** `sha256:` and the hash of the profile that "RuntimeDefault" stands for. */
  readonly seccompProfile: string;
  readonly userNamespaces: boolean;
  readonly rootless: boolean;
  /** Directory of the engine's data, wherever its operator put it; "" where the engine does not say. */
  readonly engineDirectory: string;
  /** Whether the engine bounds a volume of its own by a project quota: it refuses a size where it cannot. */
  readonly diskQuota: boolean;
  /** Volume drivers that the engine lists, sorted; "local" is its own. Many plugins it lists only once they were used. */
  readonly volumeDrivers: readonly string[];
  /** Whether the engine has an init program (`--init`), which reaps zombies of idle sessions. */
  readonly initProgram: boolean;
}

/** Which object of the node's file systems this is, whatever its name is now. */
export interface FileIdentity {
  /** st_dev and st_ino, decimal. */
  readonly device: string;
  readonly inode: string;
  /** When it was made, in nanoseconds since the epoch, since inode numbers are used again; "0" where the file system does not tell. */
  readonly bornNs: string;
  /** Path inside its own file system, as mountinfo tells it (proc_pid_mountinfo(5)); ends in "//deleted" for one that is gone. */
  readonly root: string;
}

/** A host path after every symbolic link on the node was followed. */
export interface ResolvedHostPath {
  readonly asked: string;
  /** null when nothing is there. */
  readonly resolved: string | null;
  /** A linked file has more names than the one that was judged. "other" is a device, a pipe or a socket. */
  readonly kind: 'directory' | 'file' | 'linkedFile' | 'other' | 'absent';
  /** What was found there; null when nothing is there. */
  readonly identity: FileIdentity | null;
}

/** What a running container has at the targets of its host paths. */
export type ContainerMountsSeen =
  | {
      readonly seen: true;
      /** `identity` is null where nothing is mounted. */
      readonly mounts: readonly { readonly target: string; readonly identity: FileIdentity | null }[];
    }
  /** Nobody can tell from here; `why` is a sentence without its full stop. */
  | { readonly seen: false; readonly why: string };
