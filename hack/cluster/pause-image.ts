// The image of the container that holds a pod's namespaces, as an archive that containerd imports: Debian's static busybox
// and nothing else. Kubernetes' own image is in a registry that not every machine reaches.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

import { tarArchive } from '../../src/docker/tar-archive.ts';
import { findBusybox } from '../docker/find-busybox.ts';
import { PAUSE_IMAGE } from './layout.ts';

/** Sleeps until it is told to end, and takes note of the end of orphans, which come to it in pods that share processes. */
const COMMAND = ['/busybox', 'sh', '-c', "trap 'exit 0' TERM INT; while :; do /busybox sleep 2147483647 & wait; done"];

/** Writes the archive unless it is there. Throws OperatorError('unavailable') when busybox cannot be had. */
export async function ensurePauseImage(path: string, log: (line: string) => void): Promise<void> {
  if (existsSync(path)) return;
  const { content } = await findBusybox(log);
  const layer = tarArchive([{ kind: 'file', path: 'busybox', mode: 0o755, content }]);
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Entrypoint: COMMAND },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  );
  const manifest = [{ Config: 'config.json', RepoTags: [PAUSE_IMAGE], Layers: ['layer.tar'] }];
  const archive = tarArchive([
    { kind: 'file', path: 'config.json', mode: 0o644, content: config },
    { kind: 'file', path: 'layer.tar', mode: 0o644, content: layer },
    { kind: 'file', path: 'manifest.json', mode: 0o644, content: Buffer.from(JSON.stringify(manifest)) },
  ]);
  await writeFile(`${path}.partial`, archive);
  await rename(`${path}.partial`, path);
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
