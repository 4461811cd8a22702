import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ExecAction } from '../../../../../src/cli/arguments/exec.ts';
import { runExec } from '../../../../../src/cli/session/exec/exec.ts';
import { OperatorError } from '../../../../../src/lib/errors.ts';
import type { ExecRequest, InteractiveCommand } from '../../../../../src/model/node-protocol.ts';
import {
  execRecord,
  fakeAccess,
  fakeChannel,
  fakeConsole,
  type FakeConsole,
  fakeTerminal,
  programOf,
} from '../../../../support/cli-fakes.ts';

const command = { argv: ['sh'], env: [], cwd: null, timeoutSeconds: null };
const run = (change: { readonly stdin?: boolean; readonly terminal?: boolean } = {}): ExecAction => ({
  kind: 'run',
  command,
  stdin: false,
  terminal: false,
  ...change,
});

/** Starts the action against one command; `code` is what the program ends with. */
function start(action: ExecAction, console: FakeConsole) {
  const channel = fakeChannel();
  const asked: InteractiveCommand[] = [];
  const access = fakeAccess({
    openExec: (_session, wanted) => {
      asked.push(wanted);
      return Promise.resolve(channel);
    },
  });
  return { channel, asked, code: runExec(action, programOf(console, access)) };
}

describe('a command', () => {
  test('passes on both streams and the exit code, and lets go', async () => {
    const console = fakeConsole();
    const { channel, asked, code } = start(run(), console);
    await channel.emit('stdout', 'out\u001b[1m');
    await channel.emit('stderr', 'err');
    channel.end({ exitCode: 3 });
    expect(await code).toBe(3);
    expect({ out: console.stdout.text(), err: console.stderr.text(), log: channel.log, asked }).toEqual({
      out: 'out\u001b[1m',
      err: 'err',
      log: ['close'],
      asked: [{ ...command, stdin: false, tty: null }],
    });
    expect(console.signalListeners()).toBe(0);
  });

  test('cannot steer the terminal of a person without one of its own', async () => {
    const console = fakeConsole({ stdoutIsTerminal: true });
    const { channel, code } = start(run(), console);
    await channel.emit('stdout', 'a\u001b]0;evil\u0007b\r');
    channel.end();
    await code;
    expect(console.stdout.text()).toBe('ab\n');
  });

  test('gets standard input only with -i, and its end', async () => {
    const without = start(run(), fakeConsole({ stdin: 'x' }));
    await without.channel.followed;
    without.channel.end();
    await without.code;
    expect(without.channel.log).toEqual(['close']);

    const stdin = new PassThrough();
    const { channel, code } = start(run({ stdin: true }), fakeConsole({ stdin }));
    await channel.followed;
    stdin.end('hello');
    await expect.poll(() => channel.log).toEqual(['write hello', 'end input']);
    channel.end();
    expect(await code).toBe(0);
  });

  test('is killed when nobody reads its output any more', async () => {
    const console = fakeConsole();
    const { channel, code } = start(run(), console);
    console.stdout.close();
    await channel.emit('stdout', 'x');
    expect(await code).toBe(141);
    expect(channel.log).toEqual(['kill', 'close']);
  });

  test('says when its time limit ended it, and is 124', async () => {
    const console = fakeConsole();
    const { channel, code } = start(run(), console);
    channel.end({ exitCode: null, signal: 9, timedOut: true, durationMs: 30_000, containerEnded: true });
    expect(await code).toBe(124);
    expect(console.stderr.text()).toBe(
      'The command was killed at its time limit, after 30 s.\nThe container of the session ended with the command.\n',
    );
  });
});

describe('signals', () => {
  test('go to the command; the second one kills it', async () => {
    const console = fakeConsole();
    const { channel, code } = start(run(), console);
    await channel.followed;
    console.signal('SIGTERM');
    console.signal('SIGINT');
    expect(await code).toBe(137);
    expect(channel.log).toEqual(['signal 15', 'kill', 'close']);
  });

  test('the third one does not wait for an answer', async () => {
    const console = fakeConsole();
    const { channel, code } = start(run(), console);
    await channel.followed;
    channel.kill = () => void channel.log.push('kill that is not heard');
    for (let count = 0; count < 3; count += 1) console.signal('SIGINT');
    expect(await code).toBe(130);
  });

  test('before the command runs they end the attempt', async () => {
    const console = fakeConsole();
    const access = fakeAccess({
      openExec: (_session, _command, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          console.signal('SIGHUP');
        }),
    });
    expect(await runExec(run(), programOf(console, access))).toBe(129);
  });
});

