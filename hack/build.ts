// Bundles the one binary: dist/mcpsession.mjs, with the module files of the control plane and the session init beside it.

import { chmodSync, cpSync, mkdirSync, renameSync } from 'node:fs';
import { build } from 'esbuild';
import { buildInit } from './init/build.ts';

mkdirSync('dist', { recursive: true });
// Built aside and renamed: a program that starts meanwhile sees the old bundle or the new one.
const partial = `dist/.mcpsession-${process.pid}.mjs`;
await build({
  entryPoints: ['src/main.ts'],
  outfile: partial,
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  minify: false,
  sourcemap: false,
  legalComments: 'none',
  // CommonJS dependencies use require and __dirname; ESM output has neither (stack.md 5).
  banner: {
    js: [
      '#!/usr/bin/env node',
      "import { createRequire as __createRequire } from 'node:module';",
      'const require = __createRequire(import.meta.url);',
      'const __dirname = import.meta.dirname;',
      'const __filename = import.meta.filename;',
    ].join('\n'),
  },
  // Optional native parts and pretty printers that nothing here uses.
  external: ['cpu-features', '*.node', 'pino-pretty'],
  logLevel: 'warning',
});
chmodSync(partial, 0o755);
renameSync(partial, 'dist/mcpsession.mjs');
cpSync('hack/control-plane', 'dist/control-plane', { recursive: true });
await buildInit((line) => console.log(line));
