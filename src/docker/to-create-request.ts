// From a checked spec to the body of `POST /containers/create`. Pure. The body is built from the closed model, field by
// field; nothing that a client sent as JSON ever reaches the engine (security.md 0.1). Nothing is left to an engine default.

import type { ContainerMount, ContainerPort, ContainerSpec } from '../model/container.ts';
import type { LockedDownSpec } from '../rules/lock-down.ts';
import { printDevice } from './device-option.ts';
import { printEnvironment } from './environment.ts';
import { labelsOf } from './identity-labels.ts';
import { printSecurityOptions } from './security-options.ts';
import { printTmpfs } from './tmpfs-options.ts';

export interface CreateRequest {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Throws OperatorError('invalid') for a seccomp profile that this node does not have. */
export function toCreateRequest(spec: LockedDownSpec): CreateRequest {
  return { name: spec.containerName, body: { ...processConfig(spec), HostConfig: hostConfig(spec) } };
}

function processConfig(spec: ContainerSpec) {
  return {
    Image: spec.imageId,
    Entrypoint: spec.entrypoint,
    Cmd: spec.command,
    WorkingDir: spec.workingDir,
    Env: printEnvironment(spec.env),
    User: spec.user,
    Labels: labelsOf(spec.identity),
    Tty: spec.tty,
    OpenStdin: spec.openStdin,
    StdinOnce: false,
    StopSignal: spec.stopSignal,
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port), {}])),
    // Otherwise the image's own would run, as a command every few seconds (design.md 8.18).
    ...(spec.healthcheck ? {} : { Healthcheck: { Test: ['NONE'] } }),
  };
}

function hostConfig(spec: ContainerSpec) {
  return { ...INERT, ...isolation(spec), ...limits(spec), ...files(spec), ...lifecycle(spec) };
}

/** What no session can ask for, said explicitly: an engine that is configured to default otherwise does not get to. */
const INERT = {
  Binds: [],
  VolumesFrom: [],
  VolumeDriver: '',
  Links: [],
  DnsOptions: [],
  DnsSearch: [],
  ExtraHosts: [],
  Cgroup: '',
  ContainerIDFile: '',
  DeviceCgroupRules: [],
  DeviceRequests: [],
  BlkioWeight: 0,
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: '',
  CpusetMems: '',
  MemoryReservation: 0,
} as const;

function isolation(spec: ContainerSpec) {
  return {
    Privileged: spec.privileged,
    ReadonlyRootfs: spec.readOnlyRootFilesystem,
    CapAdd: spec.capabilitiesAdded,
    CapDrop: spec.capabilitiesDropped,
    SecurityOpt: printSecurityOptions(spec),
    MaskedPaths: spec.maskedPaths,
    ReadonlyPaths: spec.readonlyPaths,
    NetworkMode: spec.networkMode,
    Dns: spec.dns,
    PidMode: spec.pidMode,
    IpcMode: spec.ipcMode,
    UTSMode: spec.utsMode,
    UsernsMode: spec.usernsMode,
    CgroupnsMode: spec.cgroupnsMode,
    CgroupParent: spec.cgroupParent,
    Sysctls: spec.sysctls,
    GroupAdd: spec.groups,
    PortBindings: portBindings(spec.ports),
    PublishAllPorts: spec.publishAllPorts,
    Runtime: spec.runtime,
  };
}

function limits(spec: ContainerSpec) {
  return {
    NanoCpus: spec.nanoCpus,
    CpuShares: spec.cpuShares,
    Memory: spec.memoryBytes,
    MemorySwap: spec.memorySwapBytes,
    PidsLimit: spec.pidsLimit,
    Ulimits: spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    ShmSize: spec.shmBytes,
    OomKillDisable: spec.oomKillDisabled,
    OomScoreAdj: spec.oomScoreAdj,
  };
}

function files(spec: ContainerSpec) {
  return {
    Tmpfs: printTmpfs(spec.tmpfs),
    Mounts: spec.mounts.map(mountOf),
    Devices: spec.devices.map(printDevice),
  };
}

function lifecycle(spec: ContainerSpec) {
  return {
    Init: spec.init,
    LogConfig: { Type: spec.logDriver, Config: spec.logOptions },
    RestartPolicy: { Name: spec.restartPolicy, MaximumRetryCount: 0 },
    AutoRemove: spec.autoRemove,
  };
}

function mountOf({ type, source, target, readOnly, propagation, recursive }: ContainerMount) {
  // Nothing of the image may end up in a volume: an empty one would be filled with what lies at the target, and get its owner.
  if (type === 'volume')
    return { Type: type, Source: source, Target: target, ReadOnly: readOnly, VolumeOptions: { NoCopy: true } };
  const options = {
    ...(propagation === '' ? {} : { Propagation: propagation }),
    ...(recursive ? {} : { NonRecursive: true }),
  };
  const bind = Object.keys(options).length === 0 ? {} : { BindOptions: options };
  return { Type: type, Source: source, Target: target, ReadOnly: readOnly, ...bind };
}

/** The host address is always written: an empty binding publishes on every address. */
function portBindings(ports: readonly ContainerPort[]) {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) {
    (bindings[portKey(port)] ??= []).push({ HostIp: port.hostIp, HostPort: String(port.hostPort) });
  }
  return bindings;
}

const portKey = ({ containerPort, protocol }: ContainerPort): string => `${containerPort}/${protocol}`;
