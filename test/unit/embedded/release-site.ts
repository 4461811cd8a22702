// A release site on loopback: serves given files by path, counts what is asked for, answers 404 otherwise.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { onTestFinished } from 'vitest';

import { tarArchive } from '../../../src/docker/tar-archive.ts';
import { ETCD_VERSION, KUBERNETES_VERSION, type ReleaseSites } from '../../../src/embedded/binaries/release.ts';

export interface ReleaseSite {
  readonly sites: ReleaseSites;
  readonly asked: readonly string[];
}

export async function serveFiles(files: Readonly<Record<string, Buffer | string>>): Promise<ReleaseSite> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const content = files[path];
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { sites: { kubernetes: `${base}/kube`, etcd: `${base}/etcd` }, asked };
}

/** What the makers publish for amd64, with programs that only say their name. */
export function releaseFiles(): Record<string, Buffer | string> {
  const archiveName = `etcd-${ETCD_VERSION}-linux-amd64`;
  const archive = gzipSync(
    tarArchive([
      { kind: 'directory', path: `${archiveName}/`, mode: 0o755 },
      { kind: 'file', path: `${archiveName}/README.md`, mode: 0o644, content: Buffer.from('read me') },
      { kind: 'file', path: `${archiveName}/etcd`, mode: 0o755, content: Buffer.from('released etcd') },
    ]),
  );
  const kube = `/kube/${KUBERNETES_VERSION}/bin/linux/amd64`;
  return {
    [`/etcd/${ETCD_VERSION}/${archiveName}.tar.gz`]: archive,
    [`/etcd/${ETCD_VERSION}/SHA256SUMS`]: `${'0'.repeat(64)}  other.tar.gz\n${sha256(archive)}  ${archiveName}.tar.gz\n`,
    [`${kube}/kube-apiserver`]: 'released kube-apiserver',
    [`${kube}/kube-apiserver.sha256`]: sha256('released kube-apiserver'),
    [`${kube}/kubectl`]: 'released kubectl',
    [`${kube}/kubectl.sha256`]: `${sha256('released kubectl')}\n`,
  };
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
