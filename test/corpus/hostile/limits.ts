// Users, resources and lifetimes (security.md 11 classes 9 and 10; K-09, K-13, K-14; requirements.md section 6).

import { type CorpusRow, corpusClass, type Spec } from '../case.ts';

const user = (value: unknown): Spec => ({ user: value });
const resources = (value: object): Spec => ({
  resources: value,
  workspace: { sizeLimit: '1' },
  tmpfs: [],
});
const lifetime = (value: object): Spec => ({ lifetime: value });
const rows = (title: string, field: string, values: readonly unknown[]): readonly CorpusRow[] =>
  values.map((value) => ({ title: `${title} ${JSON.stringify(value)}`, spec: resources({ [field]: value }) }));

export const users = corpusClass('users', { want: ['SCHEMA'] }, [
  { title: 'S3.T2.05: root', spec: user({ uid: 0, gid: 0 }), want: ['MCPS-103'] },
  { title: 'S3.T2.05: root with a group', spec: user({ uid: 0, gid: 1001 }), want: ['MCPS-103'] },
  { title: 'S3.T2.05: a user with group root', spec: user({ uid: 1001, gid: 0 }), want: ['MCPS-103'] },
  { title: 'root by the number minus zero', spec: user({ uid: -0 }), want: ['MCPS-103'] },
  ...['root', '0', '00', '+0', ':0', ':', '', '1000:0', 'nobody', '0x0', '0e0', '\u0660', '\uff10'].map((uid) => ({
    title: `a user ${JSON.stringify(uid)}`,
    spec: user({ uid }),
  })),
  ...[-1, 2_147_483_648, 4_294_967_296, 1.5, 2 ** 53, true, [0], {}].map((uid) => ({
    title: `CVE-2024-40635: a user ${JSON.stringify(uid)}`,
    spec: user({ uid }),
  })),
  { title: 'a user as text', spec: user('1000:0') },
  { title: 'a user as a number', spec: user(0) },
  { title: 'more groups', spec: user({ uid: 1001, groups: [0, 105] }) },
  { title: 'more groups beside the user', spec: { groupAdd: ['0'] } },
]);

export const resourceLimits = corpusClass('resources', {}, [
  ...rows('S3.T1.01: CPU', 'cpu', ['0', '0m', '49m', '4001m', '5', '1000000000000', '0.0']).map((row) => ({
    ...row,
    want: ['MCPS-403'],
  })),
  ...rows('S3.T1.01: CPU', 'cpu', [
    '-1',
    '1e3',
    '',
    'NaN',
    'Infinity',
    '1,5',
    '0x1',
    ' 1',
    '1 ',
    '1u',
    '1K',
    2,
    true,
  ]).map((row) => ({ ...row, want: ['SCHEMA'] })),
  { title: 'S3.IMP.01: no memory', spec: resources({ memory: '0' }), want: ['MCPS-404', 'MCPS-407'] },
  ...rows('S3.IMP.01: memory', 'memory', ['1', '63Mi', '67108863', '2049Mi', '2147483649', '3Gi', '16Ti', '0.5']).map(
    (row) => ({ ...row, want: ['MCPS-404'] }),
  ),
  ...rows('S3.IMP.01: memory', 'memory', [
    '-1',
    '1e9',
    '2g',
    '1GiB',
    '1ki',
    '512 Mi',
    '+1Gi',
    '1Ei',
    '',
    'max',
    512,
    '\uff11Gi',
  ]).map((row) => ({ ...row, want: ['SCHEMA'] })),
  ...rows('S3.IMP.02: processes', 'pids', [1, 9, 513, 32_768]).map((row) => ({ ...row, want: ['MCPS-405'] })),
  ...rows('S3.IMP.02: processes', 'pids', [0, -1, 32_769, 1.5, '50', 'max', true]).map((row) => ({
    ...row,
    want: ['SCHEMA'],
  })),
  ...rows('S3.T1.03: processor seconds', 'cpuTimeSeconds', [3601, 86_400]).map((row) => ({
    ...row,
    want: ['MCPS-406'],
  })),
  ...rows('S3.T1.03: processor seconds', 'cpuTimeSeconds', [0, -1, 86_401, 0.5, '60']).map((row) => ({
    ...row,
    want: ['SCHEMA'],
  })),
  ...rows('open files', 'openFiles', [65_537, 1_048_576]).map((row) => ({ ...row, want: ['MCPS-406'] })),
  ...rows('open files', 'openFiles', [15, 1_048_577, -1, 'unlimited']).map((row) => ({ ...row, want: ['SCHEMA'] })),
  ...[
    'memorySwap',
    'shmSize',
    'oomKillDisable',
    'oomScoreAdj',
    'cpuShares',
    'cpusetCpus',
    'blkioWeight',
    'ulimits',
  ].map((key) => ({
    title: `a limit of the engine that no field has: ${key}`,
    spec: resources({ [key]: -1 }),
    want: ['SCHEMA'],
  })),
  ...(['cpu', 'memory', 'pids'] as const).map((field) => ({
    title: `${field} as null`,
    spec: { resources: { [field]: null } },
    want: ['SCHEMA'],
    at: { apiServer: [] },
    because: 'the API server takes null for "not given" and fills in the default before anything is judged',
  })),
]);

export const lifetimes = corpusClass('lifetime', {}, [
  ...[28_801, 86_400, 2_592_000].map((ttlSeconds) => ({
    title: `S4.T3.02: ${ttlSeconds} seconds to live`,
    spec: lifetime({ ttlSeconds }),
    want: ['MCPS-401'],
  })),
  ...[0, -1, 2_592_001, 1.5, '3600', 2 ** 53].map((ttlSeconds) => ({
    title: `S4.T3.02: ${JSON.stringify(ttlSeconds)} seconds to live`,
    spec: lifetime({ ttlSeconds }),
    want: ['SCHEMA'],
  })),
  ...[28_801, 2_592_000].map((idleTimeoutSeconds) => ({
    title: `${idleTimeoutSeconds} seconds idle`,
    spec: lifetime({ idleTimeoutSeconds }),
    want: ['MCPS-402'],
  })),
  {
    title: 'both too long',
    spec: lifetime({ ttlSeconds: 30_000, idleTimeoutSeconds: 30_000 }),
    want: ['MCPS-401', 'MCPS-402'],
  },
  {
    title: 'a startup deadline of an hour and a second',
    spec: lifetime({ startupDeadlineSeconds: 3601 }),
    want: ['SCHEMA'],
  },
  { title: 'no startup deadline', spec: lifetime({ startupDeadlineSeconds: 0 }), want: ['SCHEMA'] },
  { title: 'kept for more than a week', spec: lifetime({ ttlSecondsAfterFinished: 604_801 }), want: ['SCHEMA'] },
  { title: 'a restart policy of the engine', spec: { restartPolicy: 'always' }, want: ['SCHEMA'] },
  { title: 'removal by the engine', spec: { autoRemove: true }, want: ['SCHEMA'] },
  { title: 'a mode nobody knows', spec: { operatingMode: 'Paused' }, want: ['SCHEMA'] },
  { title: 'a failure policy nobody knows', spec: { failurePolicy: 'Always' }, want: ['SCHEMA'] },
]);
