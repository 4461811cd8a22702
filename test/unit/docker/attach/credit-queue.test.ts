import { describe, expect, test } from 'vitest';

import { CreditQueue } from '../../../../src/docker/attach/credit-queue.ts';

const piece = (at: number, bytes: Uint8Array, lane = '') => ({ lane, at, bytes, atMs: 0 });

async function drain(
  queue: CreditQueue,
): Promise<readonly { readonly at: number; readonly bytes: Uint8Array; readonly lane: string }[]> {
  const all = [];
  for await (const each of queue.pieces()) all.push(each);
  return all;
}

describe('a credit queue', () => {
  test('hands on what came, then ends', async () => {
    const queue = new CreditQueue(100, () => {});
    queue.push(piece(0, Buffer.from('ab')));
    queue.push(piece(2, Buffer.from('c')));
    queue.end(null);
    expect((await drain(queue)).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['ab', 'c']);
  });

  test('hands on what came before a fault, then the fault', async () => {
    const queue = new CreditQueue(100, () => {});
    queue.push(piece(0, Buffer.from('ab')));
    queue.end({ name: 'OperatorError', kind: 'unavailable', message: 'x', retryAfterSeconds: null });
    const seen: unknown[] = [];
    const all = (async () => {
      for await (const each of queue.pieces()) seen.push(each);
    })();
    await expect(all).rejects.toMatchObject({ kind: 'unavailable' });
    expect(seen).toHaveLength(1);
  });

  test('refuses more than was granted, and more than a frame', () => {
    const refusal = expect.objectContaining({ kind: 'internal' }) as Error;
    expect(() => new CreditQueue(10, () => {}).push(piece(0, Buffer.alloc(11)))).toThrow(refusal);
    expect(() => new CreditQueue(100_000, () => {}).push(piece(0, Buffer.alloc(32_769)))).toThrow(refusal);
  });

  test('grants what was taken, in few large steps', async () => {
    const grants: number[] = [];
    const queue = new CreditQueue(100, (bytes) => grants.push(bytes));
    for (let at = 0; at < 100; at += 10) queue.push(piece(at, Buffer.alloc(10)));
    const taking = drain(queue);
    await new Promise((resolve) => setImmediate(resolve));
    queue.end(null);
    await taking;
    expect(grants).toEqual([30, 30, 30]);
  });

  test('joins small pieces when there are many, each lane in order and without a gap', async () => {
    const queue = new CreditQueue(200_000, () => {});
    for (let at = 0; at < 100_000; at += 1) {
      queue.push(piece(at, Buffer.from([at % 251]), 'stdout'));
      queue.push(piece(at, Buffer.from([at % 13]), 'stderr'));
    }
    queue.end(null);
    const all = await drain(queue);
    expect(all.length).toBeLessThan(100);
    for (const [lane, modulus] of [
      ['stdout', 251],
      ['stderr', 13],
    ] as const) {
      let next = 0;
      for (const { at, bytes } of all.filter((each) => each.lane === lane)) {
        expect(at).toBe(next);
        expect(bytes.every((byte, index) => byte === (at + index) % modulus)).toBe(true);
        next += bytes.byteLength;
      }
      expect(next).toBe(100_000);
    }
  });

  test('does not join over a gap', async () => {
    const queue = new CreditQueue(100_000, () => {});
    for (let at = 0; at < 70; at += 1) queue.push(piece(at * 2, Buffer.alloc(1)));
    queue.end(null);
    expect(await drain(queue)).toHaveLength(70);
  });
});
