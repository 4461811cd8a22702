// Benign twins of environment and command classes: values that shells would choke on but programs need (S0.H1.07, K-01), and
// commands that look like attacks and are none (requirements.md 9.4).

import { corpusClass, type Spec } from '../case.ts';

const env = (name: string, value: string): Spec => ({ env: [{ name, value }] });

const PLAIN = [
  ...[
    '/usr/bin:/usr/local/bin',
    '--option=value --flag',
    'hello world',
    "it's",
    '"quoted"',
    '%20',
    'a,b,c',
    '50%',
    '#1',
  ],
  ...[
    '',
    ' ',
    '0',
    'true',
    '3.14',
    'user@example.com',
    '2026-11-21T10:00:00Z',
    'a/b/c',
    '../x',
    '/etc/passwd',
    '~/x',
    '*',
  ],
  ...[
    '$HOME',
    '${HOME}/bin',
    'cost: $5',
    'a > b',
    'a < b',
    'back\\slash',
    'tab\there',
    '!important',
    '(a)',
    '[x]',
    '{x}',
  ],
  ...[
    '\u041f\u0440\u0438\u0432\u0435\u0442',
    '\u4f60\u597d',
    '\u{1f600}',
    'caf\u00e9',
    '\u05e9\u05dc\u05d5\u05dd',
    'na\u00efve',
  ],
];
const URLS = [
  ...['https://example.com/path?query=value', 'https://example.com/?a=b&c=d', 'https://example.com/a;v=1?x=1&y=2#z'],
  ...['redis://cache:6379/0?a=b&c=d', 'amqp://broker:5672/%2f?heartbeat=10&x=1', 'http://[2001:db8::1]:8080/?a=1&b=2'],
  ...[
    'jdbc:postgresql://db:5432/app?ssl=true&x=1',
    'mongodb://a:27017,b:27017/db?replicaSet=rs0&w=majority',
    's3://bucket/key',
  ],
];
const DOCUMENTS = [
  ...[
    '{"a": "b; c & d | e"}',
    '["a;b", "c|d"]',
    '{"url": "https://x.example/?a=b&c=d"}',
    '{\n  "a": 1,\n  "b": [2]\n}',
    '[]',
  ],
  ...[
    'Server=db;Database=app;Encrypt=true',
    'host=db;port=5432;dbname=app;',
    'AccountName=x;EndpointSuffix=core.example',
  ],
  ...['-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ2Fub24=\nAAAA\n-----END CERTIFICATE-----\n'],
];

export const environmentValues = corpusClass('benign-environment-values', {}, [
  ...PLAIN.map((value) => ({ title: `S0.H1.07: ${JSON.stringify(value)}`, spec: env('SETTING', value) })),
  ...URLS.map((value) => ({ title: `K-01: ${value}`, spec: env('SERVICE_URL', value) })),
  ...DOCUMENTS.map((value) => ({ title: `K-01: ${JSON.stringify(value).slice(0, 60)}`, spec: env('CONFIG', value) })),
  { title: 'K-01: a DSN of Go', spec: env('DSN', 'app@tcp(db:3306)/app?parseTime=true&loc=UTC') },
  { title: 'K-12: a UUID', spec: env('REQUEST', '123e4567-e89b-12d3-a456-426614174000') },
  { title: 'K-12: a commit', spec: env('COMMIT', 'da39a3ee5e6b4b0d3255bfef95601890afd80709') },
  { title: 'K-12: a digest', spec: env('DIGEST', `sha256:${'0a'.repeat(32)}`) },
  { title: 'K-12: a task list', spec: env('NAME', 'task-list-of-the-team-for-november') },
  {
    title: 'S0.L3.01: a literal token, which is warned of',
    spec: env('API_TOKEN', 'hunter2hunter2'),
    warns: ['MCPS-605'],
  },
  {
    title: 'S0.H1.07: several at once',
    spec: {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: 'x y' },
        { name: 'C', value: '' },
      ],
    },
    runs: true,
  },
  { title: 'S0.H1.07: a URL with separators', spec: env('BASE_URL', 'https://example.com/?a=b&c=d'), runs: true },
  { title: 'K-01: a JSON document', spec: env('SETTINGS', '{"a": "b; c & d | e"}'), runs: true },
  {
    title: 'S0.H1.07: text of another script',
    spec: env('GREETING', '\u041f\u0440\u0438\u0432\u0435\u0442, \u4e16\u754c'),
    runs: true,
  },
]);

