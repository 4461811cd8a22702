// The probe inside a session that a person applies: API server, admission, placement, controller, engine and session init, as
// `mcpsession up` runs them, under the default profile. It is started as any command is, through the MCP front end.

import { rm } from 'node:fs/promises';

import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { BUILD_WITHIN_MS, PROBE, type ProbeImage, probeImage } from '../../probe/image.ts';
import { rawDocker } from '../../support/docker.ts';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { nodeNamespaces } from './node-things.ts';
import {
  ALL_CHECKS,
  type CheckResult,
  CONTAINER_CHECKS,
  ESCAPE_CHECKS,
  failuresOf,
  idsOf,
  parseReport,
} from './probe-report.ts';

const MIB = 1_048_576;

let up: RunningUp;
let image: ProbeImage;
let results: readonly CheckResult[];

beforeAll(async () => {
  [up, image] = await Promise.all([startUp(), probeImage('session')]);
  await start('default');
  results = await probed('default');
}, BUILD_WITHIN_MS);
afterAll(async () => {
  await up.stop();
  await rm(up.stateDir, { recursive: true, force: true });
  await image.remove();
});

/** With nothing but defaults. */
async function start(namespace: string): Promise<void> {
  const session = {
    apiVersion: 'mcpsession.dev/v1alpha1',
    kind: 'McpSession',
    metadata: { name: 'probe', namespace },
    spec: { image: image.reference },
  };
  expect(await up.kubectl(['apply', '-f', '-'], JSON.stringify(session))).toMatchObject({ code: 0 });
  const ready = ['wait', '-n', namespace, '--for=condition=Ready', 'mcps/probe', '--timeout=30s'];
  expect(await up.kubectl(ready)).toMatchObject({ code: 0 });
}

async function outputOf(namespace: string, options: readonly string[]): Promise<string> {
  const client = await up.mcp('modern');
  try {
    const call = { session: 'probe', ns: namespace, argv: [PROBE, ...options] };
    const limits = { timeout_seconds: 120, max_output_bytes: 262_144 };
    const ran = await client.callTool('session_exec', { ...call, ...limits });
    expect(ran.structured, ran.text).toMatchObject({ exit_code: 0, stderr: '', truncated: false });
    return String(ran.structured?.['stdout']);
  } finally {
    await client.close();
  }
}

const probed = async (namespace: string, options: readonly string[] = []): Promise<readonly CheckResult[]> =>
  parseReport(await outputOf(namespace, [`--node-namespaces=${nodeNamespaces()}`, ...options]));

test('the probe makes all its checks in the session', () => {
  expect(idsOf(results)).toEqual(ALL_CHECKS);
});

const failureOf = (id: string): readonly string[] => failuresOf(results.filter((result) => result.id === id));

/** Requirements whose acceptance is what the check sees in the container of a session with nothing but defaults. */
const PROVES: Readonly<Record<string, string>> = {
  L1: 'S3.T1.01',
  L2: 'S3.IMP.01',
  L3: 'S3.IMP.02',
  L4: 'S3.T1.03',
  N2: 'S4.T1.04',
  U1: 'S1.THR.05',
  U3: 'S3.T2.05',
  F1: 'S3.IMP.03, S4.T2.03',
  F4: 'S3.T2.02',
  F5: 'S3.T2.07',
  F6: 'S3.T2.04',
  S1: 'S4.T2.02',
  S2: 'S4.CFG.01',
  S3: 'S3.T4.10',
};
const withRequirements = (ids: readonly string[]) =>
  ids.map((id) => ({ id, proves: PROVES[id] ?? 'no row of its own' }));

describe('S3.T2.08: the 25 checks of a container', () => {
  test.each(withRequirements(CONTAINER_CHECKS))('$id holds ($proves)', ({ id }) => expect(failureOf(id)).toEqual([]));
});

describe('S3.NXT.04, S1.THR.01: the 40 checks for ways out (security.md 4.8)', () => {
  test.each(ESCAPE_CHECKS)('%s holds', (id) => expect(failureOf(id)).toEqual([]));
});

test.each([
  ['/tmp', `${100 * MIB} ENOSPC`],
  ['/workspace', `${256 * MIB} ENOSPC`],
  ['/opt', '0 EROFS'],
])('S4.T3.01: what can be written to %s is bounded: %s', async (directory, want) => {
  expect((await outputOf('default', ['--fill', directory])).trim()).toBe(want);
});

/** Typed as any by dockerode. */
const optionsOf = ({ HostConfig }: Docker.ContainerInspectInfo): readonly string[] =>
  HostConfig.SecurityOpt as string[];

test.each<readonly [flag: string, seen: (container: Docker.ContainerInspectInfo) => unknown, want: unknown]>([
  ['--memory', ({ HostConfig }) => HostConfig.Memory, 536_870_912],
  ['--memory-swap', ({ HostConfig }) => HostConfig.MemorySwap, 536_870_912],
  ['--cpus', ({ HostConfig }) => HostConfig.NanoCpus, 1_000_000_000],
  ['--pids-limit', ({ HostConfig }) => HostConfig.PidsLimit, 50],
  ['--read-only', ({ HostConfig }) => HostConfig.ReadonlyRootfs, true],
  [
    '--tmpfs /tmp',
    ({ HostConfig }) => (HostConfig.Tmpfs as Record<string, string>)['/tmp']?.split(',').sort(),
    ['gid=1001', 'mode=1777', 'nodev', 'noexec', 'nosuid', 'size=104857600', 'uid=1001'],
  ],
  ['--cap-drop', ({ HostConfig }) => HostConfig.CapDrop as unknown, ['ALL']],
  ['--security-opt no-new-privileges', (container) => optionsOf(container).includes('no-new-privileges:true'), true],
  [
    '--security-opt seccomp',
    (container) => optionsOf(container).some((option) => option.startsWith('seccomp={')),
    true,
  ],
  ['--security-opt apparmor', (container) => optionsOf(container).includes('apparmor=unconfined'), false],
  ['--network', ({ HostConfig }) => HostConfig.NetworkMode, 'none'],
])('S3.DEP.04: the engine was told %s', async (_flag, seen, want) => {
  const [{ id } = { id: '' }] = await up.containers();
  const container = await rawDocker().getContainer(id).inspect();
  expect(seen(container)).toEqual(want);
});

test('S1.THR.01: under the profile development a session that asks for nothing is as closed as any', async () => {
  const namespace = 'development';
  const caller = ['--clusterrole=cluster-admin', '--serviceaccount=default:mcpsession-client'];
  for (const args of [
    ['create', 'namespace', namespace],
    ['label', 'namespace', namespace, 'mcpsession.dev/profile=development'],
    ['create', 'rolebinding', 'caller', '-n', namespace, ...caller],
  ]) {
    expect(await up.kubectl(args)).toMatchObject({ code: 0 });
  }
  await start(namespace);
  const seen = await probed(namespace, ['--brief']);
  expect(idsOf(seen)).toEqual(ALL_CHECKS);
  expect(failuresOf(seen)).toEqual([]);
});
