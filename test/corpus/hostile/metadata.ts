// Labels, annotations, image references and unknown fields (security.md 11 class 12).

import { PINNED_IMAGE } from '../../support/session-builder.ts';
import { type CorpusRow, corpusClass, type Spec } from '../case.ts';

const UNSEEN = { frontend: [] };
const BECAUSE = 'the front end puts no labels on what it makes';

const KEYS = ['uid', 'cluster', 'node', 'namespace', 'name', 'attempt', 'spec-hash', 'instance-generation', 'anything'];

export const metadata = corpusClass('metadata', { want: ['MCPS-602'] }, [
  ...KEYS.flatMap((key): CorpusRow[] => [
    { title: `label mcpsession.dev/${key}`, labels: { [`mcpsession.dev/${key}`]: 'x' }, at: UNSEEN, because: BECAUSE },
  ]),
  ...['uid', 'approved', 'policy', 'yolo'].map((key) => ({
    title: `S0.C1.20: annotation mcpsession.dev/${key}`,
    annotations: { [`mcpsession.dev/${key}`]: 'true' },
  })),
  {
    title: 'an annotation of the operator in upper case',
    annotations: { 'MCPSESSION.DEV/uid': 'x' },
  },
  {
    title: 'a label of the operator in upper case',
    labels: { 'MCPSESSION.DEV/uid': 'x' },
    at: { ...UNSEEN, apiServer: ['SCHEMA'] },
    because: `${BECAUSE}; Kubernetes has no labels with such a prefix`,
  },
  ...['alice', '', 'system:serviceaccount:mcpsession-system:mcpsession-frontend'].map((owner) => ({
    title: `S1.AUD: owner ${JSON.stringify(owner)}`,
    annotations: { 'mcpsession.dev/owner': owner },
    want: [],
    at: { webhook: ['MCPS-601'], apiServer: ['MCPS-601'] },
    because: 'only the API server knows who asks',
  })),
]);

const image = (text: unknown): Spec => ({ image: text });

export const images = corpusClass('images', { want: ['MCPS-301'] }, [
  ...[
    'Python:3.13',
    'docker.io/Library/python',
    'UPPER',
    'a//b',
    '/a',
    'a/',
    '../x',
    './x',
    'a/../b',
    'a b',
    ' python',
  ].map((text) => ({ title: `image ${JSON.stringify(text)}`, spec: image(text) })),
  ...[
    'python ',
    'python\n',
    'python\u0000',
    'pyth\u200bon',
    'p\u0443thon',
    'http://x/y',
    'docker://python',
    '@sha256:ab',
  ].map((text) => ({ title: `image ${JSON.stringify(text)}`, spec: image(text) })),
  ...[
    'user:pw@registry.example/x',
    'python@sha256:abcd',
    `python@md5:${'a'.repeat(32)}`,
    'python:',
    'python:-x',
    'a:b:c',
  ].map((text) => ({ title: `image ${JSON.stringify(text)}`, spec: image(text) })),
  ...[
    '0123456789ab',
    'ab'.repeat(32),
    `sha256:${'ab'.repeat(32)}`,
    'registry.example:99999999/x',
    '-x',
    'x-',
    '$(id)',
  ].map((text) => ({ title: `image ${JSON.stringify(text)}`, spec: image(text) })),
  ...[`python@sha256:${'AB'.repeat(32)}`, `${'a/'.repeat(130)}b`, 'python;id', 'registry_x.example/y:1', 'x:tag/y'].map(
    (text) => ({
      title: `image ${JSON.stringify(text).slice(0, 60)}`,
      spec: image(text),
    }),
  ),
  ...['', null, 5, ['python'], 'a'.repeat(513)].map((value) => ({
    title: `image ${JSON.stringify(value).slice(0, 40)}`,
    spec: image(value),
    want: ['SCHEMA'],
  })),
  { title: 'a second image', spec: { image: PINNED_IMAGE, Image: 'evil' }, want: ['SCHEMA'] },
  { title: 'another platform', spec: { platform: 'linux/arm64' }, want: ['SCHEMA'] },
]);