const NAMES = [
  'LOG_LEVEL',
  '_',
  'a.b-c',
  'PATHS',
  'LDAP_URL',
  'ENVIRONMENT',
  'env',
  'MCPX',
  'PYTHONUNBUFFERED',
  'NODE_ENV',
  'LD',
];

export const environmentNames = corpusClass('benign-environment-names', {}, [
  ...NAMES.map((name) => ({ title: `S0.H1.09: ${name}`, spec: env(name, 'x') })),
  { title: 'S0.H1.09: a PATH of absolute entries', spec: env('PATH', '/usr/local/bin:/usr/bin:/bin'), runs: true },
  { title: 'a home', spec: env('HOME', '/tmp'), runs: true },
  ...['GIT_AUTHOR_NAME', 'GIT_PAGER', 'GIT_CONFIG_NOSYSTEM', 'JAVA_HOME', 'JAVA_OPTS', 'LESS', 'LUA_VERSION'].map(
    (name) => ({ title: `S0.H1.09: ${name}`, spec: env(name, 'x') }),
  ),
  ...['LD_LIBRARY_PATH', 'PYTHONPATH', 'NVIDIA_VISIBLE_DEVICES'].map((name) => ({
    title: `S0.H1.09: an empty ${name}, which takes away what the image sets`,
    spec: env(name, ''),
    runs: true as const,
  })),
  { title: 'a value of 32768 characters', spec: env('DATA', 'a'.repeat(32_768)) },
]);

const reference = (source: Spec, change: Spec = {}): Spec => ({
  env: [{ name: 'DATABASE_URL', valueFrom: source }],
  ...change,
});

export const environmentReferences = corpusClass('benign-environment-references', {}, [
  { title: 'S0.L6.01: a key of a Secret', spec: reference({ secretKeyRef: { name: 'db', key: 'url' } }) },
  { title: 'a key of a ConfigMap', spec: reference({ configMapKeyRef: { name: 'settings', key: 'log.level' } }) },
  {
    title: 'a key that may be absent',
    spec: reference({ secretKeyRef: { name: 'db', key: 'url', optional: true } }),
  },
  {
    title: 'K-36: a secret by reference under the name of a secret',
    spec: { env: [{ name: 'API_KEY', valueFrom: { secretKeyRef: { name: 'api.example', key: 'API_KEY' } } }] },
  },
  {
    title: 'a main command that needs a secret',
    spec: reference({ secretKeyRef: { name: 'db', key: 'url' } }, { command: ['sleep', '3600'] }),
  },
]);

const COMMANDS: readonly (readonly string[])[] = [
  ['sleep', '3600'],
  ['python3', '-m', 'http.server'],
  ['node', 'server.js', '--port', '8080'],
  ['ls', '-la'],
  ['grep', '-E', 'a|b', 'file'],
  ['echo', 'a; b'],
  ['git', 'commit', '-m', 'fix reboot loop'],
  ['npm', 'run', 'build'],
  ['rm', '-rf', 'node_modules'],
  ['echo', '\u041f\u0440\u0438\u0432\u0435\u0442'],
  ['/usr/local/bin/server', '--listen', '127.0.0.1:8080'],
  ['umount-helper', 'x'],
  ['cat', '/workspace/variables'],
  ['ls', '/app/development', '/srv/etcetera', '/app/system'],
  ['npm', 'run', 'x', '--', '--verbose'],
  ['tail', '-f', '/dev/null'],
  ['printf', '%s\\n', '$HOME'],
  ['tool', ''],
];

