import { X509Certificate } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import { silentLog } from '../../../src/ports/log.ts';
import {
  type CertificateStore,
  currentCertificate,
  keepCertificate,
  type StoredCertificate,
} from '../../../src/webhook/certificate-keeper.ts';
import { createManualClock } from '../process/manual-clock.ts';

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
      ...settings(store, clock),
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
