// A role that serves behind a Service keeps its own certificate: shared by its replicas through a Secret, renewed long before its
// end, and its authority made known to those who call. A rotation loses no request: the new authority is trusted beside the old
// one before anybody serves with it.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { isFault } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { joinBundles, splitBundle } from './certificate-bundle.ts';
import { certificateEndMs, issueCertificate } from './certificates.ts';
import type { ServedCertificate } from './https-server.ts';

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

/** Which certificate, and where it is kept. */
export interface CertificateWanted {
  readonly store: CertificateStore;
  /** Example: "mcpsession-webhook". */
  readonly commonName: string;
  /** DNS names and addresses by which callers reach us. */
  readonly hosts: readonly string[];
  readonly validForMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Where the certificate comes from. `served` is what this process serves now: it goes on to be trusted even if it is not what the
 * source has.
 */
export type CertificateSource = (served: StoredCertificate | null, signal: AbortSignal) => Promise<StoredCertificate>;

/** Made by the program itself. */
export const ownCertificate =
  (wanted: CertificateWanted): CertificateSource =>
  (served, signal) =>
    currentCertificate({ ...wanted, served }, signal);

export interface CertificateKeeperOptions {
  readonly source: CertificateSource;
  readonly clock: Clock;
  readonly log: Log;
  /** What is served since the start. Left out: nothing yet. */
  readonly serving?: StoredCertificate;
  /** Makes callers trust the bundle; writes nothing when they do already. */
  readonly publish: (caPem: string, signal: AbortSignal) => Promise<void>;
  /** How long callers may take to use a new bundle; only then is the new certificate served. */
  readonly overlapMs: number;
  readonly checkEveryMs: number;
  /** The bundle is published, for the first time or again. */
  readonly onPublished?: () => void;
  readonly onCertificate: (certificate: ServedCertificate) => void;
  readonly onExpiry?: (endMs: number) => void;
}

/** A certificate is renewed when less than this part of its life is left. */
const RENEW_BELOW = 1 / 3;
/** After a check that failed: what was missing at the start of everything is there soon. */
const RETRY_MS = 1_000;

/**
 * The stored certificate while it is good, else a new one. `served`, what this process serves now, goes on to be trusted even if it
 * is not what is stored: somebody may have deleted or changed that.
 */
export async function currentCertificate(
  options: CertificateWanted & { readonly served?: StoredCertificate | null },
  signal: AbortSignal,
): Promise<StoredCertificate> {
  const { store, clock, log } = options;
  for (;;) {
    const stored = await store.read(signal);
    if (stored !== null && isGood(stored.certificate, options)) return stored.certificate;
    const renewed = await renew(options.served ?? stored?.certificate ?? null, options);
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
  const { source, clock, log } = options;
  let served: StoredCertificate | null = options.serving ?? null;
  let waitMs = 0;
  while (!signal.aborted) {
    try {
      const current = await source(served, signal);
      await options.publish(current.caPem, signal);
      options.onPublished?.();
      if (current.certPem !== served?.certPem) {
        if (served !== null) await clock.sleep(options.overlapMs, signal);
        options.onCertificate(current);
        served = current;
      }
      options.onExpiry?.(certificateEndMs(current.certPem));
      waitMs = options.checkEveryMs;
    } catch (thrown) {
      if (signal.aborted) return;
      log.warn('certificate not checked', { error: String(thrown) });
      waitMs = Math.min(RETRY_MS, options.checkEveryMs);
    }
    await clock.sleep(waitMs, signal).catch(() => {}); // aborted: the loop ends
  }
}

/** Whether it can be served for long enough, to those who trust its bundle, under every name. A damaged Secret heals itself. */
function isGood({ certPem, keyPem, caPem }: StoredCertificate, wanted: CertificateWanted): boolean {
  try {
    const leaf = new X509Certificate(certPem);
    const names = (host: string) => (isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host)) !== undefined;
    return (
      certificateEndMs(certPem) - wanted.clock.nowMs() > wanted.validForMs * RENEW_BELOW &&
      leaf.checkPrivateKey(createPrivateKey(keyPem)) &&
      splitBundle(caPem).some((pem) => leaf.verify(new X509Certificate(pem).publicKey)) &&
      wanted.hosts.every(names)
    );
  } catch {
    return false;
  }
}

async function renew(before: StoredCertificate | null, wanted: CertificateWanted): Promise<StoredCertificate> {
  const { commonName, hosts, validForMs, clock } = wanted;
  const issued = await issueCertificate({ commonName, hosts, validForMs, nowMs: clock.nowMs() });
  const caPem = joinBundles(issued.ca.certPem, before?.caPem ?? '');
  return { certPem: issued.certPem, keyPem: issued.keyPem, caPem };
}
