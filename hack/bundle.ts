// Makes one file of JavaScript of the sources and everything that they use. The same sources give the same bytes wherever they
// lie: no path of this machine and no time gets into them.

import { build, type BuildOptions, type Metafile } from 'esbuild';
import { leaveOut } from './left-out.ts';

/** CommonJS dependencies use require and __dirname; ESM output has neither (stack.md 5). */
export const COMMONJS_NAMES = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const __dirname = import.meta.dirname;',
  'const __filename = import.meta.filename;',
].join('\n');

/** Of every bundle of the sources: what is tested is made like what is shipped. */
export const COMMON_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  legalComments: 'none',
  // Optional native parts and pretty printers that nothing here uses.
  external: ['*.node', 'pino-pretty'],
  plugins: [leaveOut],
} satisfies BuildOptions;

export interface BundleOptions {
  /** Absolute; has src/ and node_modules/. */
  readonly root: string;
  /** Absolute. */
  readonly outfile: string;
}

/** Gives what went into the file, with paths from `root` on. */
export async function bundle({ root, outfile }: BundleOptions): Promise<Metafile> {
  const { metafile } = await build({
    ...COMMON_OPTIONS,
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outfile,
    metafile: true,
    minify: false,
    sourcemap: false,
    banner: { js: `#!/usr/bin/env node\n${COMMONJS_NAMES}` },
    logLevel: 'warning',
  });
  return metafile;
}
