// The image of the probe, made for one test file: the probe alone, once plain and once with the setuid bit, and the directories that
// it tries to write to. No shell, no library: what the probe finds is what the container has.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { engineRequest } from '../../hack/docker/engine-request.ts';
import { buildRustProgram } from '../../hack/init/rust-program.ts';
import { type TarEntry, tarArchive } from '../../src/docker/tar-archive.ts';
import { engineSocket, rawDocker } from '../support/docker.ts';
import { runPrefix } from '../support/oracle/run.ts';

export const PROBE = '/opt/probe';
const WITHIN_MS = 60_000;
/** For the hook that makes the image: the first time, cargo compiles libc and the probe. */
export const BUILD_WITHIN_MS = 400_000;

export interface ProbeImage {
  readonly reference: string;
  readonly imageId: string;
  /** Removes the name; the engine keeps the layers while a container needs them. */
  readonly remove: () => Promise<void>;
}

/** `name` tells test files of one run apart. */
export async function probeImage(name: string): Promise<ProbeImage> {
  const program = { what: 'probe', sourceDir: import.meta.dirname, packageName: 'mcpsession-probe', fileName: 'probe' };
  const { path } = await buildRustProgram(program, () => {});
  const repo = `mcps.local/${runPrefix()}${name}`;
  const query = new URLSearchParams({ fromSrc: '-', repo, tag: '1' });
  const body = tarArchive(rootEntries(await readFile(path)));
  const request = {
    socketPath: engineSocket(),
    method: 'POST',
    path: `/images/create?${query.toString()}`,
    body,
  } as const;
  const answer = await engineRequest(request, AbortSignal.timeout(WITHIN_MS));
  if (answer.status !== 200 || answer.body.includes('"errorDetail"')) throw new Error(`${repo}: ${answer.body}`);
  const image = rawDocker().getImage(`${repo}:1`);
  const { Id } = await image.inspect();
  return { reference: `${repo}:1`, imageId: Id, remove: async () => void (await image.remove({ force: true })) };
}

const directory = (path: string, mode = 0o755): TarEntry => ({ kind: 'directory', path, mode });

const rootEntries = (content: Buffer): readonly TarEntry[] => [
  ...['app/', 'bin/', 'etc/', 'opt/', 'usr/', 'workspace/'].map((path) => directory(path)),
  directory('tmp/', 0o1777),
  { kind: 'file', path: PROBE.slice(1), mode: 0o755, content },
  { kind: 'file', path: join('opt', 'setuid-probe'), mode: 0o6755, content },
];
