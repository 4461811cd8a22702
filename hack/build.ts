// Bundles the one binary: dist/mcpsession.mjs, with the module files of the control plane beside it.

import { chmodSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });
await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/mcpsession.mjs',
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
  external: ['cpu-features', '*.node', 'thread-stream', 'pino-pretty'],
  logLevel: 'warning',
});
chmodSync('dist/mcpsession.mjs', 0o755);
cpSync('hack/control-plane', 'dist/control-plane', { recursive: true });
