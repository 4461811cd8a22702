import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../../src/cli/arguments.ts';
import { USAGE } from '../../../src/cli/arguments/usage.ts';

const NOWHERE = { kubeconfig: null, context: null, namespace: null, serviceAccount: null };
const problems = (argv: readonly string[]): readonly string[] => {
  const parsed = parseCommand(argv);
  return parsed.ok ? [] : parsed.error;
};
const optionsOf = (argv: readonly string[]): unknown => {
  const parsed = parseCommand(argv);
  return parsed.ok && 'options' in parsed.value ? parsed.value.options : parsed;
};

describe('exec', () => {
  const plain = { argv: ['id'], env: [], cwd: null, timeoutSeconds: null };

  test.each([
    {
      argv: ['exec', 's1', '--', 'id'],
      want: {
        connection: NOWHERE,
        session: 's1',
        action: { kind: 'run', command: plain, stdin: false, terminal: false },
      },
    },
    {
      argv: ['exec', '-n', 'team-a', '--context', 'c', '-it', 's1', '--', 'sh', '-c', '--', '-n'],
      want: {
        connection: { ...NOWHERE, namespace: 'team-a', context: 'c' },
        session: 's1',
        action: {
          kind: 'run',
          command: { ...plain, argv: ['sh', '-c', '--', '-n'] },
          stdin: true,
          terminal: true,
        },
      },
    },
    {
      argv: ['exec', '--env', 'A=1', 's1', '--env=B=x=y', '--cwd', 'src', '--timeout', '1.5', '--', 'id'],
      want: {
        connection: NOWHERE,
        session: 's1',
        action: {
          kind: 'run',
          stdin: false,
          terminal: false,
          command: {
            argv: ['id'],
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: 'x=y' },
            ],
            cwd: 'src',
            timeoutSeconds: 1.5,
          },
        },
      },
    },
    {
      argv: ['exec', '--background', 's1', '--', 'id'],
      want: { connection: NOWHERE, session: 's1', action: { kind: 'background', command: plain } },
    },
    {
      argv: ['exec', 's1', '--attach', 'ex_7'],
      want: { connection: NOWHERE, session: 's1', action: { kind: 'attach', execId: 'ex_7' } },
    },
    {
      argv: ['exec', 's1', '--kill', 'ex_7'],
      want: { connection: NOWHERE, session: 's1', action: { kind: 'kill', execId: 'ex_7' } },
    },
    { argv: ['exec', 's1', '--list'], want: { connection: NOWHERE, session: 's1', action: { kind: 'list' } } },
  ])('$argv', ({ argv, want }) => {
    expect(optionsOf(argv)).toEqual(want);
  });

  test.each([
    {
      argv: ['exec'],
      want: [
        'exec: name the session, for example: mcpsession exec SESSION -- PROGRAM',
        'exec: name a program after "--"',
      ],
    },
    {
      argv: ['exec', 's1', 'ls', '-l'],
      want: [
        "Unknown option '-l'",
        'Unexpected argument "ls": the command comes after "--", as in: exec s1 -- ls',
        'exec: name a program after "--"',
      ],
    },
    {
      argv: [
        'exec',
        '-n',
        'A/b',
        '../x',
        '--env',
        '0=1',
        '--env',
        'SECRET',
        '--timeout',
        '0',
        '--cwd=',
        '--yolo',
        '--',
        'x',
      ],
      want: [
        "Unknown option '--yolo'",
        '--namespace "A/b": must be the name of a namespace',
        'session "../x": must be the name of an McpSession, as "kubectl get mcps" lists it',
        '--env "0=...": must be NAME=VALUE with the name of a variable',
        '--env "SECRET": must be NAME=VALUE with the name of a variable',
        '--timeout "0": must be seconds, more than 0 and at most 86400',
        '--cwd "": must be a directory of the session',
      ],
    },
    {
      argv: ['exec', '-i', '--background', 's1', '--', 'x'],
      want: ['--background does not go with --stdin: nobody is there to type'],
    },
    {
      argv: ['exec', 's1', '--attach', '-i', '--', 'x'],
      want: ["--attach needs a value; if '-i' is meant, write --attach=-i"],
    },
    {
      argv: ['exec', 's1', '--attach', 'a b', '-i', '--', 'x'],
      want: [
        '--attach does not go with --stdin, a command',
        '--attach "a b": must be an exec id, as "exec SESSION --list" shows it',
      ],
    },
    { argv: ['exec', 's1', '--list', '--kill', 'x'], want: ['--kill and --list exclude each other'] },
    { argv: ['exec', 's1', '--stdin=yes', '--', 'x'], want: ['--stdin takes no value, not "yes"'] },
    { argv: ['exec', 's1', '--cwd'], want: ['--cwd needs a value', 'exec: name a program after "--"'] },
  ])('$argv is refused with every reason', ({ argv, want }) => {
    expect(problems(argv)).toEqual(want);
  });
});

