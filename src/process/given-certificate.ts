// A certificate that others made: cert-manager, or whoever keeps a Secret of type kubernetes.io/tls. Its three files are read again and
// again, because a renewed one is put in their place.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { CertificateSource, StoredCertificate } from './certificate-keeper.ts';
import { joinBundles, splitBundle } from './certificate-bundle.ts';

export interface GivenCertificate {
  /** Holds tls.crt, tls.key and ca.crt. */
  readonly directory: string;
  /** Names by which callers reach us; the certificate has to have every one. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
}

/** Rejects with `unavailable` and what is wrong with which file: whoever put it there can mend it. */
export function givenCertificate(given: GivenCertificate): CertificateSource {
  return async (served) => {
    const found = await readFiles(given.directory);
    const problem = problemOf(found, given);
    if (problem !== null) throw new OperatorError('unavailable', `the certificate in ${given.directory}: ${problem}`);
    return { ...found, caPem: joinBundles(found.caPem, served?.caPem ?? '') };
  };
}

async function readFiles(directory: string): Promise<StoredCertificate> {
  const read = async (name: string): Promise<string> => {
    try {
      return await readFile(join(directory, name), 'utf8');
    } catch (thrown) {
      const { code = 'unknown error' } = thrown as NodeJS.ErrnoException; // fs rejects with errno errors
      throw new OperatorError(
        'unavailable',
        `the certificate in ${directory}: ${name} cannot be read (${code}); the Secret has to have tls.crt, tls.key and ca.crt`,
        { cause: thrown },
      );
    }
  };
  return { certPem: await read('tls.crt'), keyPem: await read('tls.key'), caPem: await read('ca.crt') };
}

function problemOf({ certPem, keyPem, caPem }: StoredCertificate, { hosts, clock }: GivenCertificate): string | null {
  const leaf = parsed(() => new X509Certificate(certPem));
  if (leaf === null) return 'tls.crt holds no certificate';
  const key = parsed(() => createPrivateKey(keyPem));
  if (key === null || !leaf.checkPrivateKey(key)) return 'tls.key is not the key of tls.crt';
  const authorities = splitBundle(caPem).map((pem) => parsed(() => new X509Certificate(pem)));
  if (authorities.length === 0 || authorities.includes(null)) return 'ca.crt holds no certificate of an authority';
  if (leaf.validToDate.getTime() <= clock.nowMs()) return `tls.crt ended at ${leaf.validToDate.toISOString()}`;
  const missing = hosts.filter((host) => leaf.checkHost(host) === undefined);
  return missing.length === 0 ? null : `tls.crt is not for ${missing.join(', ')}`;
}

function parsed<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}
