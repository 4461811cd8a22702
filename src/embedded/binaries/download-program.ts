// Takes a program from its makers' release files and checks it against the checksum published beside it. A checksum that
// does not match is an error, never a reason to go on quietly by another way.

import { mkdir, rename, rm } from 'node:fs/promises';

import { OperatorError } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { PARTIAL_PREFIX } from './binary-cache.ts';
import { fetchText, fetchToFile } from './fetch-file.ts';
import { type Architecture, ETCD_VERSION, KUBERNETES_VERSION, type Program, type ReleaseSites } from './release.ts';
import { runTool } from './run-tool.ts';

/** tar finds gzip by it. */
const TAR_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin' };

export interface ProgramDownload {
  readonly program: Program;
  readonly sites: ReleaseSites;
  readonly architecture: Architecture;
  readonly cacheDir: string;
  /** The finished, executable program is written here. */
  readonly partialPath: string;
  readonly answerWithinMs: number;
}

interface ReleaseFile {
  readonly url: string;
  readonly checksumUrl: string;
  /** The file's name in a list of checksums, and its directory inside the archive; null for a bare program. */
  readonly archive: { readonly name: string; readonly member: string } | null;
}

/** An error value is one clause that says why the site cannot be used; a wrong checksum throws OperatorError('invalid'). */
export async function downloadProgram(download: ProgramDownload, signal: AbortSignal): Promise<Result<null, string>> {
  const file = releaseFile(download);
  const fetchedPath = `${download.cacheDir}/${PARTIAL_PREFIX}download`;
  try {
    const { answerWithinMs } = download;
    const published = await fetchText({ url: file.checksumUrl, answerWithinMs }, signal);
    if (!published.ok) return published;
    const wanted = findChecksum(published.value, file);
    if (wanted === null)
      return err(`${file.checksumUrl} holds no checksum for ${file.archive?.name ?? download.program}`);

    const fetched = await fetchToFile({ url: file.url, answerWithinMs, path: fetchedPath }, signal);
    if (!fetched.ok) return fetched;
    if (fetched.value !== wanted) throw wrongChecksum(file, { wanted, got: fetched.value });
    await unpack(file, { fetchedPath, download }, signal);
    return ok(null);
  } finally {
    await rm(fetchedPath, { force: true });
  }
}

function releaseFile({ program, sites, architecture }: ProgramDownload): ReleaseFile {
  if (program === 'etcd') {
    const name = `etcd-${ETCD_VERSION}-linux-${architecture}`;
    const base = `${sites.etcd}/${ETCD_VERSION}`;
    return {
      url: `${base}/${name}.tar.gz`,
      checksumUrl: `${base}/SHA256SUMS`,
      archive: { name: `${name}.tar.gz`, member: `${name}/etcd` },
    };
  }
  const url = `${sites.kubernetes}/${KUBERNETES_VERSION}/bin/linux/${architecture}/${program}`;
  return { url, checksumUrl: `${url}.sha256`, archive: null };
}

/** A checksum file holds either one bare hash, or lines of hash and file name. */
function findChecksum(text: string, file: ReleaseFile): string | null {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const line =
    file.archive === null ? lines[0] : lines.find((fields) => fields[1]?.replace(/^\*/, '') === file.archive?.name);
  const hash = line?.[0]?.toLowerCase() ?? '';
  return /^[0-9a-f]{64}$/.test(hash) ? hash : null;
}

interface FetchedFile {
  readonly fetchedPath: string;
  readonly download: ProgramDownload;
}

async function unpack(file: ReleaseFile, { fetchedPath, download }: FetchedFile, signal: AbortSignal): Promise<void> {
  if (file.archive === null) {
    await rename(fetchedPath, download.partialPath);
    return;
  }
  const unpackDir = `${download.cacheDir}/${PARTIAL_PREFIX}unpack`;
  await mkdir(unpackDir, { recursive: true });
  const args = [
    '--extract',
    '--gzip',
    '--no-same-owner',
    '--strip-components=1',
    `--file=${fetchedPath}`,
    file.archive.member,
  ];
  const outcome = await runTool({ program: 'tar', args, cwd: unpackDir, environment: TAR_ENVIRONMENT }, signal);
  if (outcome.exitCode !== 0) {
    throw new OperatorError('internal', `tar could not unpack ${file.url}: ${outcome.lastLines}`);
  }
  await rename(`${unpackDir}/${download.program}`, download.partialPath);
  await rm(unpackDir, { recursive: true });
}

function wrongChecksum(
  file: ReleaseFile,
  { wanted, got }: { readonly wanted: string; readonly got: string },
): OperatorError {
  return new OperatorError(
    'invalid',
    `${file.url} has SHA-256 ${got}, but ${file.checksumUrl} says ${wanted}; the file was deleted. Do not use this site: it, or something on the way to it, changes files`,
  );
}
