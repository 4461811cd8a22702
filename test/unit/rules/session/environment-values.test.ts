import { describe, expect, test } from 'vitest';
import { environmentValueWarning } from '../../../../src/rules/session/environment-value-warning.ts';
import { environmentValues } from '../../../../src/rules/session/environment-values.ts';
import { hijackingEnvironment } from '../../../../src/rules/session/hijacking-environment.ts';
import { literalSecret } from '../../../../src/rules/session/literal-secret.ts';
import { literalSecretDenied } from '../../../../src/rules/session/literal-secret-denied.ts';
import { randomSecret } from '../../../../src/rules/session/random-secret.ts';
import { randomSecretDenied } from '../../../../src/rules/session/random-secret-denied.ts';
import { aPolicy, refusals } from '../../../support/judgement.ts';
import { aSession } from '../../../support/session-builder.ts';

const withValue = (value: string, name = 'VALUE') => aSession({ env: [{ name, value }] });
const pem = `-----BEGIN CERTIFICATE-----\n${'MIIB+/x='.repeat(8)}\n${'AAAA'.repeat(4)}\n-----END CERTIFICATE-----\n`;

describe('MCPS-606 environment values (S0.H1, K-01)', () => {
  test.each([
    ['$(cat /etc/passwd)', '"$("'],
    ['`id`', 'a backtick'],
    ['a;b', '";"'],
    ['a & b', '"&"'],
    ['a|b', '"|"'],
    ['a\nb', 'a line feed'],
    ['a\rb', 'a carriage return'],
  ])('S0.H1.02, S0.H1.03 refuses %j without showing it', (value, token) => {
    expect(refusals(environmentValues, withValue(value))).toEqual([
      `spec.env[0].value: Invalid value: [MCPS-606] the value of VALUE holds ${token}; policy env.valuePolicy is "strict"; fix: delete it, or pass the data in a file (mcpsession.dev/r/606)`,
    ]);
  });

  test.each([
    'https://example.com/a;b & rm -rf /',
    'x https://example.com/?a=b&c=d',
    'https://example.com/$(id)',
    'http://x/`id`',
    '{"a":1};id',
    '{"a":;',
    '[1,2]|sh',
    'a=1;rm -rf /',
    'a=1;b=$(id)',
    'a=1;b=2|sh',
    'a=1;b=2&id',
    'a=1;\nid',
    `${pem};id`,
    `id;${pem}`,
    '-----BEGIN X-----\n$(id)\n-----END X-----',
    '-----BEGIN A-----\nAA\n-----END B-----',
    '://a;b',
  ])('refuses %j, which only begins like an exempt shape', (value) => {
    expect(refusals(environmentValues, withValue(value))).toHaveLength(1);
  });

  test.each([
    '',
    'debug',
    '8080',
    '/usr/bin:/usr/local/bin',
    '--option=value --flag',
    'it’s ok',
    '"quoted"',
    "it's",
    '%20',
    '$HOME',
    '${X}',
    'https://example.com/path?query=value',
    'postgres://u:p@db.example/x?a=b&c=d',
    'jdbc:postgresql://db/x?a=b&c=d',
    'jdbc:sqlserver://db;databaseName=x;encrypt=true',
    'u:p@tcp(db:3306)/x?parseTime=true&loc=Local',
    'amqp://h/%2f;x=1',
    '{"a":"b;c|d & $(e)"}',
    ' [1, 2]\n',
    '{\n  "a": 1\n}',
    pem,
    pem + pem,
    'Server=db;Database=x;Pooling=true;',
    'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=AAAA==;EndpointSuffix=core.example',
    'привет',
  ])('S0.H1.07 accepts %j', (value) => {
    expect(refusals(environmentValues, withValue(value))).toEqual([]);
  });

  test('policy "warn" makes tokens a warning, and NUL stays refused', () => {
    const policy = aPolicy({ env: { valuePolicy: 'warn' } });
    expect(refusals(environmentValues, withValue('a;b'), policy)).toEqual([]);
    expect(refusals(environmentValueWarning, withValue('a;b'), policy)).toEqual([
      'spec.env[0].value: Invalid value: [MCPS-608] the value of VALUE holds ";"; fix: make sure that no script evaluates it (mcpsession.dev/r/608)',
    ]);
    expect(refusals(environmentValues, withValue('a\0b'), policy)).toEqual([
      'spec.env[0].value: Invalid value: [MCPS-606] the value of VALUE holds NUL; fix: delete the character (mcpsession.dev/r/606)',
    ]);
    expect(refusals(environmentValueWarning, withValue('a;b'))).toEqual([]);
  });

  test('a hostile value of full length costs little', () => {
    for (const part of ['-----BEGIN A-----\n', 'a=1;', 'eyJ-', 'x:', '[', '://', '((((']) {
      const value = part.repeat(32_768 / part.length);
      const session = aSession({ env: Array.from({ length: 8 }, (_, index) => ({ name: `A${index}`, value })) });
      const before = process.cpuUsage();
      environmentValues.check(session, aPolicy({}));
      literalSecret.check(session, aPolicy({}));
      randomSecret.check(session, aPolicy({}));
      expect(process.cpuUsage(before).user / 1000).toBeLessThan(200);
    }
  });
});

