// The webhook keeps its own certificate: shared by its replicas through a Secret, renewed long before its end, and made known
// to the API server by the caBundle of its configuration. A rotation loses no request: the new authority is trusted beside the
// old one before anybody serves with it.

import { isFault } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { certificateEndMs, issueCertificate } from '../process/certificates.ts';
import type { ServedCertificate } from '../process/https-server.ts';

/** What the Secret holds. `caPem` is a bundle: the current authority first, then the one before it. */
export interface StoredCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  readonly caPem: string;
}

export interface CertificateStore {
  read(
    signal: AbortSignal,
  ): Promise<{ readonly certificate: StoredCertificate; readonly resourceVersion: string } | null>;
  /** Rejects with `conflict` or `already-exists` when another replica was faster. */
  write(certificate: StoredCertificate, resourceVersion: string | null, signal: AbortSignal): Promise<void>;
}

export interface CertificateKeeperOptions {
  readonly store: CertificateStore;
  /** Makes the API server trust the bundle; writes nothing when it does already. */
  readonly publish: (caPem: string, signal: AbortSignal) => Promise<void>;
  /** DNS names and addresses by which the API server reaches the webhook. */
  readonly hosts: readonly string[];
  readonly validForMs: number;
  /** How long the API server may take to use a new bundle; only then is the new certificate served. */
  readonly overlapMs: number;
  readonly checkEveryMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly onCertificate: (certificate: ServedCertificate) => void;
  readonly onExpiry?: (endMs: number) => void;
}

/** A certificate is renewed when less than this part of its life is left. */
const RENEW_BELOW = 1 / 3;
/** Authorities in the bundle: the one in use and the one before it. */
const BUNDLE_SIZE = 2;

/** The certificate to start with: the stored one while it is good, else a new one. */
export async function currentCertificate(
  options: Pick<CertificateKeeperOptions, 'store' | 'hosts' | 'validForMs' | 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<StoredCertificate> {
  const { store, clock, log } = options;
  for (;;) {
    const stored = await store.read(signal);
    if (stored !== null && isGood(stored.certificate, options)) return stored.certificate;
    const renewed = await renew(stored?.certificate ?? null, options);
    try {
      await store.write(renewed, stored?.resourceVersion ?? null, signal);
      log.info('certificate issued', { ends: new Date(certificateEndMs(renewed.certPem)).toISOString() });
      return renewed;
    } catch (thrown) {
      if (!isFault(thrown, 'conflict') && !isFault(thrown, 'already-exists')) throw thrown;
      await clock.sleep(50, signal); // another replica wrote: read what it made
    }
  }
}

/** Watches over the certificate until `signal` aborts; faults of the API server are waited out, since the old one still serves. */
export async function keepCertificate(options: CertificateKeeperOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = options;
  let served = '';
  while (!signal.aborted) {
    try {
      const current = await currentCertificate(options, signal);
      await options.publish(current.caPem, signal);
      if (current.certPem !== served) {
        if (served !== '') await clock.sleep(options.overlapMs, signal);
        options.onCertificate(current);
        options.onExpiry?.(certificateEndMs(current.certPem));
        served = current.certPem;
      }
    } catch (thrown) {
      if (signal.aborted) return;
      log.warn('certificate not checked', { error: String(thrown) });
    }
    await clock.sleep(options.checkEveryMs, signal).catch(() => {}); // aborted: the loop ends
  }
}

function isGood(stored: StoredCertificate, options: Pick<CertificateKeeperOptions, 'validForMs' | 'clock'>): boolean {
  try {
    return certificateEndMs(stored.certPem) - options.clock.nowMs() > options.validForMs * RENEW_BELOW;
  } catch {
    return false; // a damaged Secret heals itself
  }
}

async function renew(
  before: StoredCertificate | null,
  options: Pick<CertificateKeeperOptions, 'hosts' | 'validForMs' | 'clock'>,
): Promise<StoredCertificate> {
  const issued = await issueCertificate({
    commonName: 'mcpsession-webhook',
    hosts: options.hosts,
    validForMs: options.validForMs,
    nowMs: options.clock.nowMs(),
  });
  const authorities = [issued.ca.certPem, ...splitBundle(before?.caPem ?? '')].slice(0, BUNDLE_SIZE);
  return {
    certPem: issued.certPem,
    keyPem: issued.keyPem,
    caPem: authorities.map((pem) => `${pem.trim()}\n`).join(''),
  };
}

function splitBundle(bundle: string): readonly string[] {
  return bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}