const REGISTRIES = [
  ...['169.254.169.254', '127.0.0.1:5000', '10.0.0.1', '192.168.1.1:443', '0x7f.1', '0177.0.0.1', '127.1', '0.0.0.0'],
  ...[
    '2130706433:80',
    '0xa9fea9fe:80',
    '100.100.100.200',
    'localhost',
    'localhost:2375',
    'x.localhost',
    'registry:5000',
  ],
  ...['metadata.google.internal', 'kubernetes.default.svc', 'registry.x.svc.cluster.local:5000', '999.999.999.999'],
];

export const registries = corpusClass('registries', { want: ['MCPS-325'] }, [
  ...REGISTRIES.map((host) => ({
    title: `S3.IMP.04, S4.SCN.04: the engine would fetch from ${host}`,
    spec: image(`${host}/team/tool@sha256:${'ab'.repeat(32)}`),
  })),
  ...['registry.example:0/x', 'registry.example:65536/x', 'registry.example:00080/x'].map((text) => ({
    title: `image ${text}`,
    spec: image(text),
    want: ['MCPS-301'],
  })),
]);

const labels = (count: number): Spec => ({
  nodeSelector: Object.fromEntries(Array.from({ length: count }, (_, index) => [`label-${index}`, 'x'])),
});

export const nodeSelectors = corpusClass('node-selectors', { want: ['SCHEMA'] }, [
  { title: 'S2.STR.01: 33 labels of a node', spec: labels(33) },
  { title: 'S2.STR.01: a label with a key of 318 characters', spec: { nodeSelector: { ['k'.repeat(318)]: 'x' } } },
  { title: 'S2.STR.01: a label with a value of 64 characters', spec: { nodeSelector: { k: 'x'.repeat(64) } } },
]);

/** S0.C2.02: fields of the engine, of pods and of nobody; the closed schema knows none of them. */
export const unknownFields = corpusClass('unknown-fields', { want: ['SCHEMA'] }, [
  ...['yolo', 'yoloMode', 'safetyYoloMode', 'policy', 'profile'].map((key) => ({
    title: `S0.C1.20: ${key} of a spec`,
    spec: { [key]: true },
  })),
  ...[
    'privileged',
    'hostNetwork',
    'hostPID',
    'hostIPC',
    'securityContext',
    'containers',
    'initContainers',
    'volumes',
  ].map((key) => ({ title: `a field of a pod: ${key}`, spec: { [key]: true } })),
  ...[
    'HostConfig',
    'Binds',
    'binds',
    'Privileged',
    'capAdd',
    'cap_add',
    'CapAdd',
    'devices',
    'Runtime',
    'entrypoint',
  ].map((key) => ({ title: `S0.C2.02: a field of the engine: ${key}`, spec: { [key]: ['x'] } })),
  ...['logConfig', 'healthcheck', 'stopSignal', 'stopTimeout', 'tty', 'annotations', 'cgroup', 'isolation', 'init'].map(
    (key) => ({ title: `S0.C2.02: a field of the engine: ${key}`, spec: { [key]: 'x' } }),
  ),
  ...[
    'maskedPaths',
    'readonlyPaths',
    'readOnlyRootFilesystem',
    'allowPrivilegeEscalation',
    'capDrop',
    'noNewPrivileges',
  ].map((key) => ({ title: `S0.C2.02: a field of security: ${key}`, spec: { security: { [key]: [] } } })),
  ...['Privileged', 'PRIVILEGED', 'privileged ', 'privileged\u0000', 'pr\u0131vileged', 'privi\u017feged'].map(
    (key) => ({
      title: `S0.C2.02: another spelling of privileged: ${JSON.stringify(key)}`,
      spec: { security: { [key]: true } },
    }),
  ),
  {
    title: 'labels of a node that no object can have',
    spec: { nodeSelector: Object.fromEntries([['__proto__', 'a']]) },
  },
  {
    title: '33 labels of a node',
    spec: { nodeSelector: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`a${index}`, 'x'])) },
  },
  { title: 'labels of a node as a list', spec: { nodeSelector: ['zone=a'] } },
  { title: 'security as a list', spec: { security: [] } },
  { title: 'security as text', spec: { security: 'privileged' } },
  { title: 'env as an object', spec: { env: { A: 'x' } } },
  { title: 'command as text', spec: { command: 'sh -c id' } },
]);
