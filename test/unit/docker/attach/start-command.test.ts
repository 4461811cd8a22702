import { expect, test } from 'vitest';
import type { Channel } from '../../../../src/docker/attach/channel.ts';
import type { InitCommandParts } from '../../../../src/docker/attach/init-command.ts';
import { startCommand } from '../../../../src/docker/attach/start-command.ts';
import type { CommandToStart } from '../../../../src/ports/container-access.ts';
import { aFakeInit } from './fake-init.ts';

const never = new AbortController().signal;
const command: CommandToStart = {
  ...{ execId: 'exec-1', argv: ['true'], env: [], cwd: null, user: '1000:1000', stdin: 'none', tty: null },
  ...{ lossless: false, timeoutMs: 0, keepBytes: 1024 },
};
const NOTHING_YET = { code: 0, flags: 0, wallMs: 1, cpuMs: 1, largestKib: 1, stdoutBytes: 0, stderrBytes: 0 } as const;

/** Cut as soon as a start was sent. */
async function aConnectionThatBreaks(): Promise<Channel> {
  const init = aFakeInit({
    onMessage: ({ name }, fake) => {
      if (name === 'hello') fake.acknowledge();
      if (name === 'execStart') fake.stream.destroy();
    },
  });
  await init.channel.acknowledged;
  return init.channel;
}

/** Lists the command from the third list on: until then its program is being executed. */
async function aConnectionThatListsLate(): Promise<Channel> {
  let lists = 0;
  const init = aFakeInit({
    onMessage: ({ name, id }, fake) => {
      if (name === 'hello') fake.acknowledge();
      if (name === 'execStart') fake.send('error', id, { code: 'conflict', errno: 0, message: 'the key is known' });
      if (name !== 'execList') return;
      lists += 1;
      if (lists >= 3) fake.send('execListItem', id, { key: 'exec-1', handle: 7, state: 'running', ...NOTHING_YET });
      fake.send('execListEnd', id, {});
    },
  });
  await init.channel.acknowledged;
  return init.channel;
}

function overOneAfterTheOther(channels: Channel[]): InitCommandParts {
  const reach = async (): Promise<Channel> => {
    const next = channels.shift();
    if (next === undefined) throw new Error('no connection is left');
    return next;
  };
  return { channels: { reach } } as unknown as InitCommandParts; // a start uses nothing else
}

test('a start whose connection broke is found although its program is still being executed at the next look', async () => {
  const parts = overOneAfterTheOther([await aConnectionThatBreaks(), await aConnectionThatListsLate()]);
  const started = await startCommand(parts, { containerId: 'c1', command }, never);
  expect(started.execId).toBe('exec-1');
});

test('an id that somebody else has used is refused at once', async () => {
  const parts = overOneAfterTheOther([await aConnectionThatListsLate()]);
  await expect(startCommand(parts, { containerId: 'c1', command }, never)).rejects.toMatchObject({
    kind: 'already-exists',
  });
});
