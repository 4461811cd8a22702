// A long list comes in pages of 500, whatever the number of objects: no answer may be larger than what one turn can parse.

import { afterAll, expect, test } from 'vitest';

import type { KubeClient, KubeRequest } from '../../../src/kube/kube-client.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { clientOf, never, SPEC, watchSessions } from '../kube/cluster.ts';

const SESSIONS = 1_200;
const IN_FLIGHT = 16;

const server = sharedApiServer();
const client = clientOf(server);
afterAll(() => client.close());

test('1,200 sessions are listed in three pages of at most 500, and watched from there', async () => {
  const namespace = await server.newNamespace();
  const store = createSessionStore(client);
  let next = 0;
  const create = async (): Promise<void> => {
    for (let index = next++; index < SESSIONS; index = next++) {
      await store.create({ namespace, name: `s${index}`, spec: SPEC, annotations: {}, dryRun: false }, never);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, create));

  const pages: { readonly limit: string | undefined; readonly items: number }[] = [];
  const counting: KubeClient = {
    ...client,
    async request(request: KubeRequest, signal) {
      const answer = await client.request(request, signal);
      const { items } = answer.body as { items: unknown[] }; // a list
      pages.push({ limit: request.query?.['limit'], items: items.length });
      return answer;
    },
  };
  const { cache, end } = watchSessions(counting, { namespace, filter: { sessions: 'all' } });
  await cache.whenSynced(never);
  expect([...cache.all()]).toHaveLength(SESSIONS);
  expect(pages).toEqual([
    { limit: '500', items: 500 },
    { limit: '500', items: 500 },
    { limit: '500', items: 200 },
  ]);
  await end();
}, 120_000);
