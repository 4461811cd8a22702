import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { ensurePki } from '../../../../src/embedded/server/pki.ts';
import { temporaryDir } from '../temporary-dir.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-21T00:00:00Z');

async function certificate(path: string): Promise<X509Certificate> {
  return new X509Certificate(await readFile(path));
}

test('makes an authority, a serving certificate and an administrator that belong together', async () => {
  const dir = await temporaryDir();
  const pki = await ensurePki(dir, NOW_MS);
  const authority = new X509Certificate(pki.caPem);
  const serving = await certificate(pki.servingCertificatePath);
  const admin = new X509Certificate(pki.admin.certificatePem);

  expect(authority.ca).toBe(true);
  expect(serving.ca).toBe(false);
  expect(serving.verify(authority.publicKey)).toBe(true);
  expect(serving.checkIssued(authority)).toBe(true);
  expect(serving.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(serving.checkHost('localhost')).toBe('localhost');
  expect(serving.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(serving.checkPrivateKey(createPrivateKey(await readFile(pki.servingKeyPath)))).toBe(true);
  expect(admin.subject).toBe('O=system:masters\nCN=admin');
  expect(admin.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(admin.checkPrivateKey(createPrivateKey(pki.admin.keyPem))).toBe(true);
});

test('keeps keys from other accounts', async () => {
  const dir = `${await temporaryDir()}/pki`;
  const pki = await ensurePki(dir, NOW_MS);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  for (const path of [pki.servingKeyPath, pki.serviceAccountSigningKeyPath, `${dir}/ca.key`, `${dir}/admin.key`]) {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  }
});

test('gives the API server the service account key in the two forms that it takes', async () => {
  const pki = await ensurePki(await temporaryDir(), NOW_MS);
  const publicPem = await readFile(pki.serviceAccountPublicKeyPath, 'utf8');
  const signing = createPrivateKey(await readFile(pki.serviceAccountSigningKeyPath));
  expect(publicPem).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  expect(createPublicKey(signing).equals(createPublicKey(publicPem))).toBe(true);
});

test('issues clients whose user and groups survive commas and equals signs', async () => {
  const pki = await ensurePki(await temporaryDir(), NOW_MS);
  const identity = { user: 'system:serviceaccount:a:b', groups: ['team-a', 'x,y=z'] };
  const client = new X509Certificate((await pki.issueClient(identity, NOW_MS)).certificatePem);
  expect(client.subject).toBe('O=team-a\nO=x\\,y=z\nCN=system:serviceaccount:a:b');
  expect(client.verify(new X509Certificate(pki.caPem).publicKey)).toBe(true);
});

test('keeps everything while it is good', async () => {
  const dir = await temporaryDir();
  const first = await ensurePki(dir, NOW_MS);
  const second = await ensurePki(dir, NOW_MS + 334 * DAY_MS);
  expect(second.caPem).toBe(first.caPem);
  expect(second.admin).toEqual(first.admin);
});

test('renews certificates 30 days before their end, with the same authority and service account key', async () => {
  const dir = await temporaryDir();
  const first = await ensurePki(dir, NOW_MS);
  const servingSerial = (await certificate(first.servingCertificatePath)).serialNumber;
  const accountKey = await readFile(first.serviceAccountSigningKeyPath, 'utf8');

  const laterMs = NOW_MS + 336 * DAY_MS;
  const second = await ensurePki(dir, laterMs);
  expect(second.caPem).toBe(first.caPem);
  expect(second.admin.certificatePem).not.toBe(first.admin.certificatePem);
  const serving = await certificate(second.servingCertificatePath);
  expect(serving.serialNumber).not.toBe(servingSerial);
  expect(serving.validToDate.getTime()).toBe(laterMs + 365 * DAY_MS);
  expect(await readFile(second.serviceAccountSigningKeyPath, 'utf8')).toBe(accountKey);
});

test('renews the authority, and what it signed, before it would cut a certificate short', async () => {
  const dir = await temporaryDir();
  const first = await ensurePki(dir, NOW_MS);
  const second = await ensurePki(dir, NOW_MS + 3_300 * DAY_MS);
  expect(second.caPem).not.toBe(first.caPem);
  const serving = await certificate(second.servingCertificatePath);
  expect(serving.verify(new X509Certificate(second.caPem).publicKey)).toBe(true);
});

test.each([
  { name: 'a certificate that is not PEM', file: 'serving.crt', text: 'garbage' },
  { name: 'a key that a crash cut short', file: 'admin.key', text: '-----BEGIN PRIVATE KEY-----\nMIG' },
])('makes anew: $name', async ({ file, text }) => {
  const dir = await temporaryDir();
  const first = await ensurePki(dir, NOW_MS);
  await writeFile(`${dir}/${file}`, text);
  const second = await ensurePki(dir, NOW_MS);
  expect(second.caPem).toBe(first.caPem);
  const serving = await certificate(second.servingCertificatePath);
  expect(serving.checkPrivateKey(createPrivateKey(await readFile(second.servingKeyPath)))).toBe(true);
  expect(new X509Certificate(second.admin.certificatePem).checkPrivateKey(createPrivateKey(second.admin.keyPem))).toBe(
    true,
  );
});
