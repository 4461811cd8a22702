// The text of a kubeconfig for one client certificate; everything is inline, so that the file works wherever it is copied.

import type { CertifiedKey } from './certificates.ts';

export interface KubeconfigContent {
  readonly url: string;
  readonly caPem: string;
  readonly user: string;
  readonly client: CertifiedKey;
}

export function kubeconfigText({ url, caPem, user, client }: KubeconfigContent): string {
  const name = JSON.stringify(user); // a JSON string is a YAML string, whatever is in it
  return `apiVersion: v1
kind: Config
current-context: embedded
clusters:
- name: embedded
  cluster:
    server: ${url}
    certificate-authority-data: ${base64(caPem)}
contexts:
- name: embedded
  context:
    cluster: embedded
    user: ${name}
users:
- name: ${name}
  user:
    client-certificate-data: ${base64(client.certificatePem)}
    client-key-data: ${base64(client.keyPem)}
`;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
