import { describe, expect, test } from 'vitest';
import { policyFromEnvironment } from '../../../src/config/environment-policy.ts';

const read = (environment: Readonly<Record<string, string>>) => policyFromEnvironment(environment);

describe('a setting by its name in the source documents', () => {
  test.each([
    ['S0.C1.07', { SAFETY_YOLO_MODE: 'true' }, { yolo: { enabled: true } }],
    ['S0.C1.07', { SAFETY_YOLO_MODE: 'False' }, { yolo: { enabled: false } }],
    [
      'K-02',
      { SAFETY_YOLO_MODE: '1', SAFETY_YOLO_ACKNOWLEDGE: 'I know' },
      { yolo: { enabled: true, acknowledge: 'I know' } },
    ],
    ['S0.C2.03', { SAFETY_ALLOW_PRIVILEGED_CONTAINERS: 'false' }, { privileged: { allow: false } }],
    ['S0.M1.03', { SAFETY_ALLOW_PUBLIC_PORT_BINDING: 'false' }, { ports: { allowPublic: false } }],
    ['S1.BASE.01', { MCP_DOCKER_ALLOW_ROOT: 'false' }, { rootUser: { allow: false } }],
    ['S1.BASE.02', { MCP_DOCKER_DEFAULT_USER: '1001:1001' }, {}],
    ['S1.BASE.03', { MCP_DOCKER_SECURITY: 'true' }, {}],
    ['S1.BASE.03', { MCP_DOCKER_SECURITY: 'false' }, { yolo: { enabled: true } }],
    ['S1.CMD.01', { MCP_DOCKER_COMMAND_MODE: 'allowlist' }, { commands: { mode: 'allowlist' } }],
    [
      'S1.CMD.02',
      {
        MCP_DOCKER_COMMAND_MODE: 'allowlist',
        MCP_DOCKER_COMMAND_PATTERNS: '^ls,^cat,^grep,^echo,^head,^tail,^pwd,^env',
      },
      {
        commands: { mode: 'allowlist', allow: ['^ls', '^cat', '^grep', '^echo', '^head', '^tail', '^pwd', '^env'] },
      },
    ],
    [
      'S1.CMD.03',
      {
        MCP_DOCKER_COMMAND_MODE: 'denylist',
        MCP_DOCKER_COMMAND_PATTERNS: 'rm -rf, dd if=,mkfs,mount,chmod 777,curl.*sh',
      },
      { commands: { mode: 'denylist', deny: ['rm -rf', 'dd if=', 'mkfs', 'mount', 'chmod 777', 'curl.*sh'] } },
    ],
    [
      'S1.PATH.01',
      { MCP_DOCKER_DENIED_PATHS: '/etc,/root,/var/lib,/proc/sys,/sys/kernel' },
      { commands: { deniedPaths: ['/etc', '/root', '/var/lib', '/proc/sys', '/sys/kernel'] } },
    ],
    [
      'S1.FLAG.01',
      { MCP_DOCKER_DENIED_FLAGS: '--privileged,--pid=host' },
      { commands: { deniedFlags: ['--privileged', '--pid=host'] } },
    ],
    ['S1.RATE.01', { MCP_DOCKER_RATE_LIMITS: 'true' }, {}],
    ['S1.RATE.02', { MCP_DOCKER_EXEC_PER_MINUTE: '30' }, {}],
    ['S1.PRO.PROD', { MCP_DOCKER_MAX_BYTES: '1048576' }, { exec: { maxOutputBytes: 1_048_576 } }],
    ['S1.PRO.PROD', { MCP_DOCKER_TIMEOUT_MS: '30000' }, { exec: { defaultTimeoutSeconds: 30 } }],
    ['S1.PRO.INV', { MCP_DOCKER_DRY_RUN: 'false' }, {}],
    ['an empty one', { MCP_DOCKER_ALLOW_ROOT: '' }, {}],
    ['none of ours', { PATH: '/bin', SECURITY_TEAM: 'x', MCP_SERVER: 'y' }, {}],
  ] as const)('%s: %j', (_id, environment, want) => {
    expect(read(environment)).toEqual({ ok: true, value: want });
  });
});

describe('a setting that cannot be honoured stops the program', () => {
  test.each([
    ['a value that is no boolean', { SAFETY_YOLO_MODE: 'maybe' }, 'SAFETY_YOLO_MODE: maybe: must be true or false'],
    [
      'S1.RATE.01: limits switched off',
      { MCP_DOCKER_RATE_LIMITS: 'false' },
      'MCP_DOCKER_RATE_LIMITS: false: rate limits cannot be switched off; unset it',
    ],
    [
      'S1.RATE.02: another rate',
      { MCP_DOCKER_EXEC_PER_MINUTE: '60' },
      'MCP_DOCKER_EXEC_PER_MINUTE: 60: this release allows 30 commands per caller and minute; unset it, or set 30',
    ],
    [
      'S1.BASE.04: an audit log',
      { MCP_DOCKER_AUDIT: 'true' },
      'MCP_DOCKER_AUDIT: true: this release writes no audit log of its own; unset it',
    ],
    [
      'S4.CFG.06: its path',
      { MCP_AUDIT_LOG: '/var/log/a' },
      'MCP_AUDIT_LOG: /var/log/a: this release writes no audit log of its own; unset it',
    ],
    [
      'OAuth',
      { SECURITY_OAUTH_ENABLED: 'true' },
      'SECURITY_OAUTH_ENABLED: true: callers are authenticated by the Kubernetes API server, not by OAuth, in this release; unset it',
    ],
    [
      'patterns without a mode',
      { MCP_DOCKER_COMMAND_PATTERNS: '^ls' },
      'MCP_DOCKER_COMMAND_PATTERNS: ^ls: needs MCP_DOCKER_COMMAND_MODE=allowlist or denylist beside it',
    ],
    [
      'half a second',
      { MCP_DOCKER_TIMEOUT_MS: '500' },
      'MCP_DOCKER_TIMEOUT_MS: 500: must be a whole number, a multiple of 1000',
    ],
    [
      'S1.BASE.02: a user by name',
      { MCP_DOCKER_DEFAULT_USER: 'nobody' },
      'MCP_DOCKER_DEFAULT_USER: nobody: sessions run as 1001:1001 unless spec.user names another user than root; unset it, or set 1001:1001',
    ],
  ])('%s', (_name, environment, problem) => {
    expect(read(environment)).toEqual({ ok: false, error: [`environment variable ${problem}`] });
  });

  test('a misspelt name, with the known ones', () => {
    const result = read({ SAFETY_YOLO_MOD: 'true', MCP_DOCKER_ALLOW_ROOT: 'x' });
    expect(result).toMatchObject({
      ok: false,
      error: [
        'environment variable MCP_DOCKER_ALLOW_ROOT: x: must be true or false',
        expect.stringMatching(/^environment variable SAFETY_YOLO_MOD: true: is no setting; known: SAFETY_YOLO_MODE, /),
      ],
    });
  });
});
