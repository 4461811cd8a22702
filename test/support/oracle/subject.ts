// What the effect oracle looks at: a container as `docker inspect` prints it, and its first process as the node's kernel shows it.
// The oracle reads both by itself and shares no code with the product, so that one misunderstanding cannot hide in both.

/** Labels of the product, written out here on purpose. */
export const LABELS = {
  session: [
    'mcpsession.dev/cluster',
    'mcpsession.dev/node',
    'mcpsession.dev/uid',
    'mcpsession.dev/namespace',
    'mcpsession.dev/name',
    'mcpsession.dev/instance-generation',
    'mcpsession.dev/attempt',
    'mcpsession.dev/spec-hash',
  ],
  uid: 'mcpsession.dev/uid',
  cluster: 'mcpsession.dev/cluster',
  node: 'mcpsession.dev/node',
  /** On the short-lived containers that carry the session init to the engine. */
  delivery: 'mcpsession.dev/init-delivery',
} as const;

export const SESSION_INIT = '/.mcpsession/init';

export type Settings = Readonly<Record<string, unknown>>;

export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly AppArmorProfile: string;
  readonly State: { readonly Pid: number; readonly Status: string };
  readonly HostConfig: Settings;
  readonly Config: Settings;
  readonly Mounts: readonly Settings[];
  readonly NetworkSettings: { readonly Networks: Settings };
}

export interface VolumeFacts {
  readonly driver: string;
  readonly options: Settings | null;
}

/** Limits as the kernel enforces them, in its own words ("max" or a number); null where this kernel has no such file. */
export interface CgroupTexts {
  readonly memoryBytes: string | null;
  readonly memoryAndSwapBytes: string | null;
  readonly pids: string | null;
  readonly cpuQuotaUs: string | null;
  readonly cpuPeriodUs: string | null;
  /** Of version 1 only; version 2 keeps them in a program of the kernel. */
  readonly devices: string | null;
}

/** Files of /proc/<pid> and what they are compared with, as text. */
export interface ProcessTexts {
  readonly status: string;
  readonly mountinfo: string;
  readonly limits: string;
  readonly oomScoreAdj: string;
  /** Parted by NUL. */
  readonly cmdline: string;
  readonly netDev: string;
  readonly cgroup: string;
  readonly cgroupLimits: CgroupTexts;
  /** For example {"net": "net:[4026532182]"}. */
  readonly namespaces: Readonly<Record<string, string>>;
  readonly nodeNamespaces: Readonly<Record<string, string>>;
  /** Of the paths that must be masked, those that this node has at all. */
  readonly pathsToMask: readonly string[];
  /** Of the paths that must be read-only, those that this node has at all. */
  readonly pathsToProtect: readonly string[];
  /** Null where the kernel has no AppArmor. */
  readonly appArmor: string | null;
}

export interface Subject {
  readonly inspected: Inspected;
  /** Every named volume that the container mounts. */
  readonly volumes: Readonly<Record<string, VolumeFacts>>;
  /** Null when the process does not run, is not visible from here, or ended while it was read. */
  readonly process: ProcessTexts | null;
}

export interface Finding {
  readonly what: string;
  readonly want: string;
  readonly got: string;
}

export interface Difference extends Finding {
  readonly containerId: string;
}

export type Kind = 'session' | 'delivery';

export const labelsOf = ({ Config }: Inspected): Readonly<Record<string, string>> =>
  (Config['Labels'] ?? {}) as Readonly<Record<string, string>>; // the engine's own documented type

export const kindOf = (inspected: Inspected): Kind =>
  LABELS.delivery in labelsOf(inspected) && !(LABELS.uid in labelsOf(inspected)) ? 'delivery' : 'session';

const SHOWN_LENGTH = 160;

/** A value for a message: one line, bounded. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}...`;
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textsOf = (value: unknown): readonly string[] => listOf(value).map(String);
export const recordOf = (value: unknown): Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : {}; // checked here
