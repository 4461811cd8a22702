// From a session to the one profile of security.md 4.1. Everything is set, nothing is inherited: what the image brings along
// is overridden or refused, and a session can lower a limit but never lift an isolation (that needs policy, which rules check).

import { err, ok, type Result } from '../lib/result.ts';
import { parseCpuNano, parseQuantityBytes } from '../lib/quantity.ts';
import type {
  ContainerMount,
  ContainerPort,
  ContainerSpec,
  ContainerTmpfs,
  EnvironmentEntry,
  ImageFacts,
  NodeFacts,
  ResolvedHostPath,
} from '../model/container.ts';
import {
  SESSION_INIT_CPU_SECONDS,
  SESSION_INIT_HELD,
  SESSION_INIT_PROGRAM,
  sessionInitMount,
  WORKSPACE_DIRECTORY,
  workspaceMount,
} from '../model/container.ts';
import { containerNameOf, networkNameOf, workspaceVolumeOf } from '../model/names.ts';
import { isHeldAtStart } from '../model/references.ts';
import type { Policy } from '../model/policy.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Violation } from '../model/violation.ts';
import { DEFAULT_MASKED_PATHS, DEFAULT_READONLY_PATHS } from '../rules/default-paths.ts';
import { engineDataProblems } from './engine-data-problems.ts';
import { engineProblems } from './engine-problems.ts';
import { hostPathProblems } from './host-path-problems.ts';
import { type ContainerOwner, identityOf } from './identity.ts';
import { imageProblems } from './image-problems.ts';
import { ISOLATED_DNS, wantsNetwork, wantsVolume, workspaceProblems } from './wanted-attachments.ts';

/** Without a main command and without the session init the container idles by the image's own `sleep`. */
const IDLE_PROGRAM = 'sleep';
const IDLE_SECONDS = '2147483647';

const MIB = 1_048_576;
/** Kept output of commands lives in the session's memory: at most so much, and no more than this part of its limit. */
const MAX_SPOOL_BYTES = 32 * MIB;
const SPOOL_PART_OF_MEMORY = 8;

