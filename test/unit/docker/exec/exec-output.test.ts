import { describe, expect, test } from 'vitest';

import { ExecOutput } from '../../../../src/docker/exec/exec-output.ts';
import type { OutputPart } from '../../../../src/ports/container-access.ts';

const never = new AbortController().signal;
const start = { stdout: 0, stderr: 0 };
const textOf = (parts: readonly OutputPart[]): string => Buffer.concat(parts.map(({ bytes }) => bytes)).toString();

describe('kept output', () => {
  test('comes to a follower as it is written, and to the next one again', async () => {
    const output = new ExecOutput({ keepBytes: 100, lossless: false });
    const seen: OutputPart[] = [];
    const following = output.follow(start, (part) => void seen.push(part), never);
    output.push('stdout', Buffer.from('one'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(textOf(seen)).toBe('one');
    output.push('stdout', Buffer.from('two'));
    output.finish();
    await following;
    expect(textOf(seen)).toBe('onetwo');
    const again: OutputPart[] = [];
    await output.follow({ stdout: 2, stderr: 0 }, (part) => void again.push(part), never);
    expect(textOf(again)).toBe('etwo');
  });

  test('beyond the bound: the first half, silence, and the last half at the end', async () => {
    const output = new ExecOutput({ keepBytes: 10, lossless: false });
    const seen: OutputPart[] = [];
    const following = output.follow(start, (part) => void seen.push(part), never);
    output.push('stdout', Buffer.from('0123456789abcdef'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(textOf(seen)).toBe('01234');
    output.finish();
    await following;
    expect(textOf(seen)).toBe('01234bcdef');
    expect(output.producedBytes).toEqual({ stdoutBytes: 16, stderrBytes: 0 });
  });

  test('of a lossless command waits for its first follower and for a slow one, not for one who left', async () => {
    const output = new ExecOutput({ keepBytes: 10, lossless: true });
    output.push('stdout', Buffer.alloc(200_000));
    let hasRoom = false;
    const room = output.room().then(() => (hasRoom = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasRoom).toBe(false);
    const leave = new AbortController();
    let taken = 0;
    const following = output.follow(start, ({ bytes }) => void (taken += bytes.byteLength), leave.signal);
    await room;
    expect(taken).toBeGreaterThan(60_000);
    leave.abort(new Error('left'));
    await expect(following).rejects.toThrow('left');
    output.push('stdout', Buffer.alloc(1_000_000));
    await output.room();
  });

  test('a follower that fails ends with its own error', async () => {
    const output = new ExecOutput({ keepBytes: 10, lossless: false });
    output.push('stderr', Buffer.from('x'));
    const following = output.follow(start, () => Promise.reject(new Error('disk full')), never);
    await expect(following).rejects.toThrow('disk full');
  });
});
