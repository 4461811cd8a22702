// Benign twins of the workload classes: images, users, limits, lifetimes, isolation said out loud, labels, networks.

import { type CorpusRow, corpusClass, type Spec } from '../case.ts';

const DIGEST = `@sha256:${'cd'.repeat(32)}`;

const PINNED = [
  ...[
    'python:3.13-slim',
    'node:22-alpine',
    'golang:1.25',
    'debian:stable-slim',
    'alpine:3.22',
    'ubuntu:24.04',
    'rust:1',
  ],
  ...['docker.io/library/python', 'ghcr.io/org/tool:v1.2.3', 'quay.io/org/tool', 'registry.example:5000/team/tool:1'],
  ...['mcr.microsoft.com/playwright:v1.50.0-noble', 'public.ecr.aws/docker/library/redis:8', 'gcr.io/distroless/base'],
  ...['registry.k8s.io/pause:3.10', 'mcp/fetch', 'etc/passwd', 'root/privileged:host', 'a/b/c/d/e', 'x--y/z__w/a.b-c'],
];
const TAGGED = ['python', 'python:3.13', 'node:latest', 'ghcr.io/org/tool', 'registry.example/x/y:sha-1234567'];

export const images = corpusClass('benign-images', {}, [
  ...PINNED.map((image) => ({ title: `image ${image}`, spec: { image: `${image}${DIGEST}` } })),
  { title: 'S4.SCN.04: a registry at a public address', spec: { image: `8.8.8.8:5000/x${DIGEST}` } },
  { title: 'S4.SCN.04: an image that only the node has', spec: { image: `mcps.local/tool${DIGEST}` } },
  { title: 'a digest of 512 bits', spec: { image: `python@sha512:${'cd'.repeat(64)}` } },
  ...TAGGED.map((image) => ({ title: `image ${image}, which is not pinned`, spec: { image }, warns: ['MCPS-310'] })),
]);

const limits = (value: object): Spec => ({ resources: value });

export const resources = corpusClass('benign-resources', {}, [
  ...['50m', '100m', '0.5', '1', '1.5', '2', '1000m', '0.123456789'].map((cpu) => ({
    title: `S3.T1.01: CPU ${cpu}`,
    spec: limits({ cpu }),
    ...(['50m', '0.5', '1.5', '2'].includes(cpu) ? { runs: true as const } : {}),
  })),
  ...['3', '4', '4000m', '4.0'].map((cpu) => ({ title: `K-14: CPU ${cpu}`, spec: limits({ cpu }) })),
  ...['512Mi', '512M', '1Gi', '2Gi', '2048Mi', '2147483648', '0.5Gi', '1.999Gi', '2G', '1073741824'].map((memory) => ({
    title: `K-14, S3.IMP.01: memory ${memory}`,
    spec: limits({ memory }),
    ...(['1Gi', '0.5Gi', '512M'].includes(memory) ? { runs: true as const } : {}),
  })),
  {
    title: 'the least memory',
    spec: {
      ...limits({ memory: '64Mi' }),
      workspace: { sizeLimit: '16Mi' },
      tmpfs: [{ path: '/tmp', sizeLimit: '16Mi' }],
    },
    runs: true,
  },
  ...[10, 50, 100, 512].map((pids) => ({
    title: `S3.IMP.02: ${pids} processes`,
    spec: limits({ pids }),
    runs: true as const,
  })),
  ...[1, 60, 3600].map((cpuTimeSeconds) => ({
    title: `K-09: ${cpuTimeSeconds} processor seconds`,
    spec: limits({ cpuTimeSeconds }),
    runs: true as const,
  })),
  ...[64, 1024, 4096].map((openFiles) => ({
    title: `${openFiles} open files`,
    spec: limits({ openFiles }),
    runs: true as const,
  })),
  { title: '65536 open files, which an engine with fewer of its own cannot give', spec: limits({ openFiles: 65_536 }) },
  ...[
    { uid: 1, gid: 1 },
    { uid: 1000, gid: 1000 },
    { uid: 65_534, gid: 65_534 },
    { uid: 2_147_483_647, gid: 2_147_483_647 },
    { uid: 4242 },
    {},
  ].map((user) => ({ title: `K-06: user ${JSON.stringify(user)}`, spec: { user }, runs: true as const })),
]);

