import { expect, test } from 'vitest';
import { MAX_PAYLOAD_BYTES } from '../../../../src/docker/attach/frames.ts';
import { releaseInit } from '../../../../src/docker/attach/release.ts';
import { aFakeInit } from './fake-init.ts';

const never = new AbortController().signal;
type Answer = 'set' | 'conflict' | 'too-large';

async function released(values: readonly string[], answers: readonly Answer[] = []) {
  const parts: { more: boolean; env: readonly string[] }[] = [];
  const init = aFakeInit({
    onMessage: ({ name, id, body }, fake) => {
      if (name === 'hello') return fake.acknowledge({ main: 'held' });
      if (name !== 'environment') return;
      parts.push(body);
      const answer = answers[parts.length - 1] ?? 'set';
      if (answer === 'set') return fake.send('environmentSet', id, {});
      fake.send('error', id, { code: answer, errno: 0, message: 'no' });
    },
  });
  await init.channel.acknowledged;
  const environment = values.map((value, index) => ({ name: `V${index}`, value }));
  const outcome = await releaseInit(init.channel, environment, never).then(
    () => 'done',
    (thrown: unknown) => thrown,
  );
  return { parts, outcome };
}

test('an environment without variables is complete with one message', async () => {
  expect(await released([])).toEqual({ parts: [{ more: false, env: [] }], outcome: 'done' });
});

test('values go whole, in as many messages as they need', async () => {
  const values = Array.from({ length: 5 }, (_, index) => String(index).repeat(32_768));
  const { parts, outcome } = await released(values);
  expect(outcome).toBe('done');
  expect(parts.map(({ more, env }) => [more, env.length])).toEqual([
    [true, 1],
    [true, 1],
    [true, 1],
    [true, 1],
    [false, 1],
  ]);
  expect(parts.flatMap(({ env }) => env)).toEqual(values.map((value, index) => `V${index}=${value}`));
});

test('a message is filled to its last byte and not beyond', async () => {
  const room = MAX_PAYLOAD_BYTES - 5 - 2 * (4 + 'V0='.length);
  const fitting = await released(['x'.repeat(room - 10), 'x'.repeat(10)]);
  expect(fitting.parts.map(({ env }) => env.length)).toEqual([2]);
  const above = await released(['x'.repeat(room - 10), 'x'.repeat(11)]);
  expect(above.parts.map(({ env }) => env.length)).toEqual([1, 1]);
});

test('an init that has its environment from an earlier controller is released', async () => {
  const { parts, outcome } = await released(['x'.repeat(60_000), 'y'.repeat(60_000)], ['conflict']);
  expect([parts.length, outcome]).toEqual([1, 'done']);
});

test('a refusal is told without a value', async () => {
  const { outcome } = await released(['hunter2'], ['too-large']);
  expect(outcome).toMatchObject({ kind: 'too-large' });
  expect(String(outcome)).not.toContain('hunter2');
});
