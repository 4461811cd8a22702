import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from '../../../../../src/cli/session/port-forward/listen.ts';

test('takes any free port, and keeps the half of a connection that is open', async () => {
  const listener = await listen({ address: '127.0.0.1', port: 0 }, (socket) => {
    socket.resume();
    socket.once('end', () => socket.end('after the end'));
  });
  const client = connect({ host: '127.0.0.1', port: listener.port });
  client.end('question');
  const [answer] = (await once(client, 'data')) as [Buffer]; // no encoding is set
  expect(answer.toString()).toBe('after the end');
  await listener.close();
});

test('a port that is taken, or an address of somebody else, is a sentence', async () => {
  const first = await listen({ address: '127.0.0.1', port: 0 }, () => {});
  await expect(listen({ address: '127.0.0.1', port: first.port }, () => {})).rejects.toMatchObject({
    kind: 'invalid',
    message: `port ${first.port} on 127.0.0.1 is taken; name another one, as in 18080:8080, or any, as in :8080`,
  });
  await first.close();
  await expect(listen({ address: '192.0.2.1', port: 0 }, () => {})).rejects.toMatchObject({
    message: '192.0.2.1 is no address of this machine; 127.0.0.1 is the default',
  });
});
