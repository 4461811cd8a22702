// Small private PKI: an EC P-256 authority and the leaf certificates that our servers show. Pure but for the random numbers
// of the key generator; the time comes in as an argument.

import 'reflect-metadata'; // @peculiar/x509 needs it loaded first
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface KeyPairPem {
  readonly certPem: string;
  /** PKCS#8. */
  readonly keyPem: string;
}

export interface IssuedCertificate extends KeyPairPem {
  readonly ca: KeyPairPem;
  readonly notAfterMs: number;
}

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' };
/** Lifetimes of certificates are told in days. */
export const DAY_MS = 86_400_000;
/** Certificates count from a day before now: the clock of this machine may be ahead of those who check them. */
const BACKDATED_MS = DAY_MS;

/**
 * A server certificate for `hosts` (DNS names and literal addresses), signed by `ca`, or by a new authority with the same
 * lifetime when `ca` is left out. It never outlives its authority.
 */
export async function issueCertificate(request: {
  readonly commonName: string;
  readonly hosts: readonly string[];
  readonly validForMs: number;
  readonly nowMs: number;
  readonly ca?: KeyPairPem;
}): Promise<IssuedCertificate> {
  const ca = request.ca ?? (await issueAuthority(request));
  const authority = new X509Certificate(ca.certPem);
  const notAfterMs = Math.min(request.nowMs + request.validForMs, authority.notAfter.getTime());
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [request.commonName] }],
    issuer: authority.subjectName.toString(),
    notBefore: new Date(request.nowMs - BACKDATED_MS),
    notAfter: new Date(notAfterMs),
    signingAlgorithm: SIGNING_ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await importSigningKey(ca.keyPem),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(request.hosts.map(alternativeName)),
    ],
  });
  return { certPem: certificate.toString('pem'), keyPem: await exportKey(keys.privateKey), ca, notAfterMs };
}

/** Milliseconds since the epoch at which the first certificate in `certPem` ends. Throws when it holds none. */
export function certificateEndMs(certPem: string): number {
  return new X509Certificate(certPem).notAfter.getTime();
}

async function issueAuthority(request: {
  readonly commonName: string;
  readonly validForMs: number;
  readonly nowMs: number;
}): Promise<KeyPairPem> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [`${request.commonName} CA`] }],
    notBefore: new Date(request.nowMs - BACKDATED_MS),
    notAfter: new Date(request.nowMs + request.validForMs),
    signingAlgorithm: SIGNING_ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certPem: certificate.toString('pem'), keyPem: await exportKey(keys.privateKey) };
}

const alternativeName = (host: string) => ({
  type: isIP(host) === 0 ? ('dns' as const) : ('ip' as const),
  value: host,
});

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);

const exportKey = async (key: webcrypto.CryptoKey): Promise<string> =>
  PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');

function importSigningKey(keyPem: string): Promise<webcrypto.CryptoKey> {
  const bytes = PemConverter.decodeFirst(keyPem);
  return webcrypto.subtle.importKey('pkcs8', bytes, KEY_ALGORITHM, false, ['sign']);
}

/** 16 random bytes; the first bit is cleared so that the number is positive, as RFC 5280 4.1.2.2 wants. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}
