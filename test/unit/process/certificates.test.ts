import { X509Certificate } from 'node:crypto';

import { expect, test } from 'vitest';

import { certificateEndMs, issueCertificate } from '../../../src/process/certificates.ts';

const DAY_MS = 86_400_000;
const nowMs = Date.UTC(2026, 0, 31, 12);
const request = {
  commonName: 'mcpsession-webhook',
  hosts: ['webhook.svc', '127.0.0.1'],
  validForMs: 30 * DAY_MS,
  nowMs,
};

test('a leaf is signed by a new authority and names every host', async () => {
  const issued = await issueCertificate(request);
  const leaf = new X509Certificate(issued.certPem);
  const ca = new X509Certificate(issued.ca.certPem);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.subjectAltName).toBe('DNS:webhook.svc, IP Address:127.0.0.1');
  expect({ ca: ca.ca, leaf: leaf.ca }).toEqual({ ca: true, leaf: false });
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
});

test('a leaf counts from a day before now, so that it holds for others when the clock here is hours ahead, until its end', async () => {
  const issued = await issueCertificate(request);
  expect(issued.notAfterMs).toBe(nowMs + 30 * DAY_MS);
  expect(certificateEndMs(issued.certPem)).toBe(issued.notAfterMs);
  for (const pem of [issued.certPem, issued.ca.certPem])
    expect(new X509Certificate(pem).validFromDate.getTime()).toBe(nowMs - DAY_MS);
});

test('a leaf of a given authority is signed by it and never outlives it', async () => {
  const first = await issueCertificate(request);
  const second = await issueCertificate({ ...request, ca: first.ca, validForMs: 365 * DAY_MS });
  expect(second.ca).toEqual(first.ca);
  expect(new X509Certificate(second.certPem).verify(new X509Certificate(first.ca.certPem).publicKey)).toBe(true);
  expect(second.notAfterMs).toBe(certificateEndMs(first.ca.certPem));
  expect(new X509Certificate(second.certPem).serialNumber).not.toBe(new X509Certificate(first.certPem).serialNumber);
});

test('the end of something that is no certificate cannot be read', () => {
  expect(() => certificateEndMs('no certificate')).toThrow();
});
