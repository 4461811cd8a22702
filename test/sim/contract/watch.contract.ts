// What the programs rely on of lists and watches. Runs on the simulated API server and on the real one.

import { expect, test } from 'vitest';

import { createSessionCache } from '../../../src/kube/session-cache.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import { type WatchEvent, parseEvent, watchLines } from '../../../src/kube/watch-events.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { ApiServerUnderTest } from './api-server.contract.ts';

type WatchedServer = ApiServerUnderTest & { readonly readEvent?: (line: string, what: string) => WatchEvent };

const { signal } = new AbortController();
const NOW = '2026-11-20T12:00:00Z';

export function watchContract(server: () => WatchedServer): void {
  const cacheOf = (nodeName: string, changed: string[]) => {
    const { client, clock, namespace, readEvent } = server();
    const common = { client, clock, random: () => 0.5, log: silentLog, namespace };
    const seam = readEvent === undefined ? {} : { readEvent };
    const cache = createSessionCache({ ...common, ...seam, filter: { sessions: 'of-node', nodeName } });
    const stop = new AbortController();
    const running = cache.run((key) => changed.push(key), stop.signal);
    return { cache, end: () => (stop.abort(new Error('over')), running) };
  };
  const create = async (name: string) => {
    const { client, namespace } = server();
    const store = createSessionStore(client);
    const request = { namespace, name, spec: aSessionSpec(), annotations: {}, dryRun: false };
    return { store, session: (await store.create(request, signal)).session };
  };

  test('an object that comes into the filter of a watch is new to it, and one that leaves is gone', async () => {
    const { unique } = server();
    const [nodeName, name] = [unique('n'), unique('s')];
    const { store, session } = await create(name);
    const { cache, end } = cacheOf(nodeName, []);
    await cache.whenSynced(signal);
    expect(cache.cached(session.meta)).toBe(null);
    const assignment = { nodeName, attempt: 1, instanceGeneration: 1, assignedAt: NOW };
    const assigned = await store.writeStatus(session, { assignment }, signal);
    await waitFor('the session is in the cache', () => cache.cached(session.meta) !== null);
    expect(cache.cached(session.meta)?.meta.resourceVersion).toBe(assigned.meta.resourceVersion);
    await store.writeStatus(assigned, { assignment: { ...assignment, nodeName: 'elsewhere' } }, signal);
    await waitFor('the session has left the cache', () => cache.cached(session.meta) === null);
    await end();
  });

  test('a watch goes on from a version with what came after it, in order', async () => {
    const { client, namespace, unique } = server();
    const { store, session } = await create(unique('s'));
    const written = await store.writeStatus(session, { restartCount: 1 }, signal);
    await store.delete(session.meta, signal);
    const read = server().readEvent ?? parseEvent;
    const stop = new AbortController();
    const query = { watch: '1', resourceVersion: session.meta.resourceVersion, timeoutSeconds: '10' };
    const path = `/apis/mcpsession.dev/v1alpha1/namespaces/${namespace}/mcpsessions`;
    const seen: WatchEvent[] = [];
    for await (const line of watchLines(await client.stream({ path, query }, stop.signal), 1_000_000)) {
      seen.push(read(line, 'the watch'));
      if (seen.length === 2) break;
    }
    stop.abort(new Error('over'));
    expect(seen.map(({ type }) => type)).toEqual(['MODIFIED', 'DELETED']);
    const versions = seen.map(({ object }) =>
      Number((object as { metadata: { resourceVersion: string } }).metadata.resourceVersion),
    );
    expect(versions[0]).toBe(Number(written.meta.resourceVersion));
    expect(versions[1]).toBeGreaterThan(Number(versions[0]));
  });
}
