// The proof: what was approved against what the engine says it runs, control by control (design.md 4, "Judge the effect").

import { canonicalJson } from '../lib/canonical-json.ts';
import { rememberByIdentity, rememberPerHolder } from '../lib/remember.ts';
import { sameJson } from '../lib/same-json.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { escapeInvisible, shorten } from '../lib/visible-text.ts';
import type { ContainerSpec, NodeFacts } from '../model/container.ts';
import type { IsolationControl, SessionStatus } from '../model/session.ts';

interface Control {
  readonly id: string;
  /** What is compared: every field of the spec belongs to exactly one control (a test counts them). */
  readonly fields: readonly (keyof ContainerSpec)[];
  /** What is shown: short, and never a value that could be a secret. */
  readonly show: (spec: ContainerSpec, node: NodeFacts) => string;
}

const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(','));
const orDefault = (value: string, fallback: string): string => (value === '' ? fallback : value);
const UNCONFINED = 'Unconfined';
const SHOWN_HASH_LENGTH = 'sha256:'.length + 12;
/** The operator's own profile with its hash: which of its versions it is. */
const seccompText = (seccomp: string, { seccompProfile }: NodeFacts): string =>
  seccomp === 'RuntimeDefault' ? `${seccomp} (${seccompProfile.slice(0, SHOWN_HASH_LENGTH)})` : seccomp;
/** The engine's own profile by its name. */
const appArmorText = (appArmor: string, node: NodeFacts): string =>
  appArmor === 'RuntimeDefault' && node.appArmor ? `${appArmor} (docker-default)` : appArmor;
/** Whether root of the container is somebody on the node: the engine decides for all of its containers. */
function userNamespaceText(usernsMode: string, { userNamespaces, rootless }: NodeFacts): string {
  if (usernsMode !== '') return usernsMode;
  if (rootless) return 'of the rootless engine';
  return userNamespaces ? 'of the engine' : 'none: the engine maps no users';
}
const mib = (bytes: number): string => `${Math.round((bytes / 1_048_576) * 100) / 100}Mi`;

export const ISOLATION_CONTROLS: readonly Control[] = [
  { id: 'user', fields: ['user'], show: (spec) => spec.user },
  { id: 'privileged', fields: ['privileged'], show: (spec) => String(spec.privileged) },
  {
    id: 'capabilities',
    fields: ['capabilitiesAdded', 'capabilitiesDropped'],
    show: (spec) => `${list(spec.capabilitiesAdded)} (dropped ${list(spec.capabilitiesDropped)})`,
  },
  { id: 'noNewPrivileges', fields: ['noNewPrivileges'], show: (spec) => String(spec.noNewPrivileges) },
  { id: 'seccomp', fields: ['seccomp'], show: ({ seccomp }, node) => seccompText(seccomp, node) },
  { id: 'appArmor', fields: ['appArmor'], show: ({ appArmor }, node) => appArmorText(appArmor, node) },
  { id: 'securityOptions', fields: ['otherSecurityOptions'], show: (spec) => list(spec.otherSecurityOptions) },
  { id: 'readOnlyRoot', fields: ['readOnlyRootFilesystem'], show: (spec) => String(spec.readOnlyRootFilesystem) },
  {
    id: 'maskedPaths',
    fields: ['maskedPaths', 'readonlyPaths'],
    show: (spec) => `${spec.maskedPaths.length} masked, ${spec.readonlyPaths.length} read-only`,
  },
  {
    id: 'network',
    fields: ['networkMode', 'dns'],
    show: ({ networkMode, dns }) => (dns.length === 0 ? networkMode : `${networkMode}, names asked of ${list(dns)}`),
  },
  { id: 'pidNamespace', fields: ['pidMode'], show: (spec) => orDefault(spec.pidMode, 'private') },
  { id: 'ipcNamespace', fields: ['ipcMode'], show: (spec) => spec.ipcMode },
  { id: 'utsNamespace', fields: ['utsMode'], show: (spec) => orDefault(spec.utsMode, 'private') },
  { id: 'userNamespace', fields: ['usernsMode'], show: ({ usernsMode }, node) => userNamespaceText(usernsMode, node) },
  {
    id: 'cgroup',
    fields: ['cgroupnsMode', 'cgroupParent'],
    show: (spec) => `${spec.cgroupnsMode}, parent ${orDefault(spec.cgroupParent, 'engine')}`,
  },
  {
    id: 'cpu',
    fields: ['nanoCpus', 'cpuShares'],
    show: (spec) => `${spec.nanoCpus / 1_000_000_000} cores, ${spec.cpuShares} shares`,
  },
  {
    id: 'memory',
    fields: ['memoryBytes', 'memorySwapBytes', 'shmBytes', 'oomKillDisabled', 'oomScoreAdj'],
    show: (spec) => `${mib(spec.memoryBytes)}, with swap ${mib(spec.memorySwapBytes)}`,
  },
  { id: 'pids', fields: ['pidsLimit'], show: (spec) => String(spec.pidsLimit) },
  {
    id: 'ulimits',
    fields: ['ulimits'],
    show: (spec) => list(spec.ulimits.map(({ name, soft, hard }) => `${name}=${soft}:${hard}`)),
  },
  {
    id: 'tmpfs',
    fields: ['tmpfs'],
    show: (spec) =>
      list(
        spec.tmpfs.map(
          ({ path, sizeBytes, options }) => `${path} ${mib(sizeBytes)}${options.includes('noexec') ? ' noexec' : ''}`,
        ),
      ),
  },
  {
    id: 'mounts',
    fields: ['mounts'],
    show: (spec) =>
      list(
        spec.mounts.map(
          ({ source, target, readOnly, recursive }) =>
            `${source}:${target}:${readOnly ? 'ro' : 'rw'}${recursive ? ' with the mounts below' : ''}`,
        ),
      ),
  },
  { id: 'devices', fields: ['devices'], show: (spec) => list(spec.devices) },
  {
    id: 'sysctls',
    fields: ['sysctls'],
    show: (spec) => list(Object.entries(spec.sysctls).map(([name, value]) => `${name}=${value}`)),
  },
  { id: 'groups', fields: ['groups'], show: (spec) => list(spec.groups) },
  {
    id: 'ports',
    fields: ['ports', 'publishAllPorts'],
    show: (spec) => list(spec.ports.map((port) => `${port.hostIp}:${port.hostPort}->${port.containerPort}`)),
  },
  { id: 'runtime', fields: ['runtime', 'init'], show: (spec) => `${spec.runtime}${spec.init ? ' with init' : ''}` },
  {
    id: 'logs',
    fields: ['logDriver', 'logOptions'],
    show: (spec) =>
      `${spec.logDriver} ${list(Object.entries(spec.logOptions).map(([key, value]) => `${key}=${value}`))}`,
  },
  {
    id: 'restart',
    fields: ['restartPolicy', 'autoRemove'],
    show: (spec) => `${orDefault(spec.restartPolicy, 'no')}, auto-remove ${String(spec.autoRemove)}`,
  },
  { id: 'image', fields: ['imageId'], show: (spec) => spec.imageId },
  {
    id: 'process',
    fields: ['entrypoint', 'command', 'workingDir', 'tty', 'openStdin', 'healthcheck', 'stopSignal'],
    show: (spec) =>
      `${spec.entrypoint[0] ?? 'none'} with ${spec.entrypoint.length + spec.command.length - 1} arguments in ${spec.workingDir}`,
  },
  { id: 'environment', fields: ['env'], show: (spec) => list(spec.env.map(({ name }) => name)) },
  {
    id: 'identity',
    fields: ['containerName', 'identity'],
    show: (spec) =>
      `${spec.containerName} generation ${spec.identity.instanceGeneration} attempt ${spec.identity.attempt}`,
  },
  { id: 'otherSettings', fields: ['unmodelled'], show: (spec) => list(spec.unmodelled) },
];

