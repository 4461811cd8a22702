import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { installCrds } from '../../../src/kube/install.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { startTestApiServer, type TestApiServer } from '../../support/api-server.ts';
import { clientOf, never, SPEC, watchSessions } from './cluster.ts';

let server: TestApiServer;
let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  server = await startTestApiServer();
  client = clientOf(server);
  await installCrds(client, [sessionCrd(), nodeCrd()], systemClock, never);
  namespace = await server.newNamespace();
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

test('a killed and restarted API server is followed again without losing or inventing anything', async () => {
  const store = createSessionStore(client);
  const create = async (name: string) =>
    (await store.create({ namespace, name, spec: SPEC, annotations: {}, dryRun: false }, never)).session;
  const kept = await create('kept');
  const gone = await create('gone');
  const { cache, changed, end } = watchSessions(client, { namespace, filter: { sessions: 'all' } });
  await cache.whenSynced(never);

  await server.kill();
  await expect(store.read(kept.meta, never)).rejects.toMatchObject({ kind: 'unavailable' });
  expect(cache.cached(gone.meta)).toEqual(gone); // unknown is not absent
  await server.start();

  // Answers of a server that is still starting are waited out, as every caller does.
  await vi.waitFor(() => store.delete(gone.meta, never), { timeout: 20_000, interval: 100 });
  const fresh = await vi.waitFor(() => create('fresh'), { timeout: 20_000, interval: 100 });
  const updated = await store.writeStatus(kept, { restartCount: 1 }, never);
  changed.length = 0;
  const seen = () => ({
    gone: cache.cached(gone.meta),
    fresh: cache.cached(fresh.meta),
    kept: cache.cached(kept.meta),
  });
  const { waitFor } = vi;
  await waitFor(() => expect(seen()).toEqual({ gone: null, fresh, kept: updated }), { timeout: 30_000, interval: 20 });
  await end();
});
