// The keys, certificates and kubeconfigs of the cluster, made anew for each one.

import { mkdir, readFile } from 'node:fs/promises';

import { issueLeaf } from '../../src/embedded/server/certificates.ts';
import { kubeconfigText } from '../../src/embedded/server/kubeconfig.ts';
import { ensurePki, type Pki } from '../../src/embedded/server/pki.ts';
import { writePrivateFile } from '../../src/embedded/server/private-file.ts';
import {
  API_SERVICE_ADDRESS,
  API_URL,
  CLUSTER_DOMAIN,
  CONTROL_ADDRESS,
  KUBECONFIG,
  type NodeLayout,
  STATE_DIR,
} from './layout.ts';

export const PKI_DIR = `${STATE_DIR}/pki`;
const LIFETIME_MS = 30 * 86_400_000;
const SERVICE = 'kubernetes.default.svc';

/** Files in PKI_DIR: ca, apiserver, kubelet-client and one pair per node (.crt, .key), service-account.key and .pub. */
export async function writeCertificates(nodes: readonly NodeLayout[], nowMs: number): Promise<void> {
  const pki = await ensurePki(PKI_DIR, nowMs);
  const authority = { certificatePem: pki.caPem, keyPem: await readFile(`${PKI_DIR}/ca.key`, 'utf8') };
  const serve = async (name: string, dns: readonly string[], ips: readonly string[]): Promise<void> => {
    const leaf = { purpose: 'serving', commonName: name, dns, ips } as const;
    await writePair(name, await issueLeaf(authority, leaf, { nowMs, lifetimeMs: LIFETIME_MS }));
  };
  const apiNames = ['kubernetes', 'kubernetes.default', SERVICE, `${SERVICE}.${CLUSTER_DOMAIN}`, 'localhost'];
  await serve('apiserver', apiNames, [API_SERVICE_ADDRESS, CONTROL_ADDRESS, '127.0.0.1']);
  await writePair(
    'kubelet-client',
    await pki.issueClient({ user: 'kube-apiserver', groups: ['system:masters'] }, nowMs),
  );

  await writePrivateFile(
    KUBECONFIG,
    kubeconfigText({ url: API_URL, caPem: pki.caPem, user: 'admin', client: pki.admin }),
  );
  await mkdir(`${STATE_DIR}/control`, { recursive: true });
  for (const name of ['kube-controller-manager', 'kube-scheduler']) {
    await writeKubeconfig(pki, {
      path: `${STATE_DIR}/control/${name}.conf`,
      user: `system:${name}`,
      groups: [],
      nowMs,
    });
  }
  for (const { name, address, dir } of nodes) {
    await serve(name, [name], [address]);
    await mkdir(`${dir}/config`, { recursive: true });
    const user = `system:node:${name}`;
    await writeKubeconfig(pki, { path: `${dir}/config/kubelet.conf`, user, groups: ['system:nodes'], nowMs });
    const proxy = { path: `${dir}/config/kube-proxy.conf`, user: 'system:kube-proxy', groups: [], nowMs };
    await writeKubeconfig(pki, proxy);
  }
}

interface KubeconfigRequest {
  readonly path: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly nowMs: number;
}

async function writeKubeconfig(pki: Pki, { path, user, groups, nowMs }: KubeconfigRequest): Promise<void> {
  const client = await pki.issueClient({ user, groups }, nowMs);
  await writePrivateFile(path, kubeconfigText({ url: API_URL, caPem: pki.caPem, user, client }));
}

async function writePair(
  name: string,
  pair: { readonly certificatePem: string; readonly keyPem: string },
): Promise<void> {
  await writePrivateFile(`${PKI_DIR}/${name}.crt`, pair.certificatePem);
  await writePrivateFile(`${PKI_DIR}/${name}.key`, pair.keyPem);
}