const SHOWN_LENGTH = 300;
/** A value as status and terminals may show it: escaped, bounded. */
const shown = (text: string): string => shorten(escapeInvisible(text), SHOWN_LENGTH);

/** Each control with what was wanted and what the engine reports; `ok` compares all its fields, not just what is shown. */
export function compareIsolation(input: {
  readonly want: ContainerSpec;
  readonly got: ContainerSpec;
  readonly node: NodeFacts;
}): readonly IsolationControl[] {
  const { got, ...others } = input;
  return compared(got, others);
}

type Others = Omit<Parameters<typeof compareIsolation>[0], 'got'>;

/** Asked several times in each look, about a container that never changes. */
const compared = rememberPerHolder((got: ContainerSpec, { want, node }: Others): readonly IsolationControl[] =>
  ISOLATION_CONTROLS.map(({ id, fields, show }) => {
    const ok = fields.every((key) => sameJson(want[key], got[key]));
    const shownWant = shown(show(want, node));
    const shownGot = shown(show(got, node));
    // The engine reports what it was told, not what the kernel can do: the proof must not claim more than the node has.
    if (id === 'appArmor' && ok && !node.appArmor && want.appArmor !== UNCONFINED) {
      return { id, want: `${shownWant} where available`, got: 'not available on this node', ok };
    }
    if (id === 'seccomp' && !node.seccomp) return { id, want: shownWant, got: 'not available on this node', ok: false };
    return { id, want: shownWant, got: ok || shownWant !== shownGot ? shownGot : `${shownGot} (values differ)`, ok };
  }),
);

/** Which of the two filters that a node may lack a container has, in words. */
export function filtersText({ seccomp, appArmor }: ContainerSpec, node: NodeFacts): string {
  const hasProfile = node.appArmor || appArmor === UNCONFINED;
  const appArmorPart = hasProfile ? appArmorText(appArmor, node) : 'not available on this node';
  return shown(`seccomp ${seccompText(seccomp, node)}, AppArmor ${appArmorPart}`);
}

/** The proof as it stands in status; the digest lets two statuses be compared at a glance. */
export function isolationReport(controls: readonly IsolationControl[]): NonNullable<SessionStatus['isolation']> {
  return { controls: [...controls], digest: digestOf(controls) };
}

const digestOf = rememberByIdentity(
  (controls: readonly IsolationControl[]) => `sha256:${sha256Hex(canonicalJson(controls))}`,
);
