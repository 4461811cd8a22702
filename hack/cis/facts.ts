// What the checks look at: the engine's own answers, as they are. Only the fields that a check reads are typed, and every one may be
// missing, since engines of different age leave different ones out.

export interface PortBinding {
  readonly HostIp?: string;
  readonly HostPort?: string;
}
type Ports = Readonly<Record<string, readonly PortBinding[] | null>>;

export interface InspectedMount {
  readonly Type?: string;
  readonly Name?: string;
  readonly Source?: string;
  readonly Destination?: string;
  readonly Propagation?: string;
}

export interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly AppArmorProfile?: string;
  readonly ExecIDs?: readonly string[] | null;
  readonly Mounts?: readonly InspectedMount[];
  readonly Config: {
    readonly Image?: string;
    readonly User?: string;
    readonly Entrypoint?: readonly string[] | null;
    readonly Healthcheck?: { readonly Test?: readonly string[] } | null;
  };
  readonly HostConfig: {
    readonly Privileged?: boolean;
    readonly CapAdd?: readonly string[] | null;
    readonly CapDrop?: readonly string[] | null;
    readonly SecurityOpt?: readonly string[] | null;
    readonly NetworkMode?: string;
    readonly PidMode?: string;
    readonly IpcMode?: string;
    readonly UTSMode?: string;
    readonly UsernsMode?: string;
    readonly CgroupParent?: string;
    readonly Memory?: number;
    readonly NanoCpus?: number;
    readonly CpuQuota?: number;
    readonly PidsLimit?: number | null;
    readonly ReadonlyRootfs?: boolean;
    readonly RestartPolicy?: { readonly Name?: string; readonly MaximumRetryCount?: number };
    readonly Devices?: readonly unknown[] | null;
    readonly DeviceRequests?: readonly unknown[] | null;
    readonly DeviceCgroupRules?: readonly unknown[] | null;
    readonly Ulimits?: readonly { readonly Name?: string; readonly Hard?: number }[] | null;
    readonly PublishAllPorts?: boolean;
    readonly PortBindings?: Ports | null;
  };
  readonly NetworkSettings?: {
    readonly Ports?: Ports | null;
    readonly Networks?: Readonly<Record<string, unknown>>;
  };
}

export interface EngineInfo {
  readonly SecurityOptions?: readonly string[];
  readonly Swarm?: { readonly LocalNodeState?: string };
}

export interface InspectedExec {
  readonly Running?: boolean;
  readonly ProcessConfig?: { readonly privileged?: boolean; readonly user?: string };
}

export interface InspectedVolume {
  readonly Name?: string;
  readonly Driver?: string;
  /** Options of its driver: "device" and "o" make a local volume a bind mount. */
  readonly Options?: Readonly<Record<string, string>> | null;
}

export interface CisFacts {
  readonly info: EngineInfo;
  readonly container: InspectedContainer;
  /** Command lines of its processes; null when the engine cannot tell. */
  readonly processes: readonly string[] | null;
  readonly execs: readonly InspectedExec[];
  readonly volumes: readonly InspectedVolume[];
}
