// The keys and certificates of one control plane, kept in its state directory: made on the first start, used again on the
// next, and renewed when their end is near. The service account key never changes, because it would void issued tokens.

import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';

import { type CertifiedKey, issueAuthority, issueLeaf, type LeafPurpose } from './certificates.ts';
import { writePrivateFile } from './private-file.ts';

const DAY_MS = 86_400_000;
const AUTHORITY_LIFETIME_MS = 3_650 * DAY_MS;
const LEAF_LIFETIME_MS = 365 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;

const SERVING: LeafPurpose = {
  purpose: 'serving',
  commonName: 'kube-apiserver',
  ips: ['127.0.0.1'],
  dns: ['localhost'],
};
const ADMIN: LeafPurpose = { purpose: 'client', commonName: 'admin', organizations: ['system:masters'] };

export interface ClientIdentity {
  readonly user: string;
  readonly groups: readonly string[];
}

export interface Pki {
  readonly caPem: string;
  readonly caPath: string;
  readonly servingCertificatePath: string;
  readonly servingKeyPath: string;
  /** SPKI: the API server refuses an elliptic-curve key in PKCS#8 as a key to verify with. */
  readonly serviceAccountPublicKeyPath: string;
  readonly serviceAccountSigningKeyPath: string;
  /** Member of system:masters. */
  readonly admin: CertifiedKey;
  /** A new client certificate, valid for a year. */
  issueClient(identity: ClientIdentity, nowMs: number): Promise<CertifiedKey>;
}

/** The PKI in dir (created with mode 0700): what is there and good is kept, the rest is made. */
export async function ensurePki(dir: string, nowMs: number): Promise<Pki> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const authority = await ensureAuthority(dir, nowMs);
  const admin = await ensureLeaf({ dir, name: 'admin', leaf: ADMIN, authority, nowMs });
  await ensureLeaf({ dir, name: 'serving', leaf: SERVING, authority, nowMs });
  await ensureServiceAccountKey(dir);
  return {
    caPem: authority.certificatePem,
    caPath: `${dir}/ca.crt`,
    servingCertificatePath: `${dir}/serving.crt`,
    servingKeyPath: `${dir}/serving.key`,
    serviceAccountPublicKeyPath: `${dir}/service-account.pub`,
    serviceAccountSigningKeyPath: `${dir}/service-account.key`,
    admin,
    issueClient: ({ user, groups }, nowMs) =>
      issueLeaf(
        authority,
        { purpose: 'client', commonName: user, organizations: groups },
        { nowMs, lifetimeMs: LEAF_LIFETIME_MS },
      ),
  };
}

/** Renewed so early that a leaf made on the last day before still lives its whole life. */
async function ensureAuthority(dir: string, nowMs: number): Promise<CertifiedKey> {
  const kept = await readPair(dir, 'ca');
  if (kept !== null && remainingMs(kept, nowMs) > LEAF_LIFETIME_MS + RENEW_BEFORE_MS) return kept;
  const made = await issueAuthority('mcpsession-control-plane', { nowMs, lifetimeMs: AUTHORITY_LIFETIME_MS });
  await writePair(dir, 'ca', made);
  return made;
}

interface LeafRequest {
  readonly dir: string;
  readonly name: string;
  readonly leaf: LeafPurpose;
  readonly authority: CertifiedKey;
  readonly nowMs: number;
}

async function ensureLeaf({ dir, name, leaf, authority, nowMs }: LeafRequest): Promise<CertifiedKey> {
  const kept = await readPair(dir, name);
  if (kept !== null && isSignedBy(kept, authority) && remainingMs(kept, nowMs) > RENEW_BEFORE_MS) return kept;
  const made = await issueLeaf(authority, leaf, { nowMs, lifetimeMs: LEAF_LIFETIME_MS });
  await writePair(dir, name, made);
  return made;
}

async function ensureServiceAccountKey(dir: string): Promise<void> {
  const keyPath = `${dir}/service-account.key`;
  const publicPath = `${dir}/service-account.pub`;
  // The public half is written last: where it is, both are.
  if ((await readIfPresent(publicPath)) !== null && (await readIfPresent(keyPath)) !== null) return;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writePrivateFile(keyPath, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await writePrivateFile(publicPath, publicKey.export({ type: 'spki', format: 'pem' }).toString());
}

/** The certificate and key of one name; null when either is absent, unreadable, or does not belong to the other. */
async function readPair(dir: string, name: string): Promise<CertifiedKey | null> {
  const certificatePem = await readIfPresent(`${dir}/${name}.crt`);
  const keyPem = await readIfPresent(`${dir}/${name}.key`);
  if (certificatePem === null || keyPem === null) return null;
  try {
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem))
      ? { certificatePem, keyPem }
      : null;
  } catch {
    return null; // not PEM: made anew
  }
}

async function writePair(dir: string, name: string, pair: CertifiedKey): Promise<void> {
  await writePrivateFile(`${dir}/${name}.key`, pair.keyPem);
  await writePrivateFile(`${dir}/${name}.crt`, pair.certificatePem);
}

function isSignedBy(pair: CertifiedKey, authority: CertifiedKey): boolean {
  return new X509Certificate(pair.certificatePem).verify(new X509Certificate(authority.certificatePem).publicKey);
}

function remainingMs(pair: CertifiedKey, nowMs: number): number {
  return new X509Certificate(pair.certificatePem).validToDate.getTime() - nowMs;
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}
