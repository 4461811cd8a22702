// Bundles the programs that the harness kills: each entry of process/ as one file that starts quickly.
// THE SEAM FOR MUTANTS: `replacements` are applied to the sources while they are bundled; every `find` must occur exactly once in
// its file, else the bundling fails, so that a refactoring cannot silence a mutant. `bundlePrograms({ replacements: [mutant] })`
// gives a directory; `npm run faults -- --programs DIR` (main.ts) and `startLane({ programs })` (rig/lane.ts) run what is in it.

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { COMMON_OPTIONS, COMMONJS_NAMES } from '../../hack/bundle.ts';
import { renameOnce } from '../../hack/rename-once.ts';

export interface Replacement {
  /** From the root of the repository: "src/controller/perform.ts". */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

export interface BundledPrograms {
  /** Holds <entry>.mjs for every entry. */
  readonly dir: string;
  /** Of what the bundles hold: the same sources give the same key. */
  readonly key: string;
}

export const ROOT = join(import.meta.dirname, '../..');
/** Below out/, which `make clean` and every CI run clear: nothing of a run is left outside of the tree. */
export const PROGRAMS_DIR = join(ROOT, 'out/faults-programs');
/** Of V8, so that a program that is started a hundred times is compiled once. */
export const COMPILE_CACHE_DIR = join(ROOT, 'out/faults-compile-cache');
const ENTRIES = ['controller', 'placement'] as const;
export type ProgramName = (typeof ENTRIES)[number];

/** Into `under`/<key>; what is there already is used again. Rejects when a replacement does not fit. */
export async function bundlePrograms(options: {
  readonly under: string;
  readonly replacements?: readonly Replacement[];
}): Promise<BundledPrograms> {
  const { under, replacements = [] } = options;
  await mkdir(under, { recursive: true });
  const partial = await mkdtemp(join(under, 'partial-'));
  try {
    const entries = Object.fromEntries(ENTRIES.map((entry) => [entry, `test/faults/process/${entry}.ts`]));
    await bundleEntries({ dir: partial, entries, replacements });
    const key = await keyOf(partial);
    const dir = join(under, key);
    await renameOnce(partial, dir);
    return { dir, key };
  } catch (thrown) {
    await rm(partial, { recursive: true, force: true });
    throw thrown;
  }
}

/** What the sources say with a replacement in them; throws when `find` does not occur exactly once. */
export function replaced(text: string, { file, find, replace }: Replacement): string {
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`${file}: ${JSON.stringify(find)} occurs ${parts.length - 1} times, not once`);
  return parts.join(replace);
}

/** Each entry, a file from the root of the repository, as <name>.mjs. Rejects when a replacement does not fit, or was not needed. */
export async function bundleEntries(options: {
  readonly dir: string;
  readonly entries: Readonly<Record<string, string>>;
  readonly replacements: readonly Replacement[];
}): Promise<void> {
  const { dir, entries, replacements } = options;
  const used = new Set<Replacement>();
  await build({
    ...COMMON_OPTIONS,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(ROOT, file)])),
    outdir: dir,
    outExtension: { '.js': '.mjs' },
    absWorkingDir: ROOT,
    banner: { js: COMMONJS_NAMES },
    plugins: [...COMMON_OPTIONS.plugins, replacing(replacements, used)],
    logLevel: 'error',
  });
  const unused = replacements.filter((replacement) => !used.has(replacement)).map(({ file }) => file);
  if (unused.length > 0) throw new Error(`nothing that is bundled loads ${unused.join(', ')}`);
}

function replacing(replacements: readonly Replacement[], used: Set<Replacement>): Plugin {
  return {
    name: 'replace',
    setup(plugged) {
      plugged.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const file = isAbsolute(path) ? relative(ROOT, path) : path;
        const own = replacements.filter((replacement) => replacement.file === file);
        if (own.length === 0) return null;
        for (const replacement of own) used.add(replacement);
        return { contents: own.reduce(replaced, await readFile(path, 'utf8')), loader: 'ts' };
      });
    },
  };
}

async function keyOf(dir: string): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of ENTRIES) hash.update(await readFile(join(dir, `${entry}.mjs`)));
  return hash.digest('hex').slice(0, 16);
}
