import { expect, test } from 'vitest';
import type { ContainerSpec } from '../../../src/model/container.ts';
import { compareIsolation, ISOLATION_CONTROLS, isolationReport } from '../../../src/plan/isolation.ts';
import { aContainer } from '../../support/container-builder.ts';
import { STORY_NODE } from '../../support/story.ts';

const node = STORY_NODE;
const compare = (got: ContainerSpec) => compareIsolation({ want: aContainer(), got, node });

test('every field of a container belongs to exactly one control', () => {
  const covered = ISOLATION_CONTROLS.flatMap(({ fields }) => fields).sort();
  expect(covered).toEqual(Object.keys(aContainer()).sort());
});

test('the same container passes every control', () => {
  expect(compare(aContainer()).filter(({ ok }) => !ok)).toEqual([]);
});

/** One different value per field; a field without one here fails the test below. */
const different: { readonly [Field in keyof ContainerSpec]: ContainerSpec[Field] } = {
  containerName: 'other',
  identity: { ...aContainer().identity, attempt: 9 },
  imageId: `sha256:${'cd'.repeat(32)}`,
  entrypoint: ['sh'],
  command: ['-c', 'id'],
  workingDir: '/',
  env: [{ name: 'PATH', value: '/evil' }],
  user: '0:0',
  tty: true,
  openStdin: true,
  healthcheck: true,
  stopSignal: 'SIGSTOP',
  privileged: true,
  readOnlyRootFilesystem: false,
  capabilitiesAdded: ['SYS_ADMIN'],
  capabilitiesDropped: [],
  noNewPrivileges: false,
  seccomp: 'Unconfined',
  appArmor: 'Unconfined',
  otherSecurityOptions: ['label=disable'],
  maskedPaths: [],
  readonlyPaths: [],
  networkMode: 'host',
  dns: ['192.0.2.53'],
  pidMode: 'host',
  ipcMode: 'host',
  utsMode: 'host',
  usernsMode: 'host',
  cgroupnsMode: 'host',
  cgroupParent: '/',
  nanoCpus: 0,
  cpuShares: 1024,
  memoryBytes: 0,
  memorySwapBytes: -1,
  pidsLimit: 0,
  ulimits: [],
  shmBytes: 1,
  oomKillDisabled: true,
  oomScoreAdj: -1000,
  tmpfs: [],
  mounts: [{ type: 'bind', source: '/', target: '/host', readOnly: false, propagation: 'rshared', recursive: true }],
  devices: ['/dev/kvm:/dev/kvm'],
  sysctls: { 'net.ipv4.ip_forward': '1' },
  groups: ['docker'],
  ports: [{ containerPort: 80, protocol: 'tcp', hostIp: '', hostPort: 80 }],
  publishAllPorts: true,
  runtime: 'other',
  init: false,
  logDriver: 'syslog',
  logOptions: {},
  restartPolicy: 'always',
  autoRemove: true,
  unmodelled: ['VolumesFrom'],
};

test.each(Object.keys(different) as (keyof ContainerSpec)[])(
  'a different %s fails the control it belongs to',
  (field) => {
    const failed = compare(aContainer({ [field]: different[field] })).filter(({ ok }) => !ok);
    const control = ISOLATION_CONTROLS.find(({ fields }) => fields.includes(field));
    expect(failed.map(({ id }) => id)).toEqual([control?.id]);
  },
);

test('mounts below a mount are part of what the proof shows', () => {
  const bind = { type: 'bind', source: '/srv/a', target: '/a', readOnly: true, propagation: 'rprivate' };
  const want = aContainer({ mounts: [{ ...bind, recursive: false }] });
  const got = aContainer({ mounts: [{ ...bind, recursive: true }] });
  expect(compareIsolation({ want, got, node }).filter(({ ok }) => !ok)).toEqual([
    { id: 'mounts', want: '/srv/a:/a:ro', got: '/srv/a:/a:ro with the mounts below', ok: false },
  ]);
});

