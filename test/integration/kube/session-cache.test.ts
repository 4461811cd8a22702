import { afterAll, beforeEach, expect, test, vi } from 'vitest';

import { createSessionStore } from '../../../src/kube/session-store.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { clientOf, never, SPEC, uniqueName, watchSessions } from './cluster.ts';

const server = sharedApiServer();
const client = clientOf(server);
const store = createSessionStore(client);
let namespace: string;

beforeEach(async () => {
  namespace = await server.newNamespace();
});
afterAll(() => client.close());

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 10 });

async function create(): Promise<McpSession> {
  const request = { namespace, name: uniqueName('s'), spec: SPEC, annotations: {}, dryRun: false };
  return (await store.create(request, never)).session;
}

const assignedTo = (nodeName: string) => ({
  assignment: { nodeName, attempt: 1, instanceGeneration: 1, assignedAt: '2026-01-31T12:00:00Z' },
});

test('knows what is there and follows what changes', async () => {
  const before = await create();
  const { cache, changed, end } = watchSessions(client, { namespace, filter: { sessions: 'all' } });
  await cache.whenSynced(never);
  expect(cache.cached(before.meta)).toEqual(before);
  const after = await create();
  await until(() => expect(cache.cached(after.meta)).toEqual(after));
  const updated = await store.writeStatus(after, { restartCount: 1 }, never);
  await until(() => expect(cache.cached(after.meta)).toEqual(updated));
  await store.delete(before.meta, never);
  await until(() => expect(cache.cached(before.meta)).toBe(null));
  expect([...cache.all()]).toHaveLength(1);
  expect(changed).toContain(`${namespace}/${before.meta.name}`);
  expect(cache.lastSeenMs()).toBeLessThan(10_000);
  await end();
});

test('a session enters and leaves the views of a node and of placement', async () => {
  const unassigned = watchSessions(client, { namespace, filter: { sessions: 'unassigned' } });
  const mine = watchSessions(client, { namespace, filter: { sessions: 'of-node', nodeName: 'node-1' } });
  await Promise.all([unassigned.cache.whenSynced(never), mine.cache.whenSynced(never)]);
  const session = await create();
  await until(() => expect(unassigned.cache.cached(session.meta)).toEqual(session));
  expect(mine.cache.cached(session.meta)).toBe(null);

  const assigned = await store.writeStatus(session, assignedTo('node-1'), never);
  await until(() => expect(mine.cache.cached(session.meta)).toEqual(assigned));
  await until(() => expect(unassigned.cache.cached(session.meta)).toBe(null));

  await store.writeStatus(assigned, assignedTo('node-2'), never);
  await until(() => expect(mine.cache.cached(session.meta)).toBe(null));
  expect(await store.read(session.meta, never)).not.toBe(null);
  await Promise.all([unassigned.end(), mine.end()]);
});

test('sees our own write at once', async () => {
  const session = await create();
  const { cache, end } = watchSessions(client, { namespace, filter: { sessions: 'all' } });
  await cache.whenSynced(never);
  const observing = createSessionStore(client, (written) => cache.observe(written));
  for (let count = 1; count <= 20; count += 1) {
    const known = cache.cached(session.meta) as McpSession; // synced, and nobody deletes it
    expect(known.status.restartCount ?? 0).toBe(count - 1);
    await observing.writeStatus(known, { restartCount: count }, never);
  }
  await end();
});

test('a view of many pages is complete', async () => {
  const made = await Promise.all(Array.from({ length: 40 }, () => create()));
  const { cache, end } = watchSessions(client, { namespace, filter: { sessions: 'all' } });
  await cache.whenSynced(never);
  expect([...cache.all()].map(({ meta }) => meta.name).toSorted()).toEqual(
    made.map(({ meta }) => meta.name).toSorted(),
  );
  await end();
});
