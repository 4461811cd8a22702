import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createReflector, type Reflector, type ReflectorLimits } from '../../../src/kube/reflector.ts';
import { recordOf, textOf } from '../../../src/kube/raw-object.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { answer, type FakeApiServer, startFakeApiServer, statusBody } from './fake-api-server.ts';

let api: FakeApiServer;
let stop: AbortController;
let running: Promise<void>;
let changed: string[];
/** How often the reflector heard of the server, and had to recover. */
let heard: number;
let recovered: number;

beforeEach(async () => {
  api = await startFakeApiServer();
  stop = new AbortController();
  running = Promise.resolve();
  changed = [];
  heard = 0;
  recovered = 0;
});
afterEach(async () => {
  stop.abort(new Error('test over'));
  await running;
  await api.close();
});

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 3000, interval: 5 });

function create(limits: Partial<ReflectorLimits> = {}): Reflector<string> {
  return createReflector<string>({
    client: api.client,
    resource: { group: 'example.dev', version: 'v1', plural: 'things', namespaced: true },
    namespace: null,
    parse: (raw) => textOf(recordOf(raw)['value']) || null,
    clock: systemClock,
    random: () => 0,
    log: silentLog,
    metrics: { seen: () => (heard += 1), restarted: () => (recovered += 1) },
    limits: { backoff: { baseMs: 10, capMs: 50 }, ...limits },
  });
}

function start(
  limits: Partial<ReflectorLimits> = {},
  onChange = (key: string): void => void changed.push(key),
): Reflector<string> {
  const reflector = create(limits);
  running = reflector.run(onChange, stop.signal);
  return reflector;
}

async function synced(limits: Partial<ReflectorLimits> = {}): Promise<Reflector<string>> {
  const reflector = start(limits);
  await reflector.whenSynced(stop.signal);
  await until(() => expect(api.openWatches).toBe(1));
  changed.length = 0;
  return reflector;
}

test('before the first list nothing is known, which is not the same as absent', () => {
  const reflector = create();
  expect(reflector.isSynced()).toBe(false);
  expect(() => reflector.get('team/a')).toThrow('not synced yet');
  expect(reflector.lastSeenMs()).toBe(Number.POSITIVE_INFINITY);
});

test('lists in pages, then follows additions, changes and deletions', async () => {
  api.pageSize = 2;
  for (const name of ['a', 'b', 'c', 'd', 'e']) api.put(name, 'one');
  const reflector = await synced();
  expect([...reflector.values()]).toHaveLength(5);
  expect(api.requests).toEqual(['LIST', 'LIST', 'LIST', 'WATCH 105']);
  api.put('a', 'two');
  api.put('f', 'one');
  api.remove('b');
  await until(() => expect(changed.toSorted()).toEqual(['team/a', 'team/b', 'team/f']));
  expect([reflector.get('team/a'), reflector.get('team/f'), reflector.get('team/b')]).toEqual(['two', 'one', null]);
});

test('a key that changes many times in one turn is handed over once', async () => {
  const reflector = await synced();
  api.say(
    [1, 2, 3]
      .map(
        (n) =>
          `${JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'a', namespace: 'team', uid: 'u', resourceVersion: `20${n}` }, value: `v${n}` } })}\n`,
      )
      .join(''),
  );
  await until(() => expect(reflector.get('team/a')).toBe('v3'));
  expect(changed).toEqual(['team/a']);
});

test('a receiver that throws does not end the watch', async () => {
  const reflector = start({}, (key) => {
    changed.push(key);
    throw new Error('broken receiver');
  });
  await reflector.whenSynced(stop.signal);
  await until(() => expect(api.openWatches).toBe(1));
  api.put('a', 'one');
  await until(() => expect(changed).toEqual(['team/a']));
  api.put('b', 'one');
  await until(() => expect(changed).toEqual(['team/a', 'team/b']));
  expect(api.requests.filter((request) => request.startsWith('WATCH'))).toHaveLength(1);
});

test('resumes from the last position after a reset, without a new list', async () => {
  const reflector = await synced();
  api.put('a', 'one');
  await until(() => expect(reflector.get('team/a')).toBe('one'));
  api.resetWatches();
  await until(() => expect(api.requests.at(-1)).toBe('WATCH 101'));
  await until(() => expect(api.openWatches).toBe(1));
  api.put('b', 'two');
  await until(() => expect(reflector.get('team/b')).toBe('two'));
  expect(api.requests.filter((request) => request === 'LIST')).toHaveLength(1);
});

test('resumes from a bookmark', async () => {
  await synced();
  const before = heard;
  for (let i = 0; i < 5; i += 1) api.bookmark();
  await until(() => expect(heard).toBe(before + 5));
  api.resetWatches();
  await until(() => expect(api.requests.at(-1)).toBe('WATCH 105'));
  expect(recovered).toBe(1);
});

const faults = [
  { name: 'a 500', fault: answer(500) },
  {
    name: 'a 503 that says when to come back',
    fault: answer(503, statusBody(503, 'Starting'), { 'retry-after': '1' }),
  },
  { name: 'a 429 in plain text', fault: answer(429, 'Too many requests', { 'content-type': 'text/plain' }) },
  { name: 'a transient 403', fault: answer(403) },
  { name: 'a transient 404', fault: answer(404, '404 page not found') },
  { name: 'an answer that is no JSON', fault: answer(200, '<html>') },
  { name: 'a dropped connection', fault: (response: { destroy(): unknown }) => void response.destroy() },
];

