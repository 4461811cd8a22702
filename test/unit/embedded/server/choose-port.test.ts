import { createServer } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { preferPort, requirePort } from '../../../../src/embedded/server/choose-port.ts';

async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has an address');
  return address.port;
}

test('keeps the port of the last run while it is free', async () => {
  const port = await preferPort(null);
  expect(await preferPort(port)).toBe(port);
});

test('takes another when the port of the last run is taken', async () => {
  const taken = await takenPort();
  const port = await preferPort(taken);
  expect(port).not.toBe(taken);
  expect(port).toBeGreaterThan(0);
});

test('refuses to replace a port that the user asked for', async () => {
  const taken = await takenPort();
  await expect(requirePort(taken)).rejects.toMatchObject({
    kind: 'conflict',
    message: `port ${taken} on 127.0.0.1 cannot be used: another program has it; free it or choose another port`,
  });
});
