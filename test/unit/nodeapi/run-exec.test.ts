import { describe, expect, test } from 'vitest';
import type { ExecFrame } from '../../../src/model/node-protocol.ts';
import { followToExit } from '../../../src/nodeapi/run-exec.ts';
import { TrackedCommand } from '../../../src/nodeapi/tracked-command.ts';
import type { Command, CommandState, OutputPart } from '../../../src/ports/container-access.ts';
import { FakeCommand } from '../../support/fake-command.ts';
import { exitFrame, fakeClock, outputFrame } from '../../support/frontend-fakes.ts';

const never = new AbortController().signal;
const STATE: CommandState = {
  running: false,
  exitCode: 0,
  signal: null,
  timedOut: false,
  killed: false,
  containerEnded: false,
  leftRunning: false,
  durationMs: 12,
  cpuMs: null,
  stdoutBytes: 0,
  stderrBytes: 0,
};
const part = (stream: 'stdout' | 'stderr', offset: number, text: string): OutputPart => ({
  stream,
  offset,
  bytes: Buffer.from(text),
});

async function framesOf(parts: readonly OutputPart[], state: Partial<CommandState>, maxBytes = 100) {
  const follow: Command['follow'] = async (_from, onOutput) => {
    for (const each of parts) await onOutput(each);
    return { ...STATE, ...state };
  };
  // The other methods are not called on the way to the exit frame.
  const command = { execId: 'ex_1', follow } as Command;
  const frames: ExecFrame[] = [];
  const tracked = new TrackedCommand(command, { clock: fakeClock(), timeoutMs: 1000 });
  await followToExit(tracked, maxBytes, (frame) => void frames.push(frame), never);
  return frames;
}

describe('frames of a command', () => {
  test('are its output in order, and its end', async () => {
    const parts = [part('stdout', 0, 'ab'), part('stderr', 0, 'x'), part('stdout', 2, 'c')];
    expect(await framesOf(parts, { stdoutBytes: 3, stderrBytes: 1 })).toEqual([
      outputFrame('stdout', 'ab'),
      outputFrame('stderr', 'x'),
      outputFrame('stdout', 'c'),
      exitFrame({ stdoutBytes: 3, stderrBytes: 1 }),
    ]);
  });

  test('tell the gap in the middle and what is missing at the end', async () => {
    const parts = [part('stdout', 0, 'ab'), part('stdout', 10, 'yz')];
    expect(await framesOf(parts, { stdoutBytes: 12, stderrBytes: 5 })).toEqual([
      outputFrame('stdout', 'ab'),
      { type: 'omitted', stream: 'stdout', bytes: 8 },
      outputFrame('stdout', 'yz'),
      { type: 'omitted', stream: 'stderr', bytes: 5 },
      exitFrame({ stdoutBytes: 12, stderrBytes: 5, truncated: true }),
    ]);
  });

  test('S1.LIM.01: are never more than was asked for, whatever the container sends', async () => {
    const parts = [part('stdout', 0, 'abcdef'), part('stdout', 6, 'ghi')];
    expect(await framesOf(parts, { stdoutBytes: 9 }, 4)).toEqual([
      outputFrame('stdout', 'abcd'),
      { type: 'omitted', stream: 'stdout', bytes: 5 },
      exitFrame({ stdoutBytes: 9, truncated: true }),
    ]);
  });

  test('are lines of at most 64 KiB', async () => {
    const frames = await framesOf([part('stdout', 0, 'x'.repeat(100_000))], { stdoutBytes: 100_000 }, 200_000);
    const sizes = frames.map((frame) => (frame.type === 'output' ? frame.data.length : 0));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(65_536);
    expect(frames).toHaveLength(4);
  });
});

describe('a command that nobody follows', () => {
  const WANTED = {
    execId: 'ex_1',
    argv: [],
    env: [],
    cwd: null,
    user: '1:1',
    stdin: 'none',
    tty: null,
    timeoutMs: 1000,
    keepBytes: 100,
    lossless: false,
  } as const;

  test('is known to have ended', async () => {
    const gate = Promise.withResolvers<number>();
    const tracked = new TrackedCommand(new FakeCommand(WANTED, () => gate.promise), {
      clock: fakeClock(),
      timeoutMs: 1000,
    });
    const gone = new AbortController();
    const followed = tracked.follow(() => {}, gone.signal);
    gone.abort();
    await expect(followed).rejects.toMatchObject({ kind: 'cancelled' });
    gate.resolve(3);
    expect(await tracked.ended).toMatchObject({ running: false, exitCode: 3 });
  });

  test('whose container never answers again is given up after its time limit', async () => {
    const command = new FakeCommand(WANTED, () => new Promise(() => {}));
    command.state = () => Promise.reject(new Error('away'));
    const tracked = new TrackedCommand(command, { clock: fakeClock(), timeoutMs: 1000 });
    tracked.listen();
    expect(await tracked.ended).toBeNull();
  });
});
