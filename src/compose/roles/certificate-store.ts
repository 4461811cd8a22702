// Where a role keeps its certificate: a Secret of its own in the operator's namespace, which its replicas share.

import type { KubeClient } from '../../kube/kube-client.ts';
import { createSecretStore } from '../../kube/secret-store.ts';
import type { CertificateStore } from '../../process/certificate-keeper.ts';

export function createCertificateStore(
  client: KubeClient,
  secret: { readonly namespace: string; readonly name: string },
): CertificateStore {
  const secrets = createSecretStore(client, secret.namespace);
  return {
    async read(signal) {
      const found = await secrets.read(secret.name, signal);
      if (found === null) return null;
      const { data, resourceVersion } = found;
      const certificate = {
        certPem: data['tls.crt'] ?? '',
        keyPem: data['tls.key'] ?? '',
        caPem: data['ca.crt'] ?? '',
      };
      return { certificate, resourceVersion };
    },
    async write({ certPem, keyPem, caPem }, resourceVersion, signal) {
      const data = { 'tls.crt': certPem, 'tls.key': keyPem, 'ca.crt': caPem };
      await secrets.write(secret.name, { data, resourceVersion }, signal);
    },
  };
}
