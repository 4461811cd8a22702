import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandPolicyOf } from '../../../../src/rules/command/command-policy.ts';
import { judgeCommand } from '../../../../src/rules/command/judge-command.ts';
import { isPlainCommand } from '../../../../src/rules/command/plain-command.ts';
import { aPolicy } from '../../../support/judgement.ts';

const PLAIN = ['python', '-m', 'tool.server', '--verbose'];
const isPlain = (argv: readonly string[], settings: object = {}, cwd = '/workspace'): boolean =>
  isPlainCommand(argv, cwd, commandPolicyOf(aPolicy({ commands: settings }).commands));

describe('a quick yes', () => {
  test.each([
    { name: 'a module of Python', argv: PLAIN, want: true },
    { name: 'a script of Node', argv: ['node', 'server.js', '--port', '8080'], want: true },
    { name: 'a shell', argv: ['sh', 'run.sh'], want: false },
    { name: 'a program by its path', argv: ['/usr/bin/python', 'x.py'], want: false },
    { name: 'code', argv: ['python', '-c', 'import os; os.system("id")'], want: false },
    { name: 'a path upwards', argv: ['python', '../x.py'], want: false },
    { name: 'a denied flag', argv: ['python', 'x.py', '--cap-add'], want: false },
    { name: 'a denied flag with a value', argv: ['python', 'x.py', '--pid', 'host'], want: false },
    { name: 'letters that look like others', argv: ['python', 'х.py'], want: false },
  ])('$name: $want', ({ argv, want }) => {
    expect(isPlain(argv)).toBe(want);
  });

  test('is not given where a list says what may run, or where it would run', () => {
    expect(isPlain(PLAIN, { mode: 'allowlist', allow: ['^python'] })).toBe(false);
    expect(isPlain(PLAIN, { readOnly: true })).toBe(false);
    expect(isPlain(PLAIN, { deny: ['tool\\.server'] })).toBe(false);
    expect(isPlain(PLAIN, {}, '/etc/tool')).toBe(false);
    expect(isPlain(PLAIN, { deniedPaths: ['/workspace/tool.server'] })).toBe(false);
  });

  const word = fc.oneof(
    fc.constantFrom(
      ...PLAIN,
      'node',
      'sh',
      'rm',
      '-rf',
      '/',
      '..',
      '--pid',
      '--pid=host',
      '--cap-add',
      'curl',
      '|',
      'sh',
      '/etc',
    ),
    fc.stringMatching(/^[-\w./=:]{0,12}$/),
    fc.string({ maxLength: 8 }),
  );
  test('is never given to what the whole judgement refuses', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('python3', 'node', 'perl', 'php8.2', 'bun', 'pythonx'),
        fc.array(word, { maxLength: 6 }),
        fc.constantFrom('/workspace', '/', '/etc/x', '/srv/../etc', '/data/a'),
        fc.record({
          mode: fc.constantFrom('denylist', 'none', 'allowlist'),
          readOnly: fc.boolean(),
          deny: fc.subarray(['rm -rf /', 'tool', '^node -m', 'server$', '(?i)PYTHON', 'curl.*\\|.*sh']),
          deniedPaths: fc.subarray(['/etc', '/workspace/x', '/', '/data/a/tool.server']),
          deniedFlags: fc.subarray(['--cap-add', '--pid=host', '-m', '--verbose']),
          strictPatterns: fc.boolean(),
        }),
        (program, rest, cwd, commands) => {
          const policy = aPolicy({ commands });
          const argv = [program, ...rest];
          if (!isPlainCommand(argv, cwd, commandPolicyOf(policy.commands))) return;
          expect(judgeCommand({ argv, cwd, env: [] }, policy)).toEqual([]);
        },
      ),
      { numRuns: 3_000 },
    );
  }, 20_000);
});
