// Builds the small image that the demo and the tests run sessions from, without a registry: Debian's static busybox in an
// otherwise empty root, handed to the engine as `docker import` does. Runnable: node hack/session-image.ts

import { createHash } from 'node:crypto';

import { asOperatorError, OperatorError } from '../src/lib/errors.ts';
import { ensureDocker } from './docker.ts';
import { engineRequest } from './docker/engine-request.ts';
import { type Busybox, findBusybox } from './docker/find-busybox.ts';
import { type TarEntry, tarArchive } from '../src/docker/tar-archive.ts';

export const SESSION_IMAGE = 'mcps.local/busybox:1';
/** The user that sessions run as; owns /workspace. */
export const SESSION_UID = 1001;

/** Holds the hash of everything here but busybox itself, so that an image which is there is found without fetching that. */
const RECIPE_LABEL = 'local.mcps.recipe';
const REQUEST_WITHIN_MS = 60_000;

export interface SessionImageOptions {
  readonly socketPath: string;
  readonly log: (line: string) => void;
}

export interface SessionImage {
  readonly reference: typeof SESSION_IMAGE;
  /** `sha256:` and 64 hex digits, as the engine names the image. */
  readonly imageId: string;
}

/** Imports the image unless the engine has one made by the same recipe. Throws OperatorError('unavailable') when busybox or the engine fails. */
export async function ensureSessionImage({ socketPath, log }: SessionImageOptions): Promise<SessionImage> {
  const present = await inspectImage(socketPath);
  const recipe = recipeHash();
  if (present !== null && present.recipe === recipe) return { reference: SESSION_IMAGE, imageId: present.imageId };

  const root = tarArchive(rootEntries(await findBusybox(log)));
  log(`session image: importing ${SESSION_IMAGE} (${Math.round(root.byteLength / 1024)} KiB)`);
  await importImage({ socketPath, root, recipe });
  const imported = await inspectImage(socketPath);
  if (imported === null)
    throw new OperatorError('internal', `the engine imported ${SESSION_IMAGE} but does not find it`);
  return { reference: SESSION_IMAGE, imageId: imported.imageId };
}

function recipeHash(): string {
  const withoutBusybox = tarArchive(rootEntries({ content: Buffer.alloc(0), applets: [] }));
  return createHash('sha256').update(withoutBusybox).digest('hex');
}

function rootEntries(busybox: Busybox): readonly TarEntry[] {
  const passwd = `root:x:0:0:root:/:/bin/sh\nsession:x:${SESSION_UID}:${SESSION_UID}:session:/workspace:/bin/sh\n`;
  const group = `root:x:0:\nsession:x:${SESSION_UID}:\n`;
  return [
    { kind: 'directory', path: 'bin/', mode: 0o755 },
    { kind: 'file', path: 'bin/busybox', mode: 0o755, content: busybox.content },
    ...busybox.applets.map((name): TarEntry => ({ kind: 'symlink', path: `bin/${name}`, target: 'busybox' })),
    { kind: 'directory', path: 'etc/', mode: 0o755 },
    { kind: 'file', path: 'etc/group', mode: 0o644, content: Buffer.from(group) },
    { kind: 'file', path: 'etc/passwd', mode: 0o644, content: Buffer.from(passwd) },
    { kind: 'directory', path: 'tmp/', mode: 0o1777 },
    { kind: 'directory', path: 'workspace/', mode: 0o755, owner: SESSION_UID },
  ];
}

async function inspectImage(socketPath: string): Promise<{ imageId: string; recipe: string | null } | null> {
  const answer = await engineRequest(
    { socketPath, method: 'GET', path: `/images/${SESSION_IMAGE}/json` },
    AbortSignal.timeout(REQUEST_WITHIN_MS),
  );
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw engineRefused('inspect', answer.body);
  // The engine's own answer to its own documented call; only these two fields are used.
  const image = JSON.parse(answer.body) as { Id: string; Config: { Labels: Record<string, string> | null } };
  return { imageId: image.Id, recipe: image.Config.Labels?.[RECIPE_LABEL] ?? null };
}

interface ImportRequest {
  readonly socketPath: string;
  readonly root: Buffer;
  readonly recipe: string;
}

async function importImage({ socketPath, root, recipe }: ImportRequest): Promise<void> {
  const [repo = '', tag = ''] = SESSION_IMAGE.split(':');
  const query = new URLSearchParams([
    ['fromSrc', '-'],
    ['repo', repo],
    ['tag', tag],
    ['changes', 'CMD ["sh"]'],
    ['changes', `LABEL ${RECIPE_LABEL}=${recipe}`],
  ]);
  const answer = await engineRequest(
    { socketPath, method: 'POST', path: `/images/create?${query.toString()}`, body: root },
    AbortSignal.timeout(REQUEST_WITHIN_MS),
  );
  // The engine answers 200 before it has read the archive, and reports a later failure as a line of its own.
  if (answer.status !== 200 || answer.body.includes('"errorDetail"')) throw engineRefused('import', answer.body);
}

function engineRefused(action: string, body: string): OperatorError {
  return new OperatorError('unavailable', `the Docker Engine did not ${action} ${SESSION_IMAGE}: ${body.trim()}`);
}

async function main(): Promise<void> {
  const log = (line: string): void => console.error(line);
  const { socketPath } = await ensureDocker({ log });
  const image = await ensureSessionImage({ socketPath, log });
  console.log(`${image.reference} ${image.imageId}`);
}

if (import.meta.main) {
  main().catch((thrown: unknown) => {
    console.error(asOperatorError(thrown).message);
    process.exitCode = 1;
  });
}