test.each(faults)('$name on the first list is tried again', async ({ fault }) => {
  api.put('a', 'one');
  api.faults.list.push(fault, fault);
  const reflector = start();
  await until(() => expect(reflector.isSynced()).toBe(true));
  expect(reflector.get('team/a')).toBe('one');
});

test.each(faults)('$name when the watch is opened again loses nothing', async ({ fault }) => {
  const reflector = await synced();
  api.faults.watch.push(fault, fault);
  api.resetWatches();
  await until(() => expect(api.faults.watch).toEqual([]));
  await until(() => expect(api.openWatches).toBe(1));
  api.put('a', 'one');
  await until(() => expect(reflector.get('team/a')).toBe('one'));
});

test('an expired position leads to a new list that finds what was deleted meanwhile', async () => {
  api.put('a', 'one');
  api.put('gone', 'one');
  const reflector = await synced();
  api.silently(() => api.remove('gone'));
  const expired = { type: 'ERROR', object: JSON.parse(statusBody(410, 'Expired')) as object };
  api.faults.watch.push((response) => void response.end(`${JSON.stringify(expired)}\n`));
  api.faults.list.push(answer(503));
  api.resetWatches();
  await until(() => expect(reflector.get('team/gone')).toBe(null));
  expect(changed.toSorted()).toEqual(['team/a', 'team/gone']);
});

test('an object deleted and made again meanwhile is the new one', async () => {
  api.put('a', 'old', 'uid-1');
  const reflector = await synced({ relistEveryMs: 1 });
  api.silently(() => {
    api.remove('a');
    api.put('a', 'new', 'uid-2');
  });
  api.endWatches();
  await until(() => expect(reflector.get('team/a')).toBe('new'));
  expect(changed).toContain('team/a');
});

test('an ERROR event of another kind is waited out at the same position', async () => {
  const reflector = await synced();
  api.say(`${JSON.stringify({ type: 'ERROR', object: JSON.parse(statusBody(500, 'InternalError')) as object })}\n`);
  await until(() => expect(api.requests).toEqual(['LIST', 'WATCH 100', 'WATCH 100']));
  await until(() => expect(api.openWatches).toBe(1));
  api.put('a', 'one');
  await until(() => expect(reflector.get('team/a')).toBe('one'));
});

test('a torn line leads to a new list', async () => {
  const reflector = await synced();
  api.silently(() => api.put('a', 'one'));
  api.say('{"type":"ADDED","obj\n');
  await until(() => expect(reflector.get('team/a')).toBe('one'));
  expect(api.requests.filter((request) => request === 'LIST')).toHaveLength(2);
});

test('a line without an end cannot fill the memory', async () => {
  const reflector = await synced({ maxEventBytes: 1000 });
  api.silently(() => api.put('a', 'one'));
  api.say('x'.repeat(2000));
  await until(() => expect(reflector.get('team/a')).toBe('one'));
});

test('a silent connection counts as dead after the idle timeout', async () => {
  const reflector = await synced({ idleTimeoutMs: 100 });
  api.silently(() => api.put('a', 'one'));
  const [dead] = api.requests.splice(0);
  expect(dead).toBe('LIST');
  await until(() => expect(api.requests[0]).toBe('WATCH 100'));
  expect(reflector.isSynced()).toBe(true);
});

test('bookmarks keep a quiet watch alive', async () => {
  const reflector = await synced({ idleTimeoutMs: 200 });
  const seenMs: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    api.bookmark();
    seenMs.push(reflector.lastSeenMs());
  }
  expect(api.requests).toEqual(['LIST', 'WATCH 100']);
  expect(Math.max(...seenMs)).toBeLessThan(200);
});

test('a server that ends every watch at once is not asked without pause', async () => {
  const reflector = start({ backoff: { baseMs: 200, capMs: 400 } });
  await reflector.whenSynced(stop.signal);
  api.faults.watch.push(...Array.from({ length: 100 }, () => answer(200, '')));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(api.requests.length).toBeLessThan(6);
});

test('a watch event older than our own write does not undo it', async () => {
  const before = api.put('a', 'before');
  const reflector = await synced();
  const { uid, resourceVersion } = before.metadata;
  reflector.observe({ key: 'team/a', uid, resourceVersion: '105', value: 'ours' });
  const old = { ...before, metadata: { ...before.metadata, resourceVersion: '104' }, value: 'theirs' };
  expect(resourceVersion).toBe('101');
  api.say(`${JSON.stringify({ type: 'MODIFIED', object: old })}\n`);
  await until(() => expect(changed).toEqual(['team/a']));
  expect(reflector.get('team/a')).toBe('ours');
});

test('a second run lists anew and hands over everything again', async () => {
  api.put('a', 'one');
  const reflector = await synced();
  stop.abort(new Error('no longer leading'));
  await running;
  api.silently(() => api.put('b', 'one'));
  stop = new AbortController();
  running = reflector.run((key) => void changed.push(key), stop.signal);
  expect(reflector.isSynced()).toBe(false);
  await reflector.whenSynced(stop.signal);
  await until(() => expect(changed.toSorted()).toEqual(['team/a', 'team/b']));
});

test('stopping ends the watch', async () => {
  await synced();
  stop.abort(new Error('stop'));
  await running;
  await until(() => expect(api.openWatches).toBe(0));
});
