// From the engine's answer about a container back to the model, so that what runs can be judged by the same rules as what
// was asked for. Pure. Maps of the engine come back sorted: tmpfs by path, ports by number.

import type { ContainerIdentity, ContainerPort, ContainerSpec, ObservedContainer } from '../model/container.ts';
import type { InspectedContainer } from '../ports/container-engine.ts';
import { parseDevice } from './device-option.ts';
import { parseEnvironment } from './environment.ts';
import { type Home, identityOf } from './identity-labels.ts';
import { type HostConfigAnswer, type InspectAnswer, inspectSchema, type MountAnswer } from './inspect-schema.ts';
import { parseAnswer } from './parse-answer.ts';
import { parseSecurityOptions } from './security-options.ts';
import { parseTmpfs } from './tmpfs-options.ts';
import { unmodelledSettings } from './unmodelled.ts';

/** Throws OperatorError('internal') when the answer does not have the form that every engine since API 1.41 gives it. */
export function fromInspect(answer: unknown, home: Home): InspectedContainer {
  const parsed = parseAnswer({ schema: inspectSchema, answer, about: 'a container' });
  const identity = identityOf(parsed.Config.Labels, home);
  if (identity === null) return { ours: false, id: parsed.Id };
  return { ours: true, container: observed(parsed, identity) };
}

function observed(answer: InspectAnswer, identity: ContainerIdentity): ObservedContainer {
  const { State } = answer;
  const ended = State.Status === 'exited' || State.Status === 'dead';
  return {
    id: answer.Id,
    state: State.Status,
    createdMs: timeMs(answer.Created) ?? 0,
    startedMs: timeMs(State.StartedAt),
    finishedMs: timeMs(State.FinishedAt),
    exitCode: ended ? State.ExitCode : null,
    oomKilled: State.OOMKilled,
    engineError: State.Error,
    pid: State.Pid > 0 ? State.Pid : null,
    spec: specOf(answer, identity),
  };
}

function specOf(answer: InspectAnswer, identity: ContainerIdentity): ContainerSpec {
  const { Config, HostConfig } = answer;
  return {
    containerName: answer.Name.replace(/^\//, ''),
    identity,
    imageId: answer.Image,
    entrypoint: Config.Entrypoint,
    command: Config.Cmd,
    workingDir: Config.WorkingDir,
    env: parseEnvironment(Config.Env),
    user: Config.User,
    tty: Config.Tty,
    openStdin: Config.OpenStdin,
    healthcheck: (Config.Healthcheck?.Test[0] ?? 'NONE') !== 'NONE',
    stopSignal: Config.StopSignal,
    ...isolationOf(HostConfig),
    ...parseSecurityOptions(askedOptions(HostConfig), {
      appArmor: answer.AppArmorProfile,
      privileged: HostConfig.Privileged,
    }),
    ...limitsOf(HostConfig),
    ...filesOf(HostConfig),
    ...lifecycleOf(HostConfig),
    unmodelled: unmodelledSettings(answer),
  };
}

function isolationOf(config: HostConfigAnswer) {
  return {
    privileged: config.Privileged,
    readOnlyRootFilesystem: config.ReadonlyRootfs,
    capabilitiesAdded: config.CapAdd.map(capabilityName),
    capabilitiesDropped: config.CapDrop.map(capabilityName),
    maskedPaths: config.MaskedPaths,
    readonlyPaths: config.ReadonlyPaths,
    networkMode: config.NetworkMode,
    dns: config.Dns,
    pidMode: config.PidMode,
    ipcMode: config.IpcMode,
    utsMode: config.UTSMode,
    usernsMode: config.UsernsMode,
    cgroupnsMode: config.CgroupnsMode,
    cgroupParent: config.CgroupParent,
    sysctls: config.Sysctls,
    groups: config.GroupAdd,
    ports: portsOf(config),
    publishAllPorts: config.PublishAllPorts,
    runtime: config.Runtime,
  };
}

/** The engine adds `label=disable` by itself where SELinux labels cannot apply (moby daemon/create.go generateSecurityOpt). */
function askedOptions({ SecurityOpt, Privileged, PidMode, IpcMode }: HostConfigAnswer): readonly string[] {
  const unlabelled = Privileged || PidMode === 'host' || IpcMode === 'host';
  return unlabelled ? SecurityOpt.filter((option) => option !== 'label=disable') : SecurityOpt;
}

function limitsOf(config: HostConfigAnswer) {
  return {
    nanoCpus: config.NanoCpus,
    cpuShares: config.CpuShares,
    memoryBytes: config.Memory,
    memorySwapBytes: config.MemorySwap,
    pidsLimit: config.PidsLimit,
    ulimits: config.Ulimits.map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard })),
    shmBytes: config.ShmSize,
    oomKillDisabled: config.OomKillDisable,
    oomScoreAdj: config.OomScoreAdj,
  };
}

function filesOf(config: HostConfigAnswer) {
  return {
    tmpfs: parseTmpfs(config.Tmpfs),
    mounts: config.Mounts.map(mountOf),
    devices: config.Devices.map(parseDevice),
  };
}

function lifecycleOf(config: HostConfigAnswer) {
  return {
    init: config.Init,
    logDriver: config.LogConfig.Type,
    logOptions: config.LogConfig.Config,
    restartPolicy: config.RestartPolicy.Name === '' ? 'no' : config.RestartPolicy.Name,
    autoRemove: config.AutoRemove,
  };
}

function mountOf({ Type, Source, Target, ReadOnly, BindOptions }: MountAnswer) {
  return {
    type: Type,
    source: Source,
    target: Target,
    readOnly: ReadOnly,
    propagation: BindOptions?.Propagation ?? '',
    recursive: Type === 'bind' && BindOptions?.NonRecursive !== true,
  };
}

/** A port without a binding is published on every address by old engines, so it reads as such. */
function portsOf({ PortBindings }: HostConfigAnswer): readonly ContainerPort[] {
  return Object.entries(PortBindings)
    .flatMap(([key, bindings]) => {
      const [containerPort = '', protocol = ''] = key.split('/');
      const all = bindings.length === 0 ? [{ HostIp: '', HostPort: '' }] : bindings;
      return all.map(({ HostIp, HostPort }) => ({
        containerPort: Number.parseInt(containerPort, 10) || 0,
        protocol,
        hostIp: HostIp,
        hostPort: Number.parseInt(HostPort, 10) || 0,
      }));
    })
    .sort((left, right) => left.containerPort - right.containerPort);
}

/** The engine takes any case, with or without the prefix; newer ones write the prefix, older ones what was sent. */
const capabilityName = (name: string): string => name.toUpperCase().replace(/^CAP_/, '');

/** null for Go's zero time, which stands for "never". */
function timeMs(text: string): number | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || ms <= 0 ? null : ms;
}
