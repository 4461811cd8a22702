import { describe, expect, test } from 'vitest';
import { environmentShape } from '../../../../src/rules/session/environment-shape.ts';
import { environmentSize } from '../../../../src/rules/session/environment-size.ts';
import { hijackingEnvironment } from '../../../../src/rules/session/hijacking-environment.ts';
import { reservedKeys } from '../../../../src/rules/session/reserved-keys.ts';
import { secretReferences } from '../../../../src/rules/session/secret-references.ts';
import { refusals } from '../../../support/judgement.ts';
import { aSession } from '../../../support/session-builder.ts';
import { testSessionRules } from '../../../support/session-rule-cases.ts';

const secretKeyRef = { name: 'db', key: 'url' };

testSessionRules({
  refused: [
    {
      name: 'S0.H1.09 a variable that hijacks programs, a reserved one, and a relative PATH',
      rule: hijackingEnvironment,
      given: {
        env: [
          { name: 'LD_PRELOAD', value: 'x' },
          { name: 'MCP_URL', value: 'x' },
          { name: 'PATH', value: '/bin:.' },
        ],
      },
      want: [
        'spec.env[0].name: Forbidden: [MCPS-603] LD_PRELOAD changes what programs load or run; fix: delete this variable',
        'spec.env[1].name: Forbidden: [MCPS-603] MCP_URL has a prefix that is reserved for the operator; fix: choose another name',
        'spec.env[2].value: Forbidden: [MCPS-603] PATH holds an entry that is not absolute; fix: list absolute directories only',
      ],
    },
    {
      name: 'S0.L6.01: references that could not be resolved as they are written',
      rule: secretReferences,
      given: {
        env: [
          { name: 'A', valueFrom: { secretKeyRef, configMapKeyRef: secretKeyRef } },
          { name: 'B', valueFrom: {} },
          { name: 'C', valueFrom: { secretKeyRef: { name: '../db', key: 'a/b' } } },
          { name: 'D', valueFrom: { configMapKeyRef: { name: 'DB', key: 'ok' } } },
          { name: 'PATH', valueFrom: { configMapKeyRef: { name: 'paths', key: 'path' } } },
        ],
        imagePullSecrets: [{ name: 'registry' }],
      },
      want: [
        'spec.env[0].valueFrom: Invalid value: [MCPS-604] must have exactly one of secretKeyRef and configMapKeyRef; fix: name one key of one object',
        'spec.env[1].valueFrom: Invalid value: [MCPS-604] must have exactly one of secretKeyRef and configMapKeyRef; fix: name one key of one object',
        'spec.env[2].valueFrom.secretKeyRef.name: Invalid value: [MCPS-604] ../db cannot be the name of an object; fix: write the name as kubectl shows it',
        'spec.env[2].valueFrom.secretKeyRef.key: Invalid value: [MCPS-604] a/b cannot be a key; keys hold letters, digits, "-", "_" and "."; fix: write the name as kubectl shows it',
        'spec.env[3].valueFrom.configMapKeyRef.name: Invalid value: [MCPS-604] DB cannot be the name of an object; fix: write the name as kubectl shows it',
        'spec.env[4].valueFrom: Forbidden: [MCPS-604] PATH decides what runs, so its value must be seen where the session is judged; fix: set value, a list of absolute directories',
        'spec.imagePullSecrets: Forbidden: [MCPS-604] pull secrets are not available in this release; fix: delete it; use an image that the node has or that needs no login',
      ],
    },
    {
      name: 'a reference in a session without the session init, which would start without the value',
      rule: secretReferences,
      given: { env: [{ name: 'A', valueFrom: { secretKeyRef } }], sessionInit: 'Disabled' },
      want: [
        'spec.env[0].valueFrom: Forbidden: [MCPS-604] values from Secrets and ConfigMaps need the session init, which hands them over; fix: set spec.sessionInit to Enabled',
      ],
    },
    {
      name: 'a variable with two sources, one with none, and one given twice',
      rule: environmentShape,
      given: {
        env: [{ name: 'A', value: '', valueFrom: { secretKeyRef } }, { name: 'B' }, { name: 'A', value: 'x' }],
      },
      want: [
        'spec.env[0]: Invalid value: [MCPS-607] has both value and valueFrom; fix: keep one of them',
        'spec.env[1].value: Required value: [MCPS-607] the variable has neither value nor valueFrom; fix: set value, "" for an empty one',
        'spec.env[2].name: Invalid value: [MCPS-607] A is given twice; fix: keep one of them',
      ],
    },
    {
      name: 'an environment above 1 MiB',
      rule: environmentSize,
      given: { env: Array.from({ length: 40 }, (_, index) => ({ name: `V${index}`, value: 'x'.repeat(32_000) })) },
      want: [
        'spec.env: Invalid value: [MCPS-609] names and values have 1280190 bytes; at most 1048576 are allowed; fix: put the data in files of the session',
      ],
    },
    {
      name: 'S0.H1.09: a value of more than 32 KiB, whatever it has in characters',
      rule: environmentSize,
      given: { env: [{ name: 'A', value: '\u{1f600}'.repeat(8193) }] },
      want: [
        'spec.env[0].value: Invalid value: [MCPS-609] the value of A has 32772 bytes; at most 32768 are allowed; fix: put the data in a file of the session',
      ],
    },
  ],
  accepted: [
    {
      name: 'ordinary variables',
      rule: hijackingEnvironment,
      given: {
        env: [
          ...[
            'env',
            'path',
            'ENVIRONMENT',
            'LISTEN_ADDR',
            'LDAP_URL',
            'MCPS',
            'NODE_ENV',
            'IFSX',
            'GIT_CONFIG_NOSYSTEM',
          ],
          ...['GIT_AUTHOR_NAME', 'GIT_PAGER', 'JAVA_HOME', 'JAVA_OPTS', 'LESS', 'LUA_VERSION', 'DOCKER_TLS_CERTDIR'],
        ].map((name) => ({ name, value: 'x' })),
      },
    },
    {
      name: 'an empty value, which takes away what the image sets',
      rule: hijackingEnvironment,
      given: { env: ['LD_LIBRARY_PATH', 'NVIDIA_VISIBLE_DEVICES', 'PYTHONPATH'].map((name) => ({ name, value: '' })) },
    },
    {
      name: 'an absolute PATH',
      rule: hijackingEnvironment,
      given: { env: [{ name: 'PATH', value: '/usr/bin:/usr/local/bin' }] },
    },
    {
      name: 'one key of a Secret, and one of a ConfigMap that may be absent',
      rule: secretReferences,
      given: {
        env: [
          { name: 'A', valueFrom: { secretKeyRef: { name: 'db.team-a', key: 'URL_1.x' } } },
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode', optional: true } } },
        ],
      },
    },
    { name: 'literal values', rule: secretReferences, given: { env: [{ name: 'A', value: 'x' }] } },
    { name: 'an empty value', rule: environmentShape, given: { env: [{ name: 'A', value: '' }] } },
    { name: 'no environment', rule: environmentSize, given: {} },
    {
      name: 'S0.H1.09: 32 KiB of text in another script',
      rule: environmentSize,
      given: { env: [{ name: 'A', value: '\u{1f600}'.repeat(8192) }] },
    },
  ],
});