/** The container that the session asks for, or what in the image or on the node makes it impossible. Not yet judged: see lockDown. */
export function buildContainer(input: {
  readonly session: ContainerOwner;
  readonly spec: SessionSpec;
  readonly image: ImageFacts;
  readonly hostPaths: readonly ResolvedHostPath[];
  readonly node: NodeFacts;
  readonly attempt: number;
  readonly policy: Policy;
  /** Volume that holds the session init; null where the session runs without it. */
  readonly initVolume: string | null;
}): Result<ContainerSpec, readonly Violation[]> {
  const { session, spec, image, node, attempt, initVolume } = input;
  const hasInit = initVolume !== null;
  const problems = [
    ...imageProblems({ spec, image, policy: input.policy }),
    ...engineDataProblems({ spec, hostPaths: input.hostPaths, node, policy: input.policy }),
    ...hostPathProblems(spec, input.hostPaths), // cannot be bypassed: there is nothing to mount, or no telling what
    ...engineProblems({ spec, node, policy: input.policy }),
    ...workspaceProblems({ spec, node, policy: input.policy }),
  ];
  if (problems.length > 0) return err(problems);
  const { security, resources } = spec;
  const identity = identityOf({ session, spec, node, attempt });
  const memoryBytes = bytes(resources.memory);
  return ok({
    containerName: containerNameOf(identity),
    identity,
    imageId: image.id,
    ...processOf(spec, hasInit),
    workingDir: spec.workingDir,
    env: environmentOf(spec, image),
    user: `${spec.user.uid}:${spec.user.gid}`,
    tty: false,
    openStdin: hasInit, // carries its frames, as standard output does
    healthcheck: false,
    stopSignal: 'SIGTERM',

    privileged: security.privileged,
    readOnlyRootFilesystem: true,
    capabilitiesAdded: security.capabilities.add.map(capabilityName).sort(),
    capabilitiesDropped: ['ALL'],
    noNewPrivileges: true,
    ...filtersOf(security, node, input.policy),
    otherSecurityOptions: [],
    maskedPaths: DEFAULT_MASKED_PATHS,
    readonlyPaths: DEFAULT_READONLY_PATHS,

    ...networkOf(session, spec),
    pidMode: security.pidMode,
    ipcMode: security.ipcMode === '' ? 'private' : security.ipcMode,
    utsMode: security.utsMode,
    usernsMode: security.usernsMode,
    cgroupnsMode: security.cgroupnsMode === '' ? 'private' : security.cgroupnsMode,
    cgroupParent: security.cgroupParent,

    nanoCpus: parseCpuNano(resources.cpu) ?? 0,
    cpuShares: 256,
    memoryBytes,
    memorySwapBytes: memoryBytes, // equal to memory: no swap on top (requirements.md S3.IMP.01)
    pidsLimit: resources.pids,
    ulimits: ulimitsOf(spec, hasInit),
    shmBytes: 64 * MIB,
    oomKillDisabled: false,
    oomScoreAdj: 0,

    tmpfs: tmpfsOf(spec),
    mounts: [
      ...mountsOf(spec, input.hostPaths),
      ...(wantsVolume(spec) ? [workspaceMount(workspaceVolumeOf(session.meta.uid))] : []),
      ...(hasInit ? [sessionInitMount(initVolume)] : []),
    ],
    devices: security.devices.map(({ hostPath, target }) => `${hostPath}:${target === '' ? hostPath : target}`),
    sysctls: Object.fromEntries(security.sysctls.map(({ name, value }) => [name.replaceAll('/', '.'), value])),
    groups: [],
    ports: portsOf(spec),
    publishAllPorts: false,

    runtime: security.runtime,
    init: node.initProgram && !hasInit, // reaps what commands leave behind
    // Unbounded logs fill the node (security.md 4.2); with the session init standard output is a wire, and nothing to keep.
    logDriver: hasInit ? 'none' : 'json-file',
    logOptions: hasInit ? {} : { 'max-file': '3', 'max-size': '10m' },
    restartPolicy: 'no',
    autoRemove: false,
    unmodelled: [],
  });
}

/** Of a privileged container the engine switches both off; said so, the proof is honest (moby #47499, saveAppArmorConfig). */
function filtersOf(
  { privileged, seccompProfile, appArmorProfile }: SessionSpec['security'],
  node: NodeFacts,
  { appArmor }: Policy,
): Pick<ContainerSpec, 'seccomp' | 'appArmor'> {
  if (privileged) return { seccomp: 'Unconfined', appArmor: 'Unconfined' };
  if (appArmor.mode === 'off') return { seccomp: seccompProfile, appArmor: 'Unconfined' };
  const ours = appArmorProfile === 'RuntimeDefault' && appArmor.profile !== 'docker-default' && node.appArmor;
  return { seccomp: seccompProfile, appArmor: ours ? appArmor.profile : appArmorProfile };
}

/** A host mode is granted by policy alone; beside it the session's own network would be a claim that does not hold. */
function networkOf({ meta }: ContainerOwner, spec: SessionSpec): Pick<ContainerSpec, 'networkMode' | 'dns'> {
  if (wantsNetwork(spec)) return { networkMode: networkNameOf(meta.uid), dns: ISOLATED_DNS };
  return { networkMode: spec.security.networkMode === '' ? 'none' : spec.security.networkMode, dns: [] };
}

function processOf(spec: SessionSpec, hasInit: boolean): { entrypoint: readonly string[]; command: readonly string[] } {
  if (hasInit) return { entrypoint: [SESSION_INIT_PROGRAM], command: initArguments(spec) };
  if (spec.command.length === 0) return { entrypoint: [IDLE_PROGRAM], command: [IDLE_SECONDS] };
  return { entrypoint: spec.command, command: spec.args };
}

