import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ContainerSpec, ImageFacts } from '../../../src/model/container.ts';
import { defaultPolicy, type Policy, policySchema } from '../../../src/model/policy.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import { buildContainer } from '../../../src/plan/build-container.ts';
import { specHashOf } from '../../../src/plan/identity.ts';
import { lockDown } from '../../../src/rules/lock-down.ts';
import { evaluate } from '../../../src/rules/rule.ts';
import { sessionRules } from '../../../src/rules/session-rules.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { aStoredSession, STORY_IMAGE, STORY_INIT_VOLUME, STORY_NODE } from '../../support/story.ts';

const build = (
  change: Partial<SessionSpecInput> = {},
  image: ImageFacts = STORY_IMAGE,
  policy: Policy = defaultPolicy(),
  initVolume: string | null = STORY_INIT_VOLUME,
) => {
  const session = aStoredSession(change);
  const spec = aSessionSpec(change);
  return buildContainer({
    session,
    spec,
    image,
    hostPaths: [],
    node: STORY_NODE,
    attempt: 0,
    policy,
    initVolume,
  });
};

const MIB = 1024 * 1024;
const INIT_OPTIONS = ['run', '--root', '/workspace', '--cpu-seconds', '60', '--spool-bytes', '33554432'];

test('the default session is the profile of security.md 4.1, whole', () => {
  const built = build();
  expect(built).toMatchObject({
    ok: true,
    value: {
      containerName: 'mcps-0d9d2b5e-4a0c-4a63-9d0f-6a9b1c2d3e4f',
      imageId: STORY_IMAGE.id,
      entrypoint: ['/.mcpsession/init'],
      command: INIT_OPTIONS,
      workingDir: '/workspace',
      env: [
        { name: 'HOME', value: '/workspace' },
        { name: 'PATH', value: '/usr/bin:/bin' },
      ],
      user: '1001:1001',
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilitiesAdded: [],
      capabilitiesDropped: ['ALL'],
      noNewPrivileges: true,
      networkMode: 'none',
      ipcMode: 'private',
      cgroupnsMode: 'private',
      nanoCpus: 1_000_000_000,
      cpuShares: 256,
      memoryBytes: 536_870_912,
      memorySwapBytes: 536_870_912,
      pidsLimit: 50,
      ulimits: [
        { name: 'core', soft: 0, hard: 0 },
        { name: 'cpu', soft: 60, hard: 60 },
        { name: 'nofile', soft: 1024, hard: 1024 },
      ],
      tmpfs: [
        {
          path: '/tmp',
          sizeBytes: 104_857_600,
          options: ['gid=1001', 'mode=1777', 'nodev', 'noexec', 'nosuid', 'uid=1001'],
        },
        {
          path: '/workspace',
          sizeBytes: 268_435_456,
          options: ['exec', 'gid=1001', 'mode=0770', 'nodev', 'nosuid', 'uid=1001'],
        },
      ],
      mounts: [
        {
          type: 'volume',
          source: STORY_INIT_VOLUME,
          target: '/.mcpsession',
          readOnly: true,
          propagation: '',
          recursive: false,
        },
      ],
      openStdin: true,
      init: false,
      logDriver: 'none',
      logOptions: {},
      restartPolicy: 'no',
      unmodelled: [],
    },
  });
});

test.each<{ name: string; want: Partial<ContainerSpec> }>([
  { name: 'S1.THR.04, S4.T1.04: no network', want: { networkMode: 'none', ports: [], publishAllPorts: false } },
  { name: 'S1.THR.05: a user that is not root, and no group beside its own', want: { user: '1001:1001', groups: [] } },
  { name: 'S4.T2.02: no capability', want: { capabilitiesAdded: [], capabilitiesDropped: ['ALL'] } },
  { name: 'S3.IMP.03, S4.T2.03: a read-only root', want: { readOnlyRootFilesystem: true } },
  {
    name: 'S4.CFG.01: no new privileges, no capability, a read-only root',
    want: { noNewPrivileges: true, capabilitiesDropped: ['ALL'], readOnlyRootFilesystem: true },
  },
  { name: 'S3.T1.02: a quarter of the usual weight for the CPU', want: { cpuShares: 256 } },
  {
    name: 'S1.THR.03, S4.T3.01: bounded CPU, memory and processes, and no swap beside them',
    want: { nanoCpus: 1_000_000_000, memoryBytes: 512 * MIB, memorySwapBytes: 512 * MIB, pidsLimit: 50 },
  },
])('S3.T3.06: who asks for nothing gets $name', ({ want }) => {
  expect(build()).toMatchObject({ ok: true, value: want });
});

