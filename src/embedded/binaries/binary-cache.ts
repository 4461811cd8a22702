// The cache directory of one version: the programs, and a manifest that says which of them are whole. A program counts
// only when its entry was written, after its last byte: a run that was cut short leaves something to do, not something broken.

import { access, constants, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';

import { z } from 'zod';

import { NODE_PROGRAMS, PROGRAMS, type Program, versionOf } from './release.ts';

/** Unfinished files and directories start with this; the holder of the cache's lock may delete them all. */
export const PARTIAL_PREFIX = '.partial-';

const manifestSchema = z.partialRecord(
  z.enum([...PROGRAMS, ...NODE_PROGRAMS]),
  z.object({ version: z.string(), sizeBytes: z.int(), source: z.enum(['download', 'build']) }),
);
type Manifest = z.infer<typeof manifestSchema>;

export type ObtainedBy = 'download' | 'build';

/** Those of the programs that are absent, cut short, not executable, or of another version. */
export async function missingPrograms(cacheDir: string, programs: readonly Program[]): Promise<readonly Program[]> {
  const manifest = await readManifest(cacheDir);
  const isWhole = await Promise.all(
    programs.map(async (program) => {
      const entry = manifest[program];
      const path = `${cacheDir}/${program}`;
      if (entry === undefined || entry.version !== versionOf(program)) return false;
      return (await isExecutable(path)) && (await stat(path)).size === entry.sizeBytes;
    }),
  );
  return programs.filter((_, index) => !isWhole[index]);
}

/** Moves a finished file into the cache and enters it in the manifest. The caller holds the cache's lock. */
export async function keepProgram(
  cacheDir: string,
  kept: { readonly program: Program; readonly partialPath: string; readonly source: ObtainedBy },
): Promise<void> {
  const path = `${cacheDir}/${kept.program}`;
  await rename(kept.partialPath, path);
  const entry = { version: versionOf(kept.program), sizeBytes: (await stat(path)).size, source: kept.source };
  const manifest: Manifest = { ...(await readManifest(cacheDir)), [kept.program]: entry };
  const partialManifest = `${cacheDir}/${PARTIAL_PREFIX}manifest`;
  await writeFile(partialManifest, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(partialManifest, manifestPath(cacheDir));
}

/** Deletes what an earlier run left unfinished. The caller holds the cache's lock. */
export async function removePartials(cacheDir: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => name.startsWith(PARTIAL_PREFIX));
  await Promise.all(names.map((name) => rm(`${cacheDir}/${name}`, { recursive: true, force: true })));
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false; // absent or not ours to run: in both cases it cannot be used
  }
}

const manifestPath = (cacheDir: string): string => `${cacheDir}/manifest.json`;

async function readManifest(cacheDir: string): Promise<Manifest> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(manifestPath(cacheDir), 'utf8')));
  } catch {
    return {}; // none yet, or unreadable: then nothing in the cache is known to be whole
  }
}