describe('MCPS-603 names that hijack programs (S0.H1.09)', () => {
  test.each([
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'LD_AUDIT',
    'LD_DEBUG',
    'BASH_ENV',
    'ENV',
    'PROMPT_COMMAND',
    'IFS',
    'NODE_OPTIONS',
    'PYTHONSTARTUP',
    'PYTHONPATH',
    'PERL5OPT',
    'RUBYOPT',
    'GIT_SSH_COMMAND',
    'GIT_EXTERNAL_DIFF',
    'GIT_CONFIG_COUNT',
    'GIT_CONFIG_KEY_0',
    'GIT_CONFIG_GLOBAL',
    'GIT_CONFIG_PARAMETERS',
    'GIT_EXEC_PATH',
    'GIT_ASKPASS',
    'SSH_ASKPASS',
    'NODE_PATH',
    'PERLLIB',
    'PERL5SHELL',
    'JAVA_TOOL_OPTIONS',
    'JDK_JAVA_OPTIONS',
    '_JAVA_OPTIONS',
    'DOTNET_STARTUP_HOOKS',
    'LUA_INIT',
    'LUA_INIT_5_4',
    'LESSOPEN',
    'OPENSSL_CONF',
    'DYLD_INSERT_LIBRARIES',
    '_LIBCONTAINER_INITTYPE',
    'LISTEN_PIDFDID',
    'DOCKER_CONTEXT',
    'DOCKER_CONFIG',
    'CONTAINER_HOST',
    'DOCKER_HOST',
    'KUBECONFIG',
    'GLIBC_TUNABLES',
    'KUBERNETES_SERVICE_HOST',
    'NVIDIA_VISIBLE_DEVICES',
    'LISTEN_FDS',
    'LISTEN_PID',
    'LISTEN_PIDFDID',
    'LISTEN_FDNAMES',
    'KUBERNETES_SERVICE_PORT',
    'MCP_X',
    'MCPSESSION_X',
    'BASH_FUNC_x',
  ])('S0.H1.09 refuses %s, with a literal value and with one from elsewhere', (name) => {
    expect(refusals(hijackingEnvironment, aSession({ env: [{ name, value: 'x' }] }))).toHaveLength(1);
    const valueFrom = { secretKeyRef };
    expect(refusals(hijackingEnvironment, aSession({ env: [{ name, valueFrom }] }))).toHaveLength(1);
  });

  test.each(['', ':', '/bin:', ':/bin', '/bin::/usr/bin', 'bin', './bin', '/bin:~/bin'])(
    'S0.H1.09 refuses PATH=%j',
    (value) => {
      expect(refusals(hijackingEnvironment, aSession({ env: [{ name: 'PATH', value }] }))).toHaveLength(1);
    },
  );
});

