import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { inputFrom } from '../../../../src/cli/session/input.ts';
import { OutputClosed, outputTo } from '../../../../src/cli/session/output.ts';

test('a write waits until it was taken', async () => {
  const taken: (() => void)[] = [];
  const output = outputTo(
    new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void taken.push(done) }),
  );
  let isDone = false;
  const written = output.write('a').then(() => {
    isDone = true;
  });
  await Promise.resolve();
  expect(isDone).toBe(false);
  taken[0]?.();
  await written;
});

test('a reader that has gone is a refusal, not the end of the process', async () => {
  const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const output = outputTo(gone);
  expect(output.isClosed()).toBe(false);
  await expect(output.write('a')).rejects.toBeInstanceOf(OutputClosed);
  await expect(output.write('b')).rejects.toBeInstanceOf(OutputClosed);
  expect(output.isClosed()).toBe(true);
});

test('input is taken one piece after the other, then its end', async () => {
  const stdin = new PassThrough();
  const log: string[] = [];
  const gates: (() => void)[] = [];
  inputFrom(stdin).pump(
    (bytes) => {
      log.push(Buffer.from(bytes).toString());
      return new Promise((resolve) => void gates.push(resolve));
    },
    () => log.push('end'),
  );
  stdin.write('a');
  await expect.poll(() => log).toEqual(['a']);
  stdin.write('b');
  stdin.end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(log).toEqual(['a']);
  gates[0]?.();
  await expect.poll(() => log).toEqual(['a', 'b']);
  gates[1]?.();
  await expect.poll(() => log).toEqual(['a', 'b', 'end']);
});

test('input that nobody takes any more stops, and so does input that is let go', async () => {
  const stdin = new PassThrough();
  const stop = inputFrom(stdin).pump(
    () => Promise.reject(new Error('the command has ended')),
    () => {},
  );
  stdin.write('a');
  await expect.poll(() => stdin.listenerCount('data')).toBe(0);
  stop();
  expect(stdin.listenerCount('end')).toBe(0);
});

test('a terminal that goes away is the end of input', async () => {
  const stdin = new PassThrough();
  let hasEnded = false;
  inputFrom(stdin).pump(
    () => Promise.resolve(),
    () => {
      hasEnded = true;
    },
  );
  stdin.emit('error', new Error('EIO'));
  await expect.poll(() => hasEnded).toBe(true);
});