// Put together at run time, so that no scanner takes this file for a leak.
const alphabet = 'AbC3dEf6GhI9jKl2MnO5pQr8StU1vWx4Yz7';
const planted = [
  `ghp_${alphabet}x`,
  `npm_${alphabet}x`,
  `sk_live_${alphabet}`,
  `AKIAABCDEFGH12345678`,
  `sk-${alphabet}`,
  `eyJhbGciOi.eyJzdWIiOi.x`,
];

describe('MCPS-605 literal secrets (S0.L3)', () => {
  test.each([
    'PASSWORD',
    'DB_PASSWORD',
    'SECRET',
    'AUTH_TOKEN',
    'API_KEY',
    'apikey',
    'PRIVATE_KEY',
    'AWS_SECRET_ACCESS_KEY',
  ])('S0.L3.01 warns of the name %s without the value', (name) => {
    expect(refusals(literalSecret, withValue('hunter2', name))).toEqual([
      `spec.env[0].value: Invalid value: [MCPS-605] the name of ${name} looks like that of a secret; fix: keep secrets out of the spec (mcpsession.dev/r/605)`,
    ]);
  });

  test.each([...planted, 'postgres://u:pw@db/x', 'redis://:hunter2@cache:6379/0'])(
    'S0.L3.01 warns of the value %s without showing it',
    (value) => {
      const [text = ''] = refusals(literalSecret, withValue(value));
      expect(text).toContain('the value of VALUE looks like that of a secret');
      expect(text).not.toContain(value);
    },
  );

  test.each([
    ['ID', '123e4567-e89b-12d3-a456-426614174000'],
    ['COMMIT', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b'],
    ['DIGEST', `sha256:${'ab'.repeat(32)}`],
    ['ICON', `iVBORw0KGgo${'A'.repeat(300)}`],
    ['TOKENIZERS_PARALLELISM', 'maybe'],
    ['MAX_TOKENS', 'many'],
    ['PASSWORD_FILE', '/run/x'],
    ['SECRET_NAME', 'db'],
    ['TOKEN_LIMIT', '100'],
    ['API_KEY', ''],
    ['USE_TOKEN', 'true'],
    ['TASK', 'task-list-of-the-week-number-42'],
    ['URL', 'https://example.com/a@b'],
  ])('K-12 stays silent on %s=%s', (name, value) => {
    expect(refusals(literalSecret, withValue(value, name))).toEqual([]);
  });
});

describe('MCPS-611, 613 and 614: what policy makes of secrets in plain sight', () => {
  const deny = aPolicy({ env: { literalSecrets: 'deny', entropy: 'deny' } });
  const off = aPolicy({ env: { entropy: 'off' } });
  const named = withValue('hunter2', 'DB_PASSWORD');
  const random = withValue(`Bearer ${alphabet}`);
  const tail = (rule: string) => `fix: keep secrets out of the spec (mcpsession.dev/r/${rule})`;
  const nameText = 'the name of DB_PASSWORD looks like that of a secret';
  const valueText = 'the value of VALUE looks random, as keys do';

  test('S0.L3.01, K-36: a literal secret is a warning, and refused where policy env.literalSecrets is "deny"', () => {
    expect(refusals(literalSecretDenied, named)).toEqual([]);
    expect(refusals(literalSecret, named, deny)).toEqual([]);
    expect(refusals(literalSecretDenied, named, deny)).toEqual([
      `spec.env[0].value: Invalid value: [MCPS-611] ${nameText}; ${tail('611')}`,
    ]);
  });

  test('S0.L3.02, K-12: a random value is a warning, refused, or nothing, as policy env.entropy says', () => {
    expect(refusals(randomSecret, random)).toEqual([
      `spec.env[0].value: Invalid value: [MCPS-613] ${valueText}; ${tail('613')}`,
    ]);
    expect(refusals(randomSecretDenied, random)).toEqual([]);
    expect(refusals(randomSecret, random, deny)).toEqual([]);
    expect(refusals(randomSecretDenied, random, deny)).toEqual([
      `spec.env[0].value: Invalid value: [MCPS-614] ${valueText}; ${tail('614')}`,
    ]);
    for (const rule of [randomSecret, randomSecretDenied]) expect(refusals(rule, random, off)).toEqual([]);
  });

  test('a value is spoken of once: what has the name or the form of a secret is not called random as well', () => {
    for (const session of [withValue(alphabet, 'API_KEY'), withValue(planted[0] ?? '')]) {
      expect(refusals(literalSecret, session)).toHaveLength(1);
      expect(refusals(randomSecret, session)).toEqual([]);
    }
  });
});

test('S0.H1.05: whatever a rule says of a variable, its value is not shown', () => {
  const policies = [aPolicy({}), aPolicy({ env: { valuePolicy: 'warn', literalSecrets: 'deny', entropy: 'deny' } })];
  const rules = [environmentValues, environmentValueWarning, literalSecret, literalSecretDenied, randomSecret];
  const values = ['plantedSecret; $(id)', `plantedSecret ${alphabet}`, 'plantedSecret\0', 'plantedSecret:relative'];
  for (const policy of policies) {
    for (const rule of [...rules, randomSecretDenied, hijackingEnvironment]) {
      for (const value of values) {
        for (const name of ['VALUE', 'API_TOKEN', 'LD_PRELOAD', 'PATH', 'MCP_X']) {
          expect(refusals(rule, withValue(value, name), policy).join()).not.toContain('plantedSecret');
        }
      }
    }
  }
});