test('S3.T2.02, S4.T3.01: all that can be written is of a fixed size, and /tmp is sticky', () => {
  const built = build();
  if (!built.ok) throw new Error('the default session is refused');
  for (const { path, sizeBytes } of built.value.tmpfs) expect(sizeBytes, path).toBeGreaterThan(0);
  expect(built.value.tmpfs.find(({ path }) => path === '/tmp')?.options).toContain('mode=1777');
  expect(built.value.mounts.filter(({ readOnly }) => !readOnly)).toEqual([]);
});

test("the session's variables win over the image's, and a main program replaces the idle one", () => {
  const built = build({ command: ['server'], args: ['--port', '1'], env: [{ name: 'PATH', value: '/opt/bin' }] });
  expect(built).toMatchObject({
    value: {
      entrypoint: ['/.mcpsession/init'],
      command: [...INIT_OPTIONS, '--', 'server', '--port', '1'],
      env: [
        { name: 'HOME', value: '/workspace' },
        { name: 'PATH', value: '/opt/bin' },
      ],
    },
  });
});

test.each([
  { name: 'an image with a VOLUME', image: { ...STORY_IMAGE, volumes: ['/data'] }, change: {}, rule: 'MCPS-320' },
  {
    name: 'an image with a label that other software on the node acts on',
    image: { ...STORY_IMAGE, labels: ['maintainer', 'Traefik.enable'] },
    change: {},
    rule: 'MCPS-322',
  },
  {
    name: 'an image with a label of the operator',
    image: { ...STORY_IMAGE, labels: ['mcpsession.dev/uid'] },
    change: {},
    rule: 'MCPS-322',
  },
  {
    name: 'a runtime that the engine lacks',
    image: STORY_IMAGE,
    change: { security: { runtime: 'runsc' } },
    rule: 'MCPS-108',
  },
  {
    name: 'a host path that is not there',
    image: STORY_IMAGE,
    change: { mounts: [{ hostPath: '/opt/x', target: '/x' }] },
    rule: 'MCPS-211',
  },
] as const)('$name is refused on the node with a reason', ({ image, change, rule }) => {
  const built = build(change as Partial<SessionSpecInput>, image);
  expect(built.ok ? [] : built.error.map((violation) => violation.rule)).toEqual([rule]);
});

test('labels that only describe an image are fine', () => {
  const labels = ['local.mcps.recipe', 'maintainer', 'org.opencontainers.image.source', 'traefikless'];
  expect(build({}, { ...STORY_IMAGE, labels }).ok).toBe(true);
});

test('a mount never takes the mounts below its source along', () => {
  const change: Partial<SessionSpecInput> = { mounts: [{ hostPath: '/opt/x', target: '/x' }] };
  const built = buildContainer({
    session: aStoredSession(change),
    spec: aSessionSpec(change),
    image: STORY_IMAGE,
    hostPaths: [{ asked: '/opt/x', resolved: '/opt/y', kind: 'directory', identity: null }],
    node: STORY_NODE,
    attempt: 0,
    policy: defaultPolicy(),
    initVolume: null,
  });
  expect(built).toMatchObject({ ok: true, value: { mounts: [{ source: '/opt/y', recursive: false }] } });
});

test('a privileged session says that seccomp and AppArmor are off, because the engine switches them off', () => {
  const built = build({ security: { privileged: true } });
  expect(built).toMatchObject({ ok: true, value: { privileged: true, seccomp: 'Unconfined', appArmor: 'Unconfined' } });
  const policy = policySchema.parse({ privileged: { allow: true } });
  expect(built.ok && lockDown(built.value, policy)).toMatchObject({ ok: true });
});