describe('a terminal', () => {
  test('is raw while the command runs, and passes on its size', async () => {
    const terminal = fakeTerminal();
    const console = fakeConsole({ stdin: new PassThrough(), terminal, stdoutIsTerminal: true });
    const { channel, asked, code } = start(run({ stdin: true, terminal: true }), console);
    await channel.followed;
    expect(terminal.modes).toEqual([true]);
    terminal.resize({ rows: 50, columns: 100 });
    terminal.resize({ rows: 50, columns: 100 });
    await channel.emit('stdout', '\u001b[31mred');
    channel.end({ exitCode: 1 });
    expect(await code).toBe(1);
    expect({ tty: asked[0]?.tty, log: channel.log, out: console.stdout.text(), modes: terminal.modes }).toEqual({
      tty: { rows: 24, columns: 80 },
      log: ['resize 50x100', 'close'],
      out: '\u001b[31mred',
      modes: [true, false],
    });
    expect(terminal.listeners()).toBe(0);
  });

  test('without open input keeps the meaning of its keys', async () => {
    const terminal = fakeTerminal();
    const { channel, code } = start(run({ terminal: true }), fakeConsole({ terminal }));
    channel.end();
    await code;
    expect(terminal.modes).toEqual([]);
  });

  test('that is not there is an error that says so', async () => {
    const console = fakeConsole();
    expect(await runExec(run({ terminal: true }), programOf(console, fakeAccess()))).toBe(125);
    expect(console.stderr.text()).toBe(
      'error: -t needs a terminal on standard input, and there is none; leave -t out, or call from a terminal\n',
    );
  });

  test('is given back before a fault is told', async () => {
    const terminal = fakeTerminal();
    const console = fakeConsole({ stdin: new PassThrough(), terminal });
    const { channel, code } = start(run({ stdin: true, terminal: true }), console);
    await channel.followed;
    channel.fail(new OperatorError('unavailable', 'the front end went away'));
    expect(await code).toBe(125);
    expect(terminal.modes).toEqual([true, false]);
    expect(console.stderr.text()).toBe(
      'error: the front end went away\n' +
        'Command ex1 runs on in session "s1" in namespace "team-a" until its end or its time limit. The rest of its output:\n' +
        '  mcpsession exec -n team-a s1 --attach ex1\n',
    );
  });
});

test('a session that has ended leaves nothing to come back to', async () => {
  const console = fakeConsole();
  const { channel, code } = start(run(), console);
  channel.fail(new OperatorError('expired', 'the session has ended'));
  expect(await code).toBe(125);
  expect(console.stderr.text()).toBe('error: the session has ended\n');
});

test('a command that does not start is 125 with the reason', async () => {
  const console = fakeConsole();
  const access = fakeAccess({ openExec: () => Promise.reject(new OperatorError('invalid', 'no such program')) });
  expect(await runExec(run(), programOf(console, access))).toBe(125);
  expect(console.stderr.text()).toBe('error: no such program\n');
});

test('in the background it prints the id alone', async () => {
  const console = fakeConsole();
  const requests: ExecRequest[] = [];
  const access = fakeAccess({
    exec: (_endpoint, _session, request, onFrame) => {
      requests.push(request);
      onFrame({ type: 'started', execId: 'ex9' });
      return Promise.resolve();
    },
  });
  expect(await runExec({ kind: 'background', command }, programOf(console, access))).toBe(0);
  expect(console.stdout.text()).toBe('ex9\n');
  expect(requests).toMatchObject([{ sessionUid: 'uid-s1', caller: null, command: { argv: ['sh'], background: true } }]);
});

test('lists what runs and what is kept', async () => {
  const console = fakeConsole();
  const records = [
    execRecord({ execId: 'a', exitCode: 2, durationMs: 400, stdoutBytes: 1536 }),
    execRecord({ execId: 'b', exitCode: null, signal: 15, durationMs: 12_000 }),
    execRecord({ execId: 'c', running: true, exitCode: null, durationMs: 200_000, stderrBytes: 5 }),
    execRecord({ execId: 'd', exitCode: null, timedOut: true, durationMs: 7_500_000, leftRunning: true }),
  ];
  const access = fakeAccess({ listExecs: () => Promise.resolve(records) });
  expect(await runExec({ kind: 'list' }, programOf(console, access))).toBe(0);
  expect(console.stdout.text()).toBe(
    [
      'ID   STATE                               DURATION   STDOUT    STDERR',
      'a    exit code 2                         400ms      1.5 KiB   0 B',
      'b    signal 15                           12s        0 B       0 B',
      'c    running                             3m20s      0 B       5 B',
      'd    time limit, left processes behind   2h5m       0 B       0 B',
      '',
    ].join('\n'),
  );
});

test('kills by id and says how it ended', async () => {
  const console = fakeConsole();
  const access = fakeAccess({
    execKill: () => Promise.resolve(execRecord({ exitCode: null, killed: true, signal: 9 })),
  });
  expect(await runExec({ kind: 'kill', execId: 'ex1' }, programOf(console, access))).toBe(0);
  expect(console.stdout.text()).toBe('ex1: killed\n');
});

test('a list or a kill that fails keeps the ordinary codes', async () => {
  const access = fakeAccess({ listExecs: () => Promise.reject(new OperatorError('unavailable', 'away')) });
  await expect(runExec({ kind: 'list' }, programOf(fakeConsole(), access))).rejects.toMatchObject({
    kind: 'unavailable',
  });
});
