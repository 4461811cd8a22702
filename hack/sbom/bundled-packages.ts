// Which packages of npm are in the bundle, by esbuild's own account of what it read.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { z } from 'zod';

const packageSchema = z.looseObject({ name: z.string(), version: z.string() });

/** The directory of the innermost package that a file belongs to: "node_modules/a/node_modules/@b/c". */
const PACKAGE_DIR = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** `name@version` of each, sorted. Only what left bytes in the output counts. */
export function bundledPackages(metafile: Metafile, root: string): readonly string[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const dirs = new Set(inputs.flatMap((path) => PACKAGE_DIR.exec(path)?.[0] ?? []));
  return [...new Set([...dirs].map((dir) => nameAndVersion(join(root, dir))))].sort();
}

function nameAndVersion(dir: string): string {
  const { name, version } = packageSchema.parse(JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')));
  return `${name}@${version}`;
}
