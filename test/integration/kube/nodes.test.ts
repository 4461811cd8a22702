import { afterAll, expect, test, vi } from 'vitest';

import { createNodeCache } from '../../../src/kube/node-cache.ts';
import { createNodeStore } from '../../../src/kube/node-store.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { clientOf, never, uniqueName } from './cluster.ts';

const server = sharedApiServer();
const client = clientOf(server);
const nodes = createNodeStore(client);
afterAll(() => client.close());

test('publishes a node, writes only what differs, and placement sees it', async () => {
  const name = uniqueName('node');
  const stop = new AbortController();
  const cache = createNodeCache({ client, clock: systemClock, random: Math.random, log: silentLog });
  const running = cache.run(() => {}, stop.signal);
  await cache.whenSynced(never);
  expect(await nodes.read(name, never)).toBe(null);

  const status = {
    capacity: { slots: 4, cpu: '2', memory: '8Gi' },
    nodeApi: { url: 'https://127.0.0.1:1', caPem: 'x' },
  };
  const wanted = { name, labels: { 'kubernetes.io/hostname': name }, status };
  const published = await nodes.publish(wanted, never);
  expect(published).toMatchObject({ name, labels: wanted.labels, status, spec: { unschedulable: false } });
  expect((await nodes.publish(wanted, never)).resourceVersion).toBe(published.resourceVersion);

  await server.kubectl(['patch', 'mcpn', name, '--type=merge', '-p', '{"spec":{"unschedulable":true}}']);
  const next = await nodes.publish(
    { ...wanted, status: { ...status, capacity: { ...status.capacity, slots: 5 } } },
    never,
  );
  expect([next.spec.unschedulable, next.status.capacity?.slots]).toEqual([true, 5]);
  await vi.waitFor(() => expect(cache.cached(name)).toEqual(next), { timeout: 10_000 });
  expect((await nodes.list(never)).map((node) => node.name)).toContain(name);

  stop.abort(new Error('test over'));
  await running;
  await server.kubectl(['delete', 'mcpn', name]);
});
