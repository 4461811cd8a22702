// The proxy of the fault harness, between a program that is killed at a bad moment and an engine of this test's own.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDirector } from '../../faults/proxy/director.ts';
import { startFaultProxy } from '../../faults/proxy/fault-proxy.ts';
import { waitFor } from '../../support/wait-for.ts';

const ATTACH = `/v1.41/containers/${'ab'.repeat(32)}/attach?stream=1`;

test('a stream of a program that is gone is forgotten with it, also when the engine agreed to it later', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mcpsession-fault-proxy-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const engine = createServer();
  engine.listen(join(dir, 'engine.sock'));
  onTestFinished(() => void engine.close());
  const director = createDirector({
    plan: { seed: 0 },
    aliasOf: () => null,
    onCreated: () => {},
    kill: () => {},
    partition: () => {},
    onEffect: () => {},
    interfere: () => null,
    onFault: () => {},
  });
  const proxy = await startFaultProxy(
    {
      program: 'controller',
      api: 'docker',
      upstream: { socketPath: join(dir, 'engine.sock') },
      director: () => director,
      reads: () => ({}),
      open: async () => {},
      refused: () => false,
    },
    { socketPath: join(dir, 'proxy.sock') },
  );
  onTestFinished(() => proxy.close());

  const asked = once(engine, 'upgrade') as Promise<[unknown, Socket]>; // of an HTTP server
  const program = connect(join(dir, 'proxy.sock'));
  program.write(`POST ${ATTACH} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`);
  const [, stream] = await asked;
  program.destroy();
  stream.on('error', () => {}); // broken by the proxy
  stream.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
  await waitFor('the end of the attempt', () => director.inFlight === 0);
  proxy.forgetUpgraded();
  expect(proxy.upgraded()).toEqual([]);
});
