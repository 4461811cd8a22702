import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleHolds, joinBundles, splitBundle } from '../../../src/process/certificate-bundle.ts';
import { issueCertificate } from '../../../src/process/certificates.ts';
import { givenCertificate } from '../../../src/process/given-certificate.ts';
import { createManualClock } from './manual-clock.ts';

const DAY = 24 * 3_600_000;
const HOST = 'mcpsession-webhook.mcps-ops.svc';
const never = new AbortController().signal;
const clock = createManualClock();

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcpsession-given-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const issue = (hosts: readonly string[] = [HOST], validForMs = 30 * DAY) =>
  issueCertificate({ commonName: 'webhook', hosts, validForMs, nowMs: clock.nowMs() });
async function put(of: {
  readonly certPem: string;
  readonly keyPem: string;
  readonly ca: { readonly certPem: string };
}): Promise<void> {
  await writeFile(join(directory, 'tls.crt'), of.certPem);
  await writeFile(join(directory, 'tls.key'), of.keyPem);
  await writeFile(join(directory, 'ca.crt'), of.ca.certPem);
}
const read = () => givenCertificate({ directory, hosts: [HOST], clock })(null, never);

test('what is there is served as it is', async () => {
  const issued = await issue();
  await put(issued);
  expect(await read()).toEqual({
    certPem: issued.certPem,
    keyPem: issued.keyPem,
    caPem: `${issued.ca.certPem.trim()}\n`,
  });
});

test('a renewed one of another authority: the one that serves goes on to be trusted', async () => {
  await put(await issue());
  const served = await read();
  const renewed = await issue();
  await put(renewed);
  const found = await givenCertificate({ directory, hosts: [HOST], clock })(served, never);
  expect(found.certPem).toBe(renewed.certPem);
  expect(splitBundle(found.caPem)).toHaveLength(2);
  expect(bundleHolds(found.caPem, served.caPem)).toBe(true);
});

test.each<{ readonly what: string; readonly says: string; readonly act: () => Promise<void> }>([
  { what: 'an empty directory', says: 'tls.crt cannot be read (ENOENT); the Secret has to have', act: async () => {} },
  {
    what: 'no ca.crt',
    says: 'ca.crt cannot be read',
    act: async () => {
      await put(await issue());
      await rm(join(directory, 'ca.crt'));
    },
  },
  {
    what: 'rubbish in tls.crt',
    says: 'tls.crt holds no certificate',
    act: async () => put({ ...(await issue()), certPem: 'rubbish' }),
  },
  {
    what: 'the key of another one',
    says: 'tls.key is not the key of tls.crt',
    act: async () => put({ ...(await issue()), keyPem: (await issue()).keyPem }),
  },
  {
    what: 'an empty authority',
    says: 'ca.crt holds no certificate of an authority',
    act: async () => put({ ...(await issue()), ca: { certPem: '' } }),
  },
  {
    what: 'another name',
    says: `tls.crt is not for ${HOST}`,
    act: async () => put(await issue(['other.svc'])),
  },
])('$what is told and waited out', async ({ says, act }) => {
  await act();
  await expect(read()).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining(says) as string });
});

test('one that has ended is told with its end', async () => {
  await put(await issue([HOST], DAY));
  const later = { ...clock, nowMs: () => clock.nowMs() + 2 * DAY };
  const asked = givenCertificate({ directory, hosts: [HOST], clock: later })(null, never);
  await expect(asked).rejects.toThrow(/tls\.crt ended at 19\d\d-/);
});

test('a bundle holds the newest two, each once, and all of a longer one', async () => {
  const [a = '', b = '', c = ''] = (await Promise.all([issue(), issue(), issue()])).map(
    ({ ca }) => `${ca.certPem.trim()}\n`,
  );
  const named = (bundle: string) => splitBundle(bundle).map((pem) => [a, b, c].findIndex((one) => one.includes(pem)));
  expect(named(joinBundles(a, `${b}${c}`))).toEqual([0, 1]);
  expect(named(joinBundles(a, `${a}${c}`))).toEqual([0, 2]);
  expect(named(joinBundles(`${a}${b}${c}`, ''))).toEqual([0, 1, 2]);
  expect(bundleHolds('', a)).toBe(false);
});