describe('MCPS-602 reserved labels and annotations', () => {
  test('refuses keys of the operator in labels and annotations, the owner as a label included', () => {
    const session = aSession(
      {},
      {
        labels: { 'mcpsession.dev/owner': 'a', 'app.kubernetes.io/name': 'x' },
        annotations: { 'mcpsession.dev/owner': 'a', 'MCPSESSION.dev/x': 'b', 'node.mcpsession.dev/x': 'c' },
      },
    );
    const tail = 'fix: delete it, or use a key below user.mcpsession.dev/ (mcpsession.dev/r/602)';
    expect(refusals(reservedKeys, session)).toEqual([
      `metadata.labels[mcpsession.dev/owner]: Forbidden: [MCPS-602] keys below mcpsession.dev/ are set by the operator only; ${tail}`,
      `metadata.annotations[MCPSESSION.dev/x]: Forbidden: [MCPS-602] keys below mcpsession.dev/ are set by the operator only; ${tail}`,
      `metadata.annotations[node.mcpsession.dev/x]: Forbidden: [MCPS-602] keys below mcpsession.dev/ are set by the operator only; ${tail}`,
    ]);
  });

  test('accepts keys of users and the owner annotation', () => {
    const session = aSession(
      {},
      {
        labels: {
          'user.mcpsession.dev/team': 'a',
          mcpsession: 'x',
          'notmcpsession.dev/x': 'a',
          'mcpsession.dev.example.com/x': 'a',
        },
        annotations: { 'mcpsession.dev/owner': 'a' },
      },
    );
    expect(refusals(reservedKeys, session)).toEqual([]);
  });
});
