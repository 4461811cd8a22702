// What a controller's cache holds of one session, by the cache's own rules about what is newer, and what the watch still has to tell it.

import { ObjectStore, type StoredObject } from '../../../src/kube/object-store.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { KEY, type Local, type WatchEvent } from './model.ts';

const ECHO: WatchEvent = { is: 'echo' };

/** What the watch will tell, as far as it is news. */
export function tidied(local: Local): Local {
  const { cached, watch } = local;
  const isOld = (event: WatchEvent): boolean =>
    event.is === 'there' &&
    event.session.meta.uid === cached?.meta.uid &&
    Number(event.session.meta.resourceVersion) <= Number(cached.meta.resourceVersion);
  const news = watch
    .map((event) => (isOld(event) ? ECHO : event))
    .filter((event, index, all) => event.is !== 'echo' || all[index - 1]?.is !== 'echo');
  return { ...local, watch: news };
}

const stored = (session: McpSession): StoredObject<McpSession> => ({
  key: KEY,
  uid: session.meta.uid,
  resourceVersion: session.meta.resourceVersion,
  value: session,
});

/** The cache's own rules about what is newer. */
function cacheOf(cached: McpSession | null): ObjectStore<McpSession> {
  const store = new ObjectStore<McpSession>();
  if (cached !== null) store.replace([stored(cached)]);
  return store;
}

export function took(cached: McpSession | null, event: WatchEvent): McpSession | null {
  if (event.is === 'echo') return cached;
  const store = cacheOf(cached);
  if (event.is === 'there') store.upsert(stored(event.session));
  else store.remove({ key: KEY, uid: event.uid, resourceVersion: event.resourceVersion });
  return store.get(KEY);
}

export function observe(cached: McpSession | null, session: McpSession): McpSession | null {
  const store = cacheOf(cached);
  store.observe(stored(session));
  return store.get(KEY);
}
