import { X509Certificate } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import { silentLog } from '../../../src/ports/log.ts';
import {
  type CertificateStore,
  currentCertificate,
  keepCertificate,
  ownCertificate,
  type StoredCertificate,
} from '../../../src/process/certificate-keeper.ts';
import { createManualClock } from './manual-clock.ts';

const DAY = 24 * 3_600_000;
const signal = new AbortController().signal;

function memoryStore(): CertificateStore & { stored: StoredCertificate | null; writes: number } {
  let version = 0;
  const store = {
    stored: null as StoredCertificate | null,
    writes: 0,
    read: async () => (store.stored === null ? null : { certificate: store.stored, resourceVersion: String(version) }),
    write: async (certificate: StoredCertificate, resourceVersion: string | null) => {
      if (resourceVersion !== (store.stored === null ? null : String(version)))
        throw new OperatorError('conflict', 'somebody was faster');
      store.stored = certificate;
      store.writes += 1;
      version += 1;
    },
  };
  return store;
}

const settings = (store: CertificateStore, clock = createManualClock()) => ({
  store,
  commonName: 'mcpsession-webhook',
  hosts: ['127.0.0.1'],
  validForMs: 90 * DAY,
  clock,
  log: silentLog,
});

const authorities = (bundle: string) => bundle.match(/BEGIN CERTIFICATE/g)?.length ?? 0;

