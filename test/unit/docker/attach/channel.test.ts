import { PassThrough } from 'node:stream';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Channel } from '../../../../src/docker/attach/channel.ts';
import type { Message } from '../../../../src/docker/attach/messages.ts';
import { ask, only, openExchange } from '../../../../src/docker/attach/exchange.ts';
import { requestFault } from '../../../../src/docker/attach/faults.ts';
import { aFakeInit, type FakeInit, NONCE } from './fake-init.ts';

const never = new AbortController().signal;
const silence = { ms: 60_000, before: 'each', ends: 'request' } as const;
const ping = { name: 'ping', body: {}, take: only('pong'), refused: requestFault, silence } as const;

async function acknowledged(init: FakeInit): Promise<FakeInit> {
  init.acknowledge();
  await init.channel.acknowledged;
  return init;
}

describe('a new channel', () => {
  test('says HELLO behind padding that ends whatever a predecessor left', () => {
    const init = aFakeInit();
    expect(init.received).toEqual([{ name: 'hello', id: 0, body: { nonce: NONCE, protocol: 1 } }]);
    expect(init.channel.isAcknowledged).toBe(false);
  });

  test('discards everything before its own HELLO_ACK', async () => {
    const init = aFakeInit();
    const heard: Message[] = [];
    init.channel.listen('output', 1, { onMessage: (message) => heard.push(message), onEnd: () => {} });
    init.sendBytes(Buffer.from('garbage MCP1 of an older life'));
    init.send('execOutput', 1, { stream: 'stdout', offset: 0, data: Buffer.from('old') });
    init.acknowledge({ nonce: Buffer.alloc(16, 9) });
    init.acknowledge();
    init.send('execOutput', 1, { stream: 'stdout', offset: 3, data: Buffer.from('new') });
    expect(await init.channel.acknowledged).toMatchObject({ version: '1' });
    await init.settled();
    expect(heard.map(({ body }) => body)).toEqual([{ stream: 'stdout', offset: 3, data: Buffer.from('new') }]);
  });

  test('refuses another protocol', async () => {
    const init = aFakeInit();
    init.acknowledge({ protocol: 2 });
    await expect(init.channel.acknowledged).rejects.toMatchObject({
      message: 'the session init speaks protocol 2, not 1',
    });
  });
});

describe('a request', () => {
  test('gets the answers that carry its id, whatever their order', async () => {
    const init = await acknowledged(aFakeInit());
    const all = Promise.all([ask(init.channel, ping, never), ask(init.channel, ping, never)]);
    init.send('pong', 99, {});
    init.send('pong', 2, {});
    init.send('pong', 1, {});
    expect(await all).toEqual([{}, {}]);
  });

  test('begins at another number on each connection', () => {
    const first = [1, 2].map((byte) => new Channel(new PassThrough(), Buffer.alloc(16, byte)).newId());
    expect(new Set(first).size).toBe(2);
  });

  test('that is refused says why', async () => {
    const init = await acknowledged(aFakeInit());
    const asked = ask(init.channel, ping, never);
    init.send('error', 1, { code: 'busy', errno: 0, message: 'too\nmany' });
    await expect(asked).rejects.toMatchObject({
      kind: 'conflict',
      retryAfterSeconds: 1,
      message: 'the session is busy: too many',
    });
  });

  test('that is cancelled is taken back', async () => {
    const init = await acknowledged(aFakeInit());
    await expect(ask(init.channel, ping, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
    expect(init.received.slice(1).map(({ name, id }) => `${name} ${id}`)).toEqual(['ping 1', 'cancel 1']);
  });

  test('that gets another answer than it can have ends the connection', async () => {
    const init = await acknowledged(aFakeInit());
    const asked = ask(init.channel, ping, never);
    init.send('execListEnd', 1, {});
    await expect(asked).rejects.toMatchObject({ kind: 'internal' });
    expect(init.stream.destroyed).toBe(true);
  });

  test('on a connection that has ended is over at once', async () => {
    const init = await acknowledged(aFakeInit());
    init.stream.destroy();
    await init.settled();
    await expect(ask(init.channel, ping, never)).rejects.toMatchObject({ kind: 'unavailable' });
    const open = openExchange(init.channel, ping);
    await expect(open.result).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('a connection', () => {
  test.each([
    { name: 'bytes that are no frame', act: (init: FakeInit) => init.sendBytes(Buffer.alloc(50, 1)), kind: 'internal' },
    { name: 'standard error', act: (init: FakeInit) => init.sendBytes(Buffer.from('oops'), 2), kind: 'internal' },
    {
      name: 'a malformed engine frame',
      act: (init: FakeInit) => init.stream.push(Buffer.alloc(20, 255)),
      kind: 'internal',
    },
    { name: 'its end', act: (init: FakeInit) => init.stream.push(null), kind: 'unavailable' },
    {
      name: 'another controller',
      act: (init: FakeInit) => init.acknowledge({ nonce: Buffer.alloc(16, 1) }),
      kind: 'unavailable',
    },
  ])('ends with $name, and tells everybody', async ({ name, act, kind }) => {
    const init = await acknowledged(aFakeInit());
    const ended = Promise.withResolvers<string>();
    init.channel.listen('main', 0, { onMessage: () => {}, onEnd: (fault) => ended.resolve(fault.kind) });
    const asked = ask(init.channel, ping, never).catch((thrown: { kind: string }) => thrown.kind);
    act(init);
    expect(await ended.promise).toBe(kind);
    expect(await asked).toBe(kind);
    expect(init.channel.superseded).toBe(name === 'another controller');
  });

  test('of which nobody reads the other end is bounded', async () => {
    const init = await acknowledged(aFakeInit({ reads: false }));
    const data = Buffer.alloc(32_768);
    for (let round = 0; round < 400; round += 1) init.channel.post('execStdin', 1, { data });
    expect(init.channel.fault).toMatchObject({ kind: 'unavailable' });
    await init.channel.send('execStdin', 1, { data });
  });

  test('survives whatever comes, or ends with a fault', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 }), async (chunks) => {
        const init = await acknowledged(aFakeInit());
        for (const chunk of chunks) if (!init.stream.destroyed) init.stream.push(Buffer.from(chunk));
        await init.settled();
        expect(['internal', 'unavailable', undefined]).toContain(init.channel.fault?.kind);
      }),
      { numRuns: 50 },
    );
  });

  test('remembers the credit of inputs within bounds', async () => {
    const init = await acknowledged(aFakeInit());
    for (let handle = 1; handle <= 2000; handle += 1) init.send('execStdinCredit', handle, { more: 0xff_ff_ff_ff });
    await init.settled();
    expect(init.channel.inputCredit(2000)).toBe(1_048_576);
    expect(init.channel.inputCredit(1)).toBe(0);
  });
});