test('an image without a registry digest is refused where policy says so', () => {
  const local = { ...STORY_IMAGE, repoDigests: [] };
  expect(build({}, local).ok).toBe(true);
  const refused = build({}, local, policySchema.parse({ images: { allowLocal: false } }));
  expect(refused.ok ? [] : refused.error.map(({ rule }) => rule)).toEqual(['MCPS-321']);
});

/** Specs around the edge of what the rules accept. */
const specs = fc.record({
  user: fc.record({ uid: fc.integer({ min: 0, max: 70_000 }), gid: fc.integer({ min: 0, max: 70_000 }) }),
  resources: fc.record({
    cpu: fc.constantFrom('10m', '500m', '1', '4', '5', '0'),
    memory: fc.constantFrom('1Mi', '64Mi', '512Mi', '2Gi', '3Gi'),
    pids: fc.integer({ min: 1, max: 1000 }),
    cpuTimeSeconds: fc.integer({ min: 1, max: 5000 }),
    openFiles: fc.integer({ min: 16, max: 100_000 }),
  }),
  workspace: fc.record({ sizeLimit: fc.constantFrom('0', '1Mi', '256Mi', '4Gi') }),
  security: fc.record({
    privileged: fc.boolean(),
    capabilities: fc.record({ add: fc.subarray(['SYS_ADMIN', 'cap_net_raw', 'NET_BIND_SERVICE']) }),
    pidMode: fc.constantFrom('', 'host', 'container:x'),
    networkMode: fc.constantFrom('', 'none', 'host', 'bridge'),
  }),
  command: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }),
});

test('without the session init the main program is PID 1, and an idle session sleeps by its own image', () => {
  const alone = (change: Partial<SessionSpecInput>) => build(change, STORY_IMAGE, defaultPolicy(), null);
  const idle = { entrypoint: ['sleep'], command: ['2147483647'], openStdin: false, init: true, logDriver: 'json-file' };
  expect(alone({})).toMatchObject({ value: { ...idle, mounts: [] } });
  const server = { entrypoint: ['server'], command: ['--port', '1'] };
  expect(alone({ command: ['server'], args: ['--port', '1'] })).toMatchObject({ value: server });
});

test('PID 1 has at least a minute of processor time, and commands what the session asks for', () => {
  const built = build({ resources: { cpuTimeSeconds: 5 } });
  const cpu = { name: 'cpu', soft: 60, hard: 60 };
  expect(built.ok && built.value.ulimits).toContainEqual(cpu);
  expect(built.ok && built.value.command).toContain('5');
  expect(built.ok && lockDown(built.value, policySchema.parse({ limits: { maxCpuTimeSeconds: 10 } })).ok).toBe(true);
});

test('kept output takes at most an eighth of the memory', () => {
  const built = build({ resources: { memory: '64Mi' } });
  expect(built.ok && built.value.command).toContain(String(8 * 1024 * 1024));
});

test('whatever the session rules accept, the container rules accept too', () => {
  fc.assert(
    fc.property(specs, (change) => {
      const spec = aSessionSpec(change);
      const { violations } = evaluate(sessionRules, { spec, labels: {}, annotations: {} }, defaultPolicy());
      if (violations.length > 0) return;
      const built = build(change);
      expect(built.ok && lockDown(built.value, defaultPolicy())).toMatchObject({ ok: true });
    }),
    { numRuns: 300 },
  );
});

test('the hash of a spec ignores what may change and what is default, and nothing else', () => {
  const plain = specHashOf(aSessionSpec());
  expect(specHashOf(aSessionSpec({ lifetime: { ttlSeconds: 5 }, operatingMode: 'Suspended' }))).toBe(plain);
  expect(specHashOf(aSessionSpec({ resources: { pids: 50 } }))).toBe(plain);
  expect(specHashOf(aSessionSpec({ resources: { pids: 51 } }))).not.toBe(plain);
  expect(specHashOf(aSessionSpec({ env: [{ name: 'A', value: 'b' }] }))).not.toBe(plain);
});