describe('logs', () => {
  const none = {
    connection: NOWHERE,
    session: 's1',
    follow: false,
    tail: null,
    since: null,
    grep: null,
    timestamps: false,
    cursor: null,
  };

  test.each([
    { argv: ['s1'], want: none },
    {
      argv: ['-f', '--tail', '0', '--timestamps', '--grep', '^e', 's1'],
      want: { ...none, follow: true, tail: 0, timestamps: true, grep: '^e' },
    },
    { argv: ['--since', '5m', 's1'], want: { ...none, since: { kind: 'ago', ms: 300_000 } } },
    {
      argv: ['--since', '2026-11-20T17:00:00Z', 's1'],
      want: { ...none, since: { kind: 'at', ms: Date.parse('2026-11-20T17:00:00Z') } },
    },
    { argv: ['--cursor', '', 's1'], want: { ...none, cursor: '' } },
  ])('logs $argv', ({ argv, want }) => {
    expect(optionsOf(['logs', ...argv])).toEqual(want);
  });

  test.each([
    { argv: [], want: ['logs: name the session'] },
    { argv: ['s1', 's2'], want: ['Unexpected argument "s2": one session at a time'] },
    {
      argv: ['--tail', '-1', 's1'],
      want: ["--tail needs a value; if '-1' is meant, write --tail=-1"],
    },
    {
      argv: ['--tail=-1', '--since', 'soon', 's1'],
      want: [
        '--tail "-1": must be a whole number from 0 to 10000',
        '--since "soon": must be a duration such as 30s, 5m, 2h, 1d, or a time such as 2026-11-20T17:00:00Z',
      ],
    },
    { argv: ['--tail', '1', '--cursor', 'c', 's1'], want: ['--tail and --cursor exclude each other'] },
  ])('logs $argv is refused', ({ argv, want }) => {
    expect(problems(['logs', ...argv])).toEqual(want);
  });
});

describe('cp', () => {
  test.each([
    { argv: ['a.txt', 's1:b.txt'], want: { direction: 'upload', local: 'a.txt', remote: 'b.txt', recursive: false } },
    {
      argv: ['s1:/workspace/b', '.'],
      want: { direction: 'download', local: '.', remote: '/workspace/b', recursive: false },
    },
    { argv: ['-r', 's1:', 'out'], want: { direction: 'download', local: 'out', remote: '', recursive: true } },
    { argv: ['-', 's1:b'], want: { direction: 'upload', local: '-', remote: 'b', recursive: false } },
    { argv: ['./s2:x', 's1:b'], want: { direction: 'upload', local: './s2:x', remote: 'b', recursive: false } },
    { argv: ['s1:a:b', 'x'], want: { direction: 'download', local: 'x', remote: 'a:b', recursive: false } },
  ])('cp $argv', ({ argv, want }) => {
    expect(optionsOf(['cp', ...argv])).toEqual({ connection: NOWHERE, session: 's1', ...want });
  });

  test.each([
    {
      argv: ['a'],
      want: 'cp: needs a source and a target, one of them SESSION:PATH, as in: cp data.csv py-1:data.csv',
    },
    { argv: ['a', 'b'], want: 'cp: one of "a" and "b" must be SESSION:PATH' },
    { argv: ['s1:a', 's2:b'], want: 'cp: one side must be of this machine; copy in two steps' },
    { argv: ['S1:a', 'b'], want: 'cp: one of "S1:a" and "b" must be SESSION:PATH' },
    { argv: ['', 's1:b'], want: 'cp: the path of this machine is empty; "." is the current directory' },
    { argv: ['-r', 's1:b', '-'], want: 'cp: -r does not go with "-"; a directory is no stream' },
  ])('cp $argv is refused', ({ argv, want }) => {
    expect(problems(['cp', ...argv])).toEqual([want]);
  });
});

describe('port-forward', () => {
  test.each([
    { argv: ['s1', '8080'], ports: [{ local: 8080, remote: 8080 }] },
    {
      argv: ['s1', '9000:8080', ':80', '0:81'],
      ports: [
        { local: 9000, remote: 8080 },
        { local: 0, remote: 80 },
        { local: 0, remote: 81 },
      ],
    },
  ])('port-forward $argv', ({ argv, ports }) => {
    expect(optionsOf(['port-forward', ...argv])).toEqual({
      connection: NOWHERE,
      session: 's1',
      address: '127.0.0.1',
      isExposed: false,
      ports,
    });
  });

  test.each([
    { address: '127.0.0.1', isExposed: false },
    { address: '127.9.9.9', isExposed: false },
    { address: '::1', isExposed: false },
    { address: 'localhost', isExposed: false },
    { address: '0.0.0.0', isExposed: true },
    { address: '::', isExposed: true },
    { address: '192.0.2.7', isExposed: true },
    { address: '::ffff:192.0.2.7', isExposed: true },
  ])('$address is exposed: $isExposed', ({ address, isExposed }) => {
    expect(optionsOf(['port-forward', '--address', address, 's1', '80'])).toMatchObject({ isExposed });
  });

  test('names every problem at once', () => {
    expect(
      problems(['port-forward', '--address', 'example.test', 's1', '0', '80:', 'x', '1:2:3', '70000', '9:1', '9:2']),
    ).toEqual([
      '--address "example.test": must be an IP address of this machine',
      ...['0', '80:', 'x', '1:2:3', '70000'].map(
        (text) => `port "${text}": must be REMOTE, LOCAL:REMOTE or :REMOTE, with ports from 1 to 65535`,
      ),
      'local port 9 is named twice',
    ]);
    expect(problems(['port-forward'])).toEqual([
      'port-forward: name the session',
      'port-forward: name at least one port, as REMOTE or LOCAL:REMOTE',
    ]);
  });
});

test('the help names every command and every exit code', () => {
  for (const word of ['exec', 'logs', 'cp', 'port-forward', '--attach', '--cursor', '124', '125', '128 + N'])
    expect(USAGE).toContain(word);
});
