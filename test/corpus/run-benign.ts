// A benign spec through the pure core to its container, compared with what was asked for by hand: nothing added, nothing lost,
// nothing bounded. The expectation is written from the engine's terms (security.md 4), not from the builder.

import type { ContainerSpec } from '../../src/model/container.ts';
import { type SessionSpec, sessionSpecSchema } from '../../src/model/session-spec.ts';
import { aWorld, runToRest } from '../support/story.ts';
import type { CorpusCase } from './case.ts';
import { policiesFor, storedSession } from './gates.ts';

const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 1, m: 0.001, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** By floating point, unlike the product; the quantities of the corpus are exact in it. */
function amount(quantity: string): number {
  const [, digits = '', unit = ''] = /^([0-9.]+)([a-zA-Z]*)$/.exec(quantity) ?? [];
  return Number(digits) * (UNITS[unit] ?? Number.NaN);
}

/** What differs between the spec and its container; the container is null for one that is not to run. */
export function runBenign(given: CorpusCase): { readonly problems: readonly string[] } {
  const session = storedSession(given);
  const { spec } = session;
  if (spec === null) return { problems: ['the spec is not one'] };
  const problems = unalteredProblems(given, spec);
  const world = aWorld({ session, policy: policiesFor(given).enforce.policy });
  runToRest(world);
  const container = world.containers?.[0]?.spec ?? null;
  if (spec.operatingMode === 'Suspended') return { problems: container === null ? problems : [...problems, 'it runs'] };
  if (container === null) return { problems: [...problems, `no container: ${world.lines.join('; ')}`] };
  return { problems: [...problems, ...expectedDifferences(expectedContainer(spec), foundContainer(spec, container))] };
}

/** Every value that was written is in the parsed spec as it was written. */
function unalteredProblems(given: CorpusCase, spec: SessionSpec): readonly string[] {
  const kept = JSON.stringify(onlyAsked(spec, given.spec)) === JSON.stringify(given.spec);
  const again = JSON.stringify(sessionSpecSchema.parse(spec)) === JSON.stringify(spec);
  return [...(kept ? [] : ['the spec was altered']), ...(again ? [] : ['parsing twice is not parsing once'])];
}

/** The part of `whole` that `asked` names, in its order. */
function onlyAsked(whole: unknown, asked: unknown): unknown {
  if (Array.isArray(asked) && Array.isArray(whole)) {
    return whole.map((item: unknown, index) => onlyAsked(item, asked[index]));
  }
  if (typeof asked !== 'object' || asked === null || typeof whole !== 'object' || whole === null) return whole;
  const fields = whole as Readonly<Record<string, unknown>>; // an object, just seen
  return Object.fromEntries(Object.entries(asked).map(([key, value]) => [key, onlyAsked(fields[key], value)]));
}

/** Differences are found by comparing text. */
export const byName = (entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> =>
  Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));

