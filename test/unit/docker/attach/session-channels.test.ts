import { describe, expect, test } from 'vitest';

import { OperatorError } from '../../../../src/lib/errors.ts';
import { createSessionChannels } from '../../../../src/docker/attach/session-channels.ts';
import { encodeMessage, type Message } from '../../../../src/docker/attach/messages.ts';
import { aFakeStream, type FakeStream } from './fake-init.ts';

const never = new AbortController().signal;
const id = 'ab'.repeat(32);

interface World {
  /** How often the engine was asked whether the container runs. */
  asked: number;
  readonly attachments: FakeStream[];
  readonly told: string[];
  runs: boolean;
  answers: boolean;
  /** What the engine says to an attach; null: it attaches. */
  refusal: OperatorError | null;
}

function aWorld() {
  const world: World = { asked: 0, attachments: [], told: [], runs: true, answers: true, refusal: null };
  const channels = createSessionChannels({
    attach: async () => {
      if (world.refusal !== null) throw world.refusal;
      const init = aFakeStream({ onMessage: (message, self) => world.answers && answer(message, self) });
      world.attachments.push(init);
      return init.stream;
    },
    runs: async () => {
      world.asked += 1;
      return world.runs;
    },
    onReady: () => world.told.push('ready'),
    onSilent: () => world.told.push('silent'),
    onLost: (_id, fault) => world.told.push(`lost: ${fault.kind}`),
    patience: { answerMs: 20, lookMs: 5, connectMs: 30, supersededMs: 60_000 },
  });
  return { world, channels };
}

function answer(message: Message, init: FakeStream): void {
  if (message.name !== 'hello') return;
  const { nonce } = message.body;
  const plain = { protocol: 1, version: '1', uptimeMs: 1, main: 'none', nextMainSequence: 0, cpuMs: 0 } as const;
  const bytes = Buffer.concat(encodeMessage('helloAck', 0, { nonce, ...plain }));
  setImmediate(() => init.sendBytes(bytes));
}

describe('session channels', () => {
  test('are opened before the container runs, and answer once it does', async () => {
    const { world, channels } = aWorld();
    world.runs = false;
    await channels.open(id, never);
    expect(channels.alive(id)).toBe(false);
    world.runs = true;
    await channels.reach(id, never);
    expect(channels.alive(id)).toBe(true);
    expect(world.attachments).toHaveLength(1);
    expect(world.told).toEqual(['ready']);
    expect(world.asked, 'its answer was on its way').toBe(0);
  });

  test('are one for each container, however many ask at once', async () => {
    const { world, channels } = aWorld();
    const all = await Promise.all([channels.reach(id, never), channels.reach(id, never), channels.reach(id, never)]);
    expect(new Set(all).size).toBe(1);
    expect(world.attachments).toHaveLength(1);
  });

  test('are made again after they broke, when somebody asks', async () => {
    const { world, channels } = aWorld();
    const first = await channels.reach(id, never);
    world.attachments[0]?.stream.push(null);
    await world.attachments[0]?.settled();
    expect(channels.alive(id)).toBe(false);
    const second = await channels.reach(id, never);
    expect(second).not.toBe(first);
    expect(world.told).toEqual(['ready', 'lost: unavailable', 'ready']);
  });

  test('say that the container does not run, without attaching to it', async () => {
    const { world, channels } = aWorld();
    world.runs = false;
    await expect(channels.reach(id, never)).rejects.toMatchObject({
      kind: 'unavailable',
      message: `container ${id.slice(0, 12)} does not run`,
    });
    expect(world.attachments).toHaveLength(0);
  });

  test('say that the init does not answer while the container runs', async () => {
    const { world, channels } = aWorld();
    world.answers = false;
    await expect(channels.reach(id, never)).rejects.toMatchObject({
      message: `the session init of container ${id.slice(0, 12)} does not answer`,
    });
    expect(world.told).toEqual(['silent']);
    world.answers = true;
    await channels.reach(id, never);
    expect(channels.alive(id)).toBe(true);
  });

  test('notice the end of a container although its stream stays open', async () => {
    const { world, channels } = aWorld();
    world.answers = false;
    const reaching = channels.reach(id, never);
    world.runs = false;
    await expect(reaching).rejects.toMatchObject({ message: `container ${id.slice(0, 12)} does not run` });
    expect(world.attachments.every(({ stream }) => stream.destroyed)).toBe(true);
  });

  test('hand on what the engine says, after some tries', async () => {
    const { world, channels } = aWorld();
    world.refusal = new OperatorError('unavailable', 'no Docker Engine answers');
    await expect(channels.reach(id, never)).rejects.toMatchObject({ message: 'no Docker Engine answers' });
    expect(world.told).toEqual([]);
  });

  test('are left to another controller that has attached', async () => {
    const { world, channels } = aWorld();
    await channels.reach(id, never);
    world.attachments[0]?.acknowledge({ nonce: Buffer.alloc(16, 3) });
    await world.attachments[0]?.settled();
    await expect(channels.reach(id, never)).rejects.toMatchObject({ kind: 'unavailable', retryAfterSeconds: 30 });
    expect(world.attachments).toHaveLength(1);
  });

  test('that are closed let go of whoever waits', async () => {
    const { world, channels } = aWorld();
    world.answers = false;
    const waiting = channels.reach(id, never);
    await channels.open(id, never);
    channels.closeAll();
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable' });
    expect(world.attachments.every(({ stream }) => stream.destroyed)).toBe(true);
  });

  test('are waited for only as long as the caller wants', async () => {
    const { world, channels } = aWorld();
    world.answers = false;
    await expect(channels.reach(id, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
