// Issues X.509 certificates (ECDSA P-256) with WebCrypto; no openssl. Knows nothing of files: pki.ts keeps what is made here.

import 'reflect-metadata'; // @peculiar/x509 needs it loaded first

import { webcrypto } from 'node:crypto';

import * as x509 from '@peculiar/x509';

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;
/** A clock that was set back a little must not make a new certificate invalid. */
const BACKDATE_MS = 3_600_000;

/** PEM texts. */
export interface CertifiedKey {
  readonly certificatePem: string;
  /** PKCS#8. */
  readonly keyPem: string;
}

export interface Validity {
  readonly nowMs: number;
  readonly lifetimeMs: number;
}

export async function issueAuthority(commonName: string, validity: Validity): Promise<CertifiedKey> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    ...period(validity),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: certificate.toString('pem'), keyPem: await keyToPem(keys.privateKey) };
}

export type LeafPurpose =
  | {
      readonly purpose: 'serving';
      readonly commonName: string;
      readonly ips: readonly string[];
      readonly dns: readonly string[];
    }
  /** The API server takes the common name as the user and the organizations as the groups. */
  | { readonly purpose: 'client'; readonly commonName: string; readonly organizations: readonly string[] };

/** A certificate never outlives the authority that signs it. */
export async function issueLeaf(authority: CertifiedKey, leaf: LeafPurpose, validity: Validity): Promise<CertifiedKey> {
  const keys = await generateKeys();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const { notBefore, notAfter } = period(validity);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: subjectOf(leaf),
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: await keyFromPem(authority.keyPem),
    signingAlgorithm: SIGNING_ALGORITHM,
    notBefore,
    notAfter: notAfter < issuer.notAfter ? notAfter : issuer.notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...purposeExtensions(leaf),
    ],
  });
  return { certificatePem: certificate.toString('pem'), keyPem: await keyToPem(keys.privateKey) };
}

function subjectOf(leaf: LeafPurpose): x509.JsonName {
  if (leaf.purpose === 'serving' || leaf.organizations.length === 0) return [{ CN: [leaf.commonName] }];
  return [...leaf.organizations.map((organization) => ({ O: [organization] })), { CN: [leaf.commonName] }];
}

function purposeExtensions(leaf: LeafPurpose): x509.Extension[] {
  if (leaf.purpose === 'client') return [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])];
  return [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      ...leaf.ips.map((value) => ({ type: 'ip', value }) as const),
      ...leaf.dns.map((value) => ({ type: 'dns', value }) as const),
    ]),
  ];
}

function period({ nowMs, lifetimeMs }: Validity): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(nowMs - BACKDATE_MS), notAfter: new Date(nowMs + lifetimeMs) };
}

/** 16 random bytes in hex, positive and never short. */
function randomSerial(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

async function keyToPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function keyFromPem(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), KEY_ALGORITHM, false, ['sign']);
}