test('no shown value holds a character that a terminal acts on', () => {
  const evil = '\u001b[2J\u202e\n\u0007';
  const bad = compare(
    aContainer({
      entrypoint: [evil],
      networkMode: evil,
      user: evil,
      seccomp: evil,
      appArmor: evil,
      unmodelled: [evil],
    }),
  );
  for (const { want, got } of bad) expect(`${want}${got}`).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(bad.find(({ id }) => id === 'user')?.got).toBe('\\u{1b}[2J\\u{202e}\\n\\u{7}');
});

test('a difference that the short text hides is said in words, and no value of a variable is shown', () => {
  const secret = 'hunter2-very-secret';
  const [failed] = compare(aContainer({ env: [{ name: 'PATH', value: secret }] })).filter(({ ok }) => !ok);
  expect(failed).toEqual({ id: 'environment', want: 'PATH', got: 'PATH (values differ)', ok: false });
});

test('on a node without AppArmor the proof does not claim it', () => {
  const controls = compareIsolation({ want: aContainer(), got: aContainer(), node: { ...node, appArmor: false } });
  expect(controls.find(({ id }) => id === 'appArmor')).toEqual({
    id: 'appArmor',
    want: 'RuntimeDefault where available',
    got: 'not available on this node',
    ok: true,
  });
});

test.each<{ given: Partial<typeof node>; shown: string }>([
  { given: {}, shown: 'none: the engine maps no users' },
  { given: { userNamespaces: true }, shown: 'of the engine' },
  { given: { rootless: true }, shown: 'of the rootless engine' },
])('S4.T1.02: the proof says which user namespace the engine gives: $shown', ({ given, shown }) => {
  const controls = compareIsolation({ want: aContainer(), got: aContainer(), node: { ...node, ...given } });
  expect(controls.find(({ id }) => id === 'userNamespace')).toEqual({
    id: 'userNamespace',
    want: shown,
    got: shown,
    ok: true,
  });
});

/** security.md 4.1, the one profile, line by line. */
test.each([
  ['User', 'user', 'user'],
  ['ReadonlyRootfs', 'readOnlyRootFilesystem', 'readOnlyRoot'],
  ['CapDrop', 'capabilitiesDropped', 'capabilities'],
  ['no-new-privileges', 'noNewPrivileges', 'noNewPrivileges'],
  ['seccomp', 'seccomp', 'seccomp'],
  ['apparmor', 'appArmor', 'appArmor'],
  ['PidsLimit', 'pidsLimit', 'pids'],
  ['Memory', 'memoryBytes', 'memory'],
  ['MemorySwap', 'memorySwapBytes', 'memory'],
  ['NanoCpus', 'nanoCpus', 'cpu'],
  ['NetworkMode', 'networkMode', 'network'],
  ['IpcMode', 'ipcMode', 'ipcNamespace'],
  ['CgroupnsMode', 'cgroupnsMode', 'cgroup'],
  ['Init', 'init', 'runtime'],
  ['Tmpfs', 'tmpfs', 'tmpfs'],
  ['ShmSize', 'shmBytes', 'memory'],
  ['LogConfig', 'logDriver', 'logs'],
  ['RestartPolicy', 'restartPolicy', 'restart'],
  ['AutoRemove', 'autoRemove', 'restart'],
  ['Ulimits', 'ulimits', 'ulimits'],
  ['OomScoreAdj', 'oomScoreAdj', 'memory'],
  ['MaskedPaths', 'maskedPaths', 'maskedPaths'],
  ['ReadonlyPaths', 'readonlyPaths', 'maskedPaths'],
  ['Labels', 'identity', 'identity'],
  ['Image', 'imageId', 'image'],
] as const)('G10: of the one profile, %s is proved by a control', (_setting, field, id) => {
  expect(compare(aContainer({ [field]: different[field] })).filter(({ ok }) => !ok)).toMatchObject([{ id }]);
});

test('on a node without seccomp the proof fails', () => {
  const controls = compareIsolation({ want: aContainer(), got: aContainer(), node: { ...node, seccomp: false } });
  expect(controls.filter(({ ok }) => !ok).map(({ id }) => id)).toEqual(['seccomp']);
});

test('the digest changes with any control', () => {
  const same = isolationReport(compare(aContainer())).digest;
  expect(same).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(isolationReport(compare(aContainer({ privileged: true }))).digest).not.toBe(same);
});
