// Where the certificate of a role that serves comes from: made here and shared by a Secret, or put into a directory by others.

import type { KubeClient } from '../../kube/kube-client.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { bundleHolds, joinBundles } from '../../process/certificate-bundle.ts';
import { type CertificateSource, ownCertificate } from '../../process/certificate-keeper.ts';
import { givenCertificate } from '../../process/given-certificate.ts';
import { createCertificateStore } from './certificate-store.ts';

export interface GivenPlace {
  readonly directory: string;
  /** The name by which callers reach the Service; the certificate has to have it. */
  readonly host: string;
}

export interface CertificateWish {
  /** null: made here. */
  readonly given: GivenPlace | null;
  readonly secret: { readonly namespace: string; readonly name: string };
  readonly commonName: string;
  readonly hosts: readonly string[];
  readonly validForMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Certificates {
  readonly source: CertificateSource;
  /**
   * The bundle that callers are to trust. Replicas see a new directory at different times: what one of them has added, another one that
   * still has the old files must not take away, and neither writes for ever.
   */
  readonly toPublish: (wanted: string, readPublished: () => Promise<string>) => Promise<string>;
}

export function certificateSource(client: KubeClient, wish: CertificateWish): Certificates {
  const { given, secret, clock } = wish;
  if (given === null) {
    const source = ownCertificate({ ...wish, store: createCertificateStore(client, secret) });
    return { source, toPublish: (wanted) => Promise.resolve(wanted) }; // the replicas share one Secret
  }
  return {
    source: givenCertificate({ directory: given.directory, hosts: [given.host], clock }),
    async toPublish(wanted, readPublished) {
      const published = await readPublished();
      return bundleHolds(published, wanted) ? published : joinBundles(wanted, published);
    },
  };
}

export const givenPlace = (
  directory: string | null,
  service: { readonly name: string; readonly namespace: string },
): GivenPlace | null => (directory === null ? null : { directory, host: `${service.name}.${service.namespace}.svc` });
