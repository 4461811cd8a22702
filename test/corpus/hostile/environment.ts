// Environment variables: names that hijack programs, values that a shell could act on, sources (security.md 4.4; S0.H1).

import { corpusClass, type Spec } from '../case.ts';

const env = (name: string, value = 'x'): Spec => ({ env: [{ name, value }] });

const LOADER = ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT', 'LD_DEBUG', 'GLIBC_TUNABLES', 'GCONV_PATH'];
const SHELL = ['BASH_ENV', 'ENV', 'PROMPT_COMMAND', 'IFS', 'PS4', 'SHELLOPTS', 'BASHOPTS', 'BASH_FUNC_x'];
const LANGUAGES = [
  'NODE_OPTIONS',
  'PYTHONSTARTUP',
  'PYTHONPATH',
  'PYTHONHOME',
  'PERL5OPT',
  'PERL5LIB',
  'RUBYOPT',
  'RUBYLIB',
];
const TOOLS = [
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'DOCKER_HOST',
  'KUBECONFIG',
  'KUBERNETES_SERVICE_HOST',
  'NVIDIA_VISIBLE_DEVICES',
];
const RUNTIME = ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID', '_LIBCONTAINER_INITTYPE'];
const MORE = [
  ...[
    'JAVA_TOOL_OPTIONS',
    'JDK_JAVA_OPTIONS',
    'NODE_PATH',
    'PERLLIB',
    'PERL5SHELL',
    'LUA_INIT',
    'DYLD_INSERT_LIBRARIES',
  ],
  ...['GIT_EXTERNAL_DIFF', 'GIT_CONFIG_COUNT', 'GIT_CONFIG_KEY_0', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_PARAMETERS'],
  ...['GIT_EXEC_PATH', 'GIT_ASKPASS', 'SSH_ASKPASS', 'LESSOPEN', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'CONTAINER_HOST'],
];
const OURS = ['MCP_TOKEN', 'MCPSESSION_URL', 'MCP_'];

export const environmentNames = corpusClass('environment-names', { want: ['MCPS-603'] }, [
  ...[...LOADER, ...SHELL, ...LANGUAGES, ...TOOLS, ...RUNTIME, ...MORE, ...OURS].map((name) => ({
    title: `S0.H1.09: ${name}`,
    spec: env(name),
  })),
  ...['.', '', 'bin', '/usr/bin:', ':/usr/bin', '/usr/bin::/bin', '/usr/bin:./x', '~/bin:/bin'].map((value) => ({
    title: `S0.H1.09: PATH ${JSON.stringify(value)}`,
    spec: env('PATH', value),
  })),
  ...['', '1A', 'A B', 'A=B', 'A\u0000B', '-A', 'A$', 'A;B', '\u00c4', 'A\n', 'LD_PRELOAD '].map((name) => ({
    title: `S0.H1.09: a name ${JSON.stringify(name)}`,
    spec: env(name),
    want: ['SCHEMA'],
  })),
  { title: 'a name of 257 characters', spec: env('A'.repeat(257)), want: ['SCHEMA'] },
]);

const VALUES = [
  ...[
    '$(cat /etc/passwd)',
    '`id`',
    'a;b',
    'a&b',
    'a|b',
    'a\nb',
    'a\rb',
    '$(',
    '; rm -rf /',
    '&& id',
    '|| id',
    'x | sh',
  ],
  ...[
    '$(id)$(id)',
    'ok\n$(id)',
    'a; export X=1',
    'https://x.example/$(id)',
    'https://x.example/`id`',
    "{'a': 1; 'b': 2}",
  ],
  ...[
    '{"a": 1}; id',
    'https://x.example/?a=b&c=d; id',
    'https://x.example/ & id',
    '-----BEGIN X-----\nid\n-----END Y-----',
  ],
  ...['a=b;c=d|e', 'key=value;id', 'postgres://u@h/d\nid', 'x\r\nSet-Cookie: a'],
];

export const environmentValues = corpusClass('environment-values', { want: ['MCPS-606'] }, [
  ...VALUES.map((value) => ({ title: `S0.H1.03, S0.H1.06: ${JSON.stringify(value)}`, spec: env('SETTING', value) })),
  { title: 'a NUL', spec: env('SETTING', 'a\u0000b') },
  { title: 'S0.H1.04: a number', spec: { env: [{ name: 'PORT', value: 8080 }] }, want: ['SCHEMA'] },
  {
    title: 'S0.H1.04: null',
    spec: { env: [{ name: 'PORT', value: null }] },
    want: ['SCHEMA'],
    at: { apiServer: ['MCPS-607'], stored: ['MCPS-607'] },
    because: 'the API server drops null, which leaves a variable without a source',
  },
  { title: 'S0.H1.09: a value of 32769 characters', spec: env('SETTING', 'a'.repeat(32_769)), want: ['SCHEMA'] },
  {
    title: 'S0.H1.09: a value of 32768 characters with four times as many bytes',
    spec: env('SETTING', '\u{1f600}'.repeat(32_768)),
    want: ['MCPS-609'],
  },
]);

export const environmentSources = corpusClass('environment-sources', {}, [
  { title: 'neither value nor source', spec: { env: [{ name: 'A' }] }, want: ['MCPS-607'] },
  {
    title: 'a value and a source',
    spec: { env: [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
    want: ['MCPS-607'],
  },
  ...[
    {
      title: 'two sources',
      valueFrom: { secretKeyRef: { name: 's', key: 'k' }, configMapKeyRef: { name: 's', key: 'k' } },
    },
    { title: 'a source without an object', valueFrom: {} },
    { title: 'a Secret of another namespace', valueFrom: { secretKeyRef: { name: 'team-b/s', key: 'k' } } },
    { title: 'a Secret by a path', valueFrom: { secretKeyRef: { name: '../../kube-system/secrets/s', key: 'k' } } },
    { title: 'a Secret with a query', valueFrom: { secretKeyRef: { name: 's?watch=1', key: 'k' } } },
    { title: 'a Secret in capitals', valueFrom: { secretKeyRef: { name: 'S', key: 'k' } } },
    { title: 'a Secret that looks like another', valueFrom: { secretKeyRef: { name: 'd\u0430ta', key: 'k' } } },
    { title: 'a key with a line break', valueFrom: { secretKeyRef: { name: 's', key: 'k\nx' } } },
    { title: 'a key by a path', valueFrom: { configMapKeyRef: { name: 's', key: '../k' } } },
  ].map(({ title, valueFrom }) => ({ title, spec: { env: [{ name: 'A', valueFrom }] }, want: ['MCPS-604'] })),
  {
    title: 'S0.H1.09: a search path that nobody sees',
    spec: { env: [{ name: 'PATH', valueFrom: { configMapKeyRef: { name: 's', key: 'k' } } }] },
    want: ['MCPS-604'],
  },
  {
    title: 'S0.H1.09: a library that nobody sees',
    spec: { env: [{ name: 'LD_PRELOAD', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
    want: ['MCPS-603'],
  },
  {
    title: 'a Secret without anybody who hands it over',
    spec: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }], sessionInit: 'Disabled' },
    want: ['MCPS-604'],
  },
  { title: 'a pull secret', spec: { imagePullSecrets: [{ name: 'registry' }] }, want: ['MCPS-604'] },
  {
    title: 'a Secret without its name',
    spec: { env: [{ name: 'A', valueFrom: { secretKeyRef: { key: 'k' } } }] },
    want: ['SCHEMA'],
  },
  {
    title: 'a Secret with a namespace beside its name',
    spec: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k', namespace: 'team-b' } } }] },
    want: ['SCHEMA'],
  },
  {
    title: 'the same name twice',
    spec: {
      env: [
        { name: 'A', value: 'x' },
        { name: 'A', value: 'y' },
      ],
    },
    want: ['MCPS-607'],
    at: { apiServer: ['SCHEMA'] },
    because: 'the definition says that env is a map by name',
  },
  {
    title: 'more than a mebibyte in all',
    spec: { env: Array.from({ length: 33 }, (_, index) => ({ name: `A${index}`, value: 'a'.repeat(32_000) })) },
    want: ['MCPS-609'],
  },
  {
    title: '257 variables',
    spec: { env: Array.from({ length: 257 }, (_, index) => ({ name: `A${index}`, value: 'x' })) },
    want: ['SCHEMA'],
  },
  {
    title: 'a field of the node as a source',
    spec: { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' } } }] },
    want: ['SCHEMA'],
  },
  {
    title: 'a Secret of another namespace',
    spec: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k', namespace: 'kube-system' } } }] },
    want: ['SCHEMA'],
  },
  {
    title: 'a Secret without a key',
    spec: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's' } } }] },
    want: ['SCHEMA'],
  },
]);