export interface ExpectedContainer {
  readonly user: string;
  readonly workingDir: string;
  readonly argv: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Nano CPUs, memory, memory and swap, processes. */
  readonly limits: readonly number[];
  /** Soft and hard. */
  readonly openFiles: readonly number[];
  readonly directories: readonly { readonly path: string; readonly sizeBytes: number }[];
  readonly mounts: readonly {
    readonly source: string | undefined;
    readonly target: string;
    readonly readOnly: boolean;
  }[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly privileges: {
    readonly privileged: boolean;
    readonly added: readonly string[];
    readonly dropped: readonly string[];
    readonly readOnlyRoot: boolean;
    readonly noNewPrivileges: boolean;
  };
  /** Mode, published ports, whether all are published. */
  readonly network: readonly unknown[];
  /** Process, IPC, host name, user and cgroup namespace, parent cgroup. */
  readonly namespaces: readonly string[];
  readonly devices: readonly unknown[];
  readonly init: boolean;
}

/** One sentence for each setting that is not as expected. */
export function expectedDifferences(wanted: ExpectedContainer, found: ExpectedContainer): readonly string[] {
  return Object.entries(wanted).flatMap(([key, value]) => {
    const got: unknown = found[key as keyof ExpectedContainer]; // both have the same keys
    return JSON.stringify(got) === JSON.stringify(value)
      ? []
      : [`${key}: wanted ${JSON.stringify(value)}, got ${JSON.stringify(got)}`];
  });
}

const byPath = <T extends { readonly path: string }>(list: readonly T[]): readonly T[] =>
  [...list].sort((left, right) => (left.path < right.path ? -1 : 1));

/** Written from the engine's terms (security.md 4), not from the builder. */
export function expectedContainer(spec: SessionSpec): ExpectedContainer {
  const { resources, user, workspace } = spec;
  const memory = Math.ceil(amount(resources.memory));
  return {
    user: `${user.uid}:${user.gid}`,
    workingDir: spec.workingDir,
    argv: [...spec.command, ...spec.args],
    env: spec.env.map(({ name, value }) => ({ name, value })),
    limits: [Math.round(amount(resources.cpu) * 1e9), memory, memory, resources.pids],
    openFiles: [resources.openFiles, resources.openFiles],
    directories: byPath([
      { path: '/workspace', sizeBytes: Math.ceil(amount(workspace.sizeLimit)) },
      ...spec.tmpfs.map(({ path, sizeLimit }) => ({ path, sizeBytes: Math.ceil(amount(sizeLimit)) })),
    ]),
    mounts: spec.mounts.map(({ hostPath, target }) => ({ source: hostPath, target, readOnly: true })),
    sysctls: byName(spec.security.sysctls.map(({ name, value }) => [name.split('/').join('.'), value])),
    privileges: { privileged: false, added: [], dropped: ['ALL'], readOnlyRoot: true, noNewPrivileges: true },
    network: ['none', [], false],
    namespaces: ['', 'private', '', '', 'private', ''],
    devices: [],
    init: spec.sessionInit === 'Enabled',
  };
}

function foundContainer(spec: SessionSpec, container: ContainerSpec): ExpectedContainer {
  const init = container.mounts.find(({ target }) => target === '/.mcpsession');
  const asked = new Map(container.env.map(({ name, value }) => [name, value]));
  const nofile = container.ulimits.find(({ name }) => name === 'nofile');
  return {
    user: container.user,
    workingDir: container.workingDir,
    argv: mainArgv(spec, container),
    env: spec.env.map(({ name }) => ({ name, value: asked.get(name) })),
    limits: [container.nanoCpus, container.memoryBytes, container.memorySwapBytes, container.pidsLimit],
    openFiles: [nofile?.soft ?? 0, nofile?.hard ?? 0],
    directories: container.tmpfs.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
    mounts: container.mounts
      .filter((mount) => mount !== init)
      .map(({ source, target, readOnly }) => ({ source, target, readOnly })),
    sysctls: byName(Object.entries(container.sysctls)),
    privileges: {
      privileged: container.privileged,
      added: [...container.capabilitiesAdded],
      dropped: [...container.capabilitiesDropped],
      readOnlyRoot: container.readOnlyRootFilesystem,
      noNewPrivileges: container.noNewPrivileges,
    },
    network: [container.networkMode, container.ports, container.publishAllPorts],
    namespaces: [
      ...[container.pidMode, container.ipcMode, container.utsMode, container.usernsMode],
      ...[container.cgroupnsMode, container.cgroupParent],
    ],
    devices: [...container.devices],
    init: init !== undefined,
  };
}

/** The session's own program and its arguments, behind the session init or in its place; none for an idle session. */
function mainArgv(spec: SessionSpec, { entrypoint, command }: ContainerSpec): readonly string[] {
  if (spec.sessionInit === 'Enabled') {
    const separator = command.indexOf('--');
    return separator === -1 ? [] : command.slice(separator + 1);
  }
  return spec.command.length === 0 ? [] : [...entrypoint, ...command];
}