function initArguments(spec: SessionSpec): readonly string[] {
  const { cpuTimeSeconds, memory } = spec.resources;
  const spoolBytes = Math.min(MAX_SPOOL_BYTES, Math.floor(bytes(memory) / SPOOL_PART_OF_MEMORY));
  const options = [
    '--root',
    WORKSPACE_DIRECTORY,
    '--cpu-seconds',
    String(cpuTimeSeconds),
    '--spool-bytes',
    String(spoolBytes),
  ];
  const main = spec.command.length === 0 ? [] : ['--', ...spec.command, ...spec.args];
  return ['run', ...(isHeldAtStart(spec) ? SESSION_INIT_HELD : []), ...options, ...main];
}

/** With the session init every command gets its own limit of processor time, and what PID 1 shares is never less than its own need. */
function ulimitsOf({ resources }: SessionSpec, hasInit: boolean): ContainerSpec['ulimits'] {
  const cpu = hasInit ? Math.max(resources.cpuTimeSeconds, SESSION_INIT_CPU_SECONDS) : resources.cpuTimeSeconds;
  return [
    { name: 'core', soft: 0, hard: 0 },
    { name: 'cpu', soft: cpu, hard: cpu },
    { name: 'nofile', soft: resources.openFiles, hard: resources.openFiles },
  ];
}

/** The image's variables, then the session's own: values of references come later and by another way; a home that can be written, since the image's is on the read-only root. */
function environmentOf(spec: SessionSpec, image: ImageFacts): readonly EnvironmentEntry[] {
  const merged = new Map(image.env.map(({ name, value }) => [name, value]));
  merged.set('HOME', WORKSPACE_DIRECTORY);
  for (const { name, value } of spec.env) if (value !== undefined) merged.set(name, value);
  return [...merged].map(([name, value]) => ({ name, value })).sort((left, right) => (left.name < right.name ? -1 : 1));
}

function tmpfsOf(spec: SessionSpec): readonly ContainerTmpfs[] {
  const owner = [`gid=${spec.user.gid}`, `uid=${spec.user.uid}`];
  const workspace = {
    path: WORKSPACE_DIRECTORY,
    sizeBytes: bytes(spec.workspace.sizeLimit),
    options: ['exec', 'mode=0770', 'nodev', 'nosuid', ...owner].sort(),
  };
  const others = spec.tmpfs.map(({ path, sizeLimit }) => ({
    path,
    sizeBytes: bytes(sizeLimit),
    options: ['mode=1777', 'nodev', 'noexec', 'nosuid', ...owner].sort(),
  }));
  return [...(wantsVolume(spec) ? [] : [workspace]), ...others].sort((left, right) =>
    left.path < right.path ? -1 : 1,
  );
}

function portsOf(spec: SessionSpec): readonly ContainerPort[] {
  return spec.network.ports
    .map(({ containerPort, hostIP, hostPort }) => ({ containerPort, protocol: 'tcp', hostIp: hostIP ?? '', hostPort }))
    .sort((left, right) => left.containerPort - right.containerPort);
}

/** The resolved source, never the asked one: a link that is changed later changes nothing (security.md 4.3, TOCTOU). */
function mountsOf(spec: SessionSpec, hostPaths: readonly ResolvedHostPath[]): readonly ContainerMount[] {
  return spec.mounts.map(({ hostPath, target, readOnly }) => ({
    type: 'bind',
    source: hostPaths.find(({ asked }) => asked === hostPath)?.resolved ?? '',
    target,
    readOnly,
    propagation: 'rprivate',
    recursive: false,
  }));
}

const capabilityName = (name: string): string => name.toUpperCase().replace(/^CAP_/, '');
/** 0 for nonsense, which no rule accepts as a limit. */
const bytes = (quantity: string): number => parseQuantityBytes(quantity) ?? 0;
