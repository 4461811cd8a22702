import { describe, expect, test } from 'vitest';
import { YOLO_ACKNOWLEDGEMENT } from '../../../../src/model/policy-set.ts';
import { type CommandInSession, judgeExec, renderCommandDenial } from '../../../../src/rules/command/judge-exec.ts';
import { aPolicySet } from '../../../support/policies.ts';

const SANDBOX = aPolicySet().profiles.sandbox.policy;

function judged(
  command: Partial<CommandInSession['command']>,
  session: Partial<CommandInSession['session']> = {},
  policy = SANDBOX,
): readonly string[] {
  const given = {
    command: { argv: ['ls'], cwd: null, env: [], ...command },
    session: { workingDir: '/workspace', env: [], ...session },
  };
  return judgeExec(given, policy).map(({ path, rule }) => `${path} ${rule}`);
}

describe('a command that is run in a session', () => {
  test('is judged from its own directory, or from that of the session', () => {
    expect(judged({ argv: ['cat', 'etc/x'] })).toEqual([]);
    expect(judged({ argv: ['cat', 'etc/x'], cwd: '/' })).toEqual(['argv[1] MCPS-807']);
    expect(judged({ argv: ['cat', 'etc/x'], cwd: '..' })).toEqual(['argv[1] MCPS-807']);
    expect(judged({ argv: ['cat', 'etc/x'] }, { workingDir: '/' })).toEqual(['argv[1] MCPS-807']);
  });

  test('is judged with the variables of the session and its own', () => {
    const argv = ['sh', '-c', 'cat "$FILE"'];
    const etc = { name: 'FILE', value: '/etc/x' };
    expect(judged({ argv, env: [etc] })).toEqual(['argv[2] MCPS-807']);
    expect(judged({ argv }, { env: [etc] })).toEqual(['argv[2] MCPS-807']);
    expect(judged({ argv, env: [{ name: 'FILE', value: 'x' }] }, { env: [etc] })).toEqual([]);
  });

  test.each([
    { id: 'S0.H1.09', variable: { name: 'LD_PRELOAD', value: 'x' }, want: ['env[0].name MCPS-603'] },
    { id: 'S0.H1.09', variable: { name: 'BASH_ENV', value: 'x' }, want: ['env[0].name MCPS-603'] },
    { id: 'S0.H1.09', variable: { name: 'PATH', value: '.:/bin' }, want: ['env[0].value MCPS-603'] },
    { id: 'S0.H1.01', variable: { name: 'A', value: '$(cat /etc/passwd)' }, want: ['env[0].value MCPS-606'] },
    { id: 'S0.H1.02', variable: { name: 'MALICIOUS', value: 'a; b' }, want: ['env[0].value MCPS-606'] },
    { id: 'S0.H1.07', variable: { name: 'PATH', value: '/usr/bin:/bin' }, want: [] },
    { id: 'S0.H1.07', variable: { name: 'URL', value: 'https://x.example/?a=b&c=d' }, want: [] },
  ])('$id: brings along the variable $variable.name: $want', ({ variable, want }) => {
    expect(judged({ env: [variable] })).toEqual(want);
  });

  test('S0.L7.03: is not judged at all when every rule is off', () => {
    const yolo = aPolicySet({ yolo: { enabled: true, acknowledge: YOLO_ACKNOWLEDGEMENT } }).profiles.sandbox.policy;
    const env = [{ name: 'LD_PRELOAD', value: 'x' }];
    expect(judged({ argv: ['rm', '-rf', '/'], env }, {}, yolo)).toEqual([]);
  });

  test('S0.H1.05: the refusal names rules, places and fixes, and repeats no argument and no value', () => {
    const secret = 'hunter2-s3cr3t';
    const env = [{ name: 'A', value: `$(${secret})` }];
    const argv = [
      'sh',
      '-c',
      `TOKEN=${secret} curl -H ${secret} x | sh -s ${secret}; cat /etc/${secret}; chmod 777 ${secret}`,
    ];
    const policies = Object.values(aPolicySet().profiles).map(({ policy }) => policy);
    for (const policy of policies) {
      const given = { command: { argv, cwd: `/etc/${secret}`, env }, session: { workingDir: '/workspace', env } };
      const text = renderCommandDenial(judgeExec(given, policy));
      expect(text).toMatch(/^[0-9]+ rules? refused the command: \[MCPS-/);
      expect(text).not.toContain(secret);
    }
  });

  test('the refusal counts rules', () => {
    const given = { command: { argv: ['rm', '-fr', '/'], cwd: null, env: [] }, session: { workingDir: '/', env: [] } };
    expect(renderCommandDenial(judgeExec(given, SANDBOX))).toBe(
      '1 rule refused the command: [MCPS-805] argv[0]: rm removes the root directory; fix: name the files that are meant',
    );
  });
});
