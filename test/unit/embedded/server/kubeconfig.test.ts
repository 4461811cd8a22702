import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { kubeconfigText } from '../../../../src/embedded/server/kubeconfig.ts';

test('is YAML that kubectl reads, whatever the user is called', () => {
  const text = kubeconfigText({
    url: 'https://127.0.0.1:6443',
    caPem: 'CA',
    user: 'system:serviceaccount:a:"b" # c',
    client: { certificatePem: 'CERT', keyPem: 'KEY' },
  });
  const user = 'system:serviceaccount:a:"b" # c';
  expect(parse(text)).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'embedded',
    clusters: [
      { name: 'embedded', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': 'Q0E=' } },
    ],
    contexts: [{ name: 'embedded', context: { cluster: 'embedded', user } }],
    users: [{ name: user, user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' } }],
  });
});