export const lifetimes = corpusClass('benign-lifetime', {}, [
  ...[60, 3600, 28_800].map((ttlSeconds) => ({
    title: `S4.T3.02: ${ttlSeconds} seconds to live`,
    spec: { lifetime: { ttlSeconds } },
    ...(ttlSeconds === 60 ? {} : { runs: true as const }),
  })),
  { title: 'one second to live', spec: { lifetime: { ttlSeconds: 1 } } },
  ...[0, 60, 28_800].map((idleTimeoutSeconds) => ({
    title: `${idleTimeoutSeconds} seconds idle`,
    spec: { lifetime: { idleTimeoutSeconds } },
    runs: true as const,
  })),
  { title: 'deleted at once after its end', spec: { lifetime: { ttlSecondsAfterFinished: 0 } }, runs: true },
  { title: 'a long startup', spec: { lifetime: { startupDeadlineSeconds: 3600 } }, runs: true },
  { title: 'started suspended', spec: { operatingMode: 'Suspended' } },
  {
    title: 'S2.STR.01: 32 labels of a node',
    spec: { nodeSelector: Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`label-${index}`, 'x'])) },
  },
  { title: 'restarted when it ends', spec: { failurePolicy: 'Recreate' }, runs: true },
  { title: 'without the session init', spec: { sessionInit: 'Disabled' }, runs: true },
]);

const security = (value: object, runs?: true): Pick<CorpusRow, 'spec' | 'runs'> => ({
  spec: { security: value },
  ...(runs === undefined ? {} : { runs }),
});

export const isolation = corpusClass('benign-isolation', {}, [
  { title: 'S0.C2.11: not privileged, said out loud', ...security({ privileged: false }, true) },
  { title: 'no capability, said out loud', ...security({ capabilities: { add: [] } }, true) },
  { title: 'no network, said out loud', ...security({ networkMode: 'none' }, true) },
  { title: 'a private IPC namespace, said out loud', ...security({ ipcMode: 'private' }, true) },
  { title: 'a private cgroup namespace, said out loud', ...security({ cgroupnsMode: 'private' }, true) },
  {
    title: 'the default profiles, said out loud',
    ...security({ seccompProfile: 'RuntimeDefault', appArmorProfile: 'RuntimeDefault' }, true),
  },
  { title: 'the default runtime, said out loud', ...security({ runtime: 'runc' }, true) },
  ...['no-new-privileges', 'no-new-privileges:true', 'no-new-privileges=true'].map((option) => ({
    title: `S0.C2.07: security option ${option}`,
    ...security({ securityOpt: [option] }, true),
  })),
  { title: 'an empty security', ...security({}, true) },
  { title: 'no network, ports or egress', spec: { network: { mode: 'none', ports: [], egress: [] } }, runs: true },
  {
    title: 'empty lists everywhere',
    spec: { command: [], args: [], env: [], mounts: [], imagePullSecrets: [] },
    runs: true,
  },
  { title: 'K-13: nothing but an image', runs: true },
]);

const label = (key: string, value = 'x'): CorpusRow => ({ title: `label ${key}`, labels: { [key]: value } });

export const metadata = corpusClass('benign-metadata', {}, [
  ...[
    'app',
    'team',
    'app.kubernetes.io/name',
    'user.mcpsession.dev/ticket',
    'example.com/privileged',
    'mcpsession',
  ].map((key) => label(key)),
  ...['notmcpsession.dev/uid', 'mcpsession.dev.example/uid', 'mcpsession.development/uid', 'mcpsession.devs/uid'].map(
    (key) => label(key),
  ),
  {
    title: 'annotations of other tools',
    annotations: { 'example.com/note': '$(id) `id`; <b>', 'kubernetes.io/description': '/etc/shadow' },
  },
  { title: 'a note with a line feed', annotations: { 'user.mcpsession.dev/note': 'two\nlines' } },
]);