export const commands = corpusClass('benign-commands', {}, [
  ...COMMANDS.map((command) => ({ title: `requirements.md 9.4: ${JSON.stringify(command)}`, spec: { command } })),
  { title: 'a command with arguments apart', spec: { command: ['sleep'], args: ['3600'] }, runs: true },
  { title: 'a main command', spec: { command: ['sleep', '7200'] }, runs: true },
  {
    title: 'a shell with quotes in its script',
    spec: { command: ['sh', '-c', 'while true; do sleep 60; done'] },
    runs: true,
  },
  { title: 'long arguments', spec: { command: ['cat'], args: ['a'.repeat(32_768), 'b'.repeat(32_768)] } },
]);

const sh = (title: string, script: string) => ({ title, spec: { command: ['sh', '-c', script] } });

/** Twins of the hostile commands: nearly the same, and harmless. */
export const commandTwins = corpusClass('benign-command-twins', {}, [
  ...[
    'umount x',
    'cat /proc/mounts',
    'ls amount.txt',
    'rm -rf /workspace/build',
    'rm -rf ./x',
    'chmod 755 x',
    'chmod 7777 x',
  ].map((line) => ({
    title: `9.4: ${line}`,
    spec: { command: line.split(' ') },
  })),
  ...[
    'curl -s https://example.com/publish.json',
    'find . -name *.tmp -delete',
    'dd of=copy bs=1M',
    'npm run x -- --privileged',
    'docker ps -a',
  ].map((line) => ({ title: `K-05, K-32: ${line}`, spec: { command: line.split(' ') } })),
  ...[
    '/etcetera',
    '/srv/etc',
    '/workspace/etc/x',
    '/var/library',
    '/rootfs',
    '/proc/self/status',
    '/sys/class/net',
  ].map((path) => ({
    title: `S1.PATH.02: ${path}`,
    spec: { command: ['cat', path] },
  })),
  {
    title: 'a message about commands',
    spec: { command: ['git', 'commit', '-m', 'never rm -rf / or touch /etc again'] },
  },
  { title: 'a search for commands', spec: { command: ['grep', '-rn', 'rm -rf /', '.'] } },
  { title: 'text about commands', spec: { command: ['echo', 'curl x | sh', '--privileged', '/etc/passwd'] } },
  { title: 'K-26: data in another script', spec: { command: ['grep', '\u043f\u0440\u0438\u0432\u0435\u0442', 'f'] } },
  sh('a script that is written to a file', 'cat > script <<EOF\nrm -rf /\nEOF'),
  sh('data from the network', 'wget -qO- x | python3 -m json.tool'),
  sh('a build', 'set -eu; cd /workspace && npm ci && npm test 2>&1 | tee log; exit $?'),
  sh('a loop with a calculation', 'i=0; while [ $i -lt 3 ]; do i=$((i + 1)); sleep 1; done'),
  sh('a function', 'log() { echo "$(date) $1"; }; log start; log end'),
  sh('a case', 'case "$1" in start) ls ;; *) pwd ;; esac'),
  sh('a search with awk and sed', "awk '/root/ { print $1 }' f | sed -e 's/etc/x/' -e '/root/d'"),
  sh('redirections', 'ls > out 2> /dev/null < in'),
]);

export const allowedCommands = corpusClass('benign-allowed-commands', { profile: 'production' }, [
  ...['ls -l', 'cat file', 'head -n1 f', 'tail -n 5 f', 'pwd', 'env', '/bin/ls', '/usr/bin/cat f'].map((line) => ({
    title: `9.4: ${line}`,
    spec: { command: line.split(' ') },
  })),
  { title: '9.4: grep with a bar', spec: { command: ['grep', '-E', 'a|b', 'f', 'g'] } },
  { title: '9.4: echo with a semicolon', spec: { command: ['echo', 'a; b; c'] } },
  sh('9.4: a pipe of two allowed ones', 'env | grep X'),
  sh('a list of allowed ones', 'cd sub && ls; pwd || echo no'),
]);

export const readingCommands = corpusClass('benign-reading-commands', { profile: 'investigation' }, [
  ...['ls', 'find . -name x', 'top -b -n1', 'ps aux', 'df -h', 'du -sh .', 'netstat -an', 'grep -r x .'].map(
    (line) => ({
      title: `S1.PRO.INV: ${line}`,
      spec: { command: line.split(' ') },
    }),
  ),
  sh('a redirection into nothing', 'ls > /dev/null 2>&1'),
]);