test('the first start issues a certificate for its address, and the next one serves the same', async () => {
  const store = memoryStore();
  const first = await currentCertificate(settings(store), signal);
  const second = await currentCertificate(settings(store), signal);
  expect(second).toEqual(first);
  expect(store.writes).toBe(1);
  expect(new X509Certificate(first.certPem).checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(new X509Certificate(first.certPem).verify(new X509Certificate(first.caPem).publicKey)).toBe(true);
});

test('a replica that loses the race serves what the winner made', async () => {
  const store = memoryStore();
  const winner = await currentCertificate(settings(memoryStore()), signal);
  const clock = createManualClock();
  let raced = false;
  const racing: CertificateStore = {
    read: (reading) => store.read(reading),
    async write(certificate, resourceVersion, writing) {
      if (!raced) {
        raced = true;
        await store.write(winner, null, writing);
      }
      return store.write(certificate, resourceVersion, writing);
    },
  };
  const served = currentCertificate(settings(racing, clock), signal);
  const looking = setInterval(() => void clock.advance(100), 1); // the loser waits by this clock
  expect(await served).toEqual(winner);
  clearInterval(looking);
});

test('when two thirds of its life are over it is replaced, and the bundle trusts the old and the new authority', async () => {
  const store = memoryStore();
  const clock = createManualClock();
  const first = await currentCertificate(settings(store, clock), signal);
  await clock.advance(61 * DAY);
  const second = await currentCertificate(settings(store, clock), signal);
  expect(second.certPem).not.toBe(first.certPem);
  expect(authorities(second.caPem)).toBe(2);
  expect(second.caPem).toContain(first.caPem.trim());
  await clock.advance(61 * DAY);
  const third = await currentCertificate(settings(store, clock), signal);
  expect(authorities(third.caPem)).toBe(2);
  expect(third.caPem).not.toContain(first.caPem.trim());
});

test('a damaged Secret heals itself', async () => {
  const store = memoryStore();
  store.stored = { certPem: 'rubbish', keyPem: '', caPem: '' };
  // A store that was filled by hand has a version of its own.
  await store.write({ certPem: 'rubbish', keyPem: '', caPem: '' }, '0', signal);
  const healed = await currentCertificate(settings(store), signal);
  expect(new X509Certificate(healed.certPem).checkIP('127.0.0.1')).toBe('127.0.0.1');
});

test('the API server is told of the new authority before anybody serves with it', async () => {
  const store = memoryStore();
  const clock = createManualClock();
  const story: string[] = [];
  let trusted = '';
  const stop = new AbortController();
  const done = keepCertificate(
    {
      source: ownCertificate(settings(store, clock)),
      clock,
      log: silentLog,
      publish: async (caPem) => {
        if (caPem !== trusted) story.push(`published ${authorities(caPem)}`);
        trusted = caPem;
      },
      overlapMs: 5_000,
      checkEveryMs: 10 * DAY,
      onCertificate: () => story.push('served'),
    },
    stop.signal,
  );
  // Keys are made in a thread, which no clock of ours moves.
  const until = (length: number) => vi.waitFor(() => expect(story).toHaveLength(length), { interval: 1 });
  await until(2);
  expect(story).toEqual(['published 1', 'served']);
  await clock.advance(60 * DAY);
  await until(3);
  expect(story).toEqual(['published 1', 'served', 'published 2']);
  await clock.advance(5_000);
  await until(4);
  expect(story).toEqual(['published 1', 'served', 'published 2', 'served']);
  stop.abort();
  await done;
});

test.each<{ what: string; damage: (good: StoredCertificate, other: StoredCertificate) => StoredCertificate }>([
  { what: 'the key of another certificate', damage: (good, other) => ({ ...good, keyPem: other.keyPem }) },
  { what: 'a key that is none', damage: (good) => ({ ...good, keyPem: 'rubbish' }) },
  { what: 'the authority of another certificate', damage: (good, other) => ({ ...good, caPem: other.caPem }) },
  { what: 'no authority', damage: (good) => ({ ...good, caPem: '' }) },
])('a Secret with $what heals itself', async ({ damage }) => {
  const store = memoryStore();
  const good = await currentCertificate(settings(store), signal);
  const other = await currentCertificate(settings(memoryStore()), signal);
  store.stored = damage(good, other);
  const healed = await currentCertificate(settings(store), signal);
  expect(healed.certPem).not.toBe(good.certPem);
  expect(new X509Certificate(healed.certPem).verify(new X509Certificate(healed.caPem).publicKey)).toBe(true);
});

test('a stored certificate for other names is replaced', async () => {
  const store = memoryStore();
  const first = await currentCertificate(settings(store), signal);
  const second = await currentCertificate({ ...settings(store), hosts: ['127.0.0.1', 'web.hooks.svc'] }, signal);
  expect(second.certPem).not.toBe(first.certPem);
  expect(new X509Certificate(second.certPem).checkHost('web.hooks.svc')).toBe('web.hooks.svc');
});

/** A keeper over a store, and what it did in order. */
function aKeeper(store: ReturnType<typeof memoryStore>, failures = 0) {
  const clock = createManualClock();
  const story: string[] = [];
  const bundles: string[] = [];
  const served: StoredCertificate[] = [];
  const stop = new AbortController();
  let left = failures;
  const done = keepCertificate(
    {
      source: ownCertificate(settings(store, clock)),
      clock,
      log: silentLog,
      publish: async (caPem) => {
        if (left > 0) {
          left -= 1;
          story.push('failed');
          throw new OperatorError('not-found', 'no configuration yet');
        }
        if (bundles.at(-1) !== caPem) story.push('published');
        bundles.push(caPem);
      },
      overlapMs: 5_000,
      checkEveryMs: 60_000,
      onCertificate: () => {
        story.push('served');
        if (store.stored !== null) served.push(store.stored);
      },
    },
    stop.signal,
  );
  const until = (length: number) => vi.waitFor(() => expect(story).toHaveLength(length), { interval: 1 });
  return { clock, story, bundles, served, until, end: () => (stop.abort(), done) };
}

test('a Secret that was deleted while its certificate is served: the old authority stays trusted beside the new one', async () => {
  const store = memoryStore();
  const { clock, bundles, story, served, until, end } = aKeeper(store);
  await until(2);
  store.stored = null;
  await clock.advance(60_000);
  await until(3);
  expect(story).toEqual(['published', 'served', 'published']);
  expect(authorities(bundles.at(-1) ?? '')).toBe(2);
  expect(bundles.at(-1)).toContain(served[0]?.caPem.trim());
  await clock.advance(5_000);
  await until(4);
  expect(story.at(-1)).toBe('served');
  await end();
});

test('a bundle that could not be published is tried again in a second, not at the next check', async () => {
  const { clock, story, until, end } = aKeeper(memoryStore(), 2);
  await until(1);
  await clock.advance(1_000);
  await until(2);
  await clock.advance(1_000);
  await until(4);
  expect(story).toEqual(['failed', 'failed', 'published', 'served']);
  await end();
});
