// Writes the list of what is in the image, with what npm says of the packages.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { OperatorError } from '../../src/lib/errors.ts';
import { runCommand } from '../docker/run-command.ts';
import { bundledPackages } from './bundled-packages.ts';
import { cratesOf, imageSpdx, type SpdxDocument, spdxSchema } from './spdx.ts';

export interface SbomOptions {
  readonly root: string;
  readonly metafile: Metafile;
  readonly file: string;
}

/** Throws OperatorError with what to do when npm cannot say what the lock file has. */
export async function writeSbom({ root, metafile, file }: SbomOptions): Promise<void> {
  const document = imageSpdx({
    npm: await npmSpdx(root),
    bundled: bundledPackages(metafile, root),
    crates: cratesOf(await readFile(join(root, 'init/Cargo.lock'), 'utf8')),
    createdMs: await sourceDateMs(root),
  });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, `${JSON.stringify(document, null, 2)}\n`);
  await rename(partial, file);
}

/**
 * Of every package of the lock file, whatever is installed here. Not `--omit dev`: npm then leaves out what a development tool
 * uses too, such as zod (npm/cli issue 7909).
 */
async function npmSpdx(root: string): Promise<SpdxDocument> {
  const args = ['sbom', '--sbom-format', 'spdx', '--sbom-type', 'application', '--package-lock-only', '--offline'];
  const { exitCode, stdout, lastLines } = await runCommand({ program: 'npm', args, cwd: root });
  if (exitCode === 0) return spdxSchema.parse(JSON.parse(stdout));
  throw new OperatorError('unavailable', `"npm sbom" ended with code ${exitCode}; npm 11 is needed:\n${lastLines}`);
}

/** SOURCE_DATE_EPOCH, else that of the last commit, else the beginning of 1970, which says that nobody knows. */
async function sourceDateMs(root: string): Promise<number> {
  const asked = process.env['SOURCE_DATE_EPOCH'];
  if (asked !== undefined) return 1000 * secondsOf(asked);
  const git = await runCommand({ program: 'git', args: ['log', '-1', '--format=%ct'], cwd: root }).catch(() => null);
  return git?.exitCode === 0 ? 1000 * secondsOf(git.stdout.trim()) : 0;
}

function secondsOf(text: string): number {
  if (/^\d{1,11}$/.test(text)) return Number(text);
  throw new OperatorError('invalid', `SOURCE_DATE_EPOCH is "${text}"; it must be whole seconds since 1970`);
}
