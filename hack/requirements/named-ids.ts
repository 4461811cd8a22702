// Which requirement ids the tests name: in strings (titles, tables) of TypeScript, and in names and strings of Rust tests. A comment
// proves nothing, so comments do not count.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface NamedId {
  /** As written in the row: "S0.C1.04"; or a whole section, "S0.C1", which covers no row by itself. */
  readonly id: string;
  readonly file: string;
}

const ID = /\bS[0-4]\.[A-Z][A-Z0-9]*(?:\.[A-Z0-9]+)?(?:-[0-9]{2}\b)?/g;
const FOLDERS = ['test', 'init'] as const;
/** The index itself names everything. */
const INDEX = join('test', 'requirements');

/** Every id with each file that names it; a range such as "S3.T4.02-08" stands for all of its rows. */
export function namedIds(root: string): readonly NamedId[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return files
    .filter((file) => /\.(ts|rs)$/.test(file) && !file.startsWith(INDEX) && !file.includes('target/'))
    .flatMap((file) => idsIn(readFileSync(join(root, file), 'utf8')).map((id) => ({ id, file: relative('.', file) })));
}

/** The ids in the code of a file, each once. */
export function idsIn(source: string): readonly string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[\s;,{(])\/\/[^\n]*/g, '$1');
  return [...new Set([...code.matchAll(ID)].flatMap(([found]) => expanded(found)))];
}

function expanded(found: string): readonly string[] {
  const range = /^(.+\.)([0-9]{2})-([0-9]{2})$/.exec(found);
  if (range === null) return [found.replace(/-[0-9]{2}$/, '')];
  const [, prefix = '', first = '', last = ''] = range;
  const count = Math.max(Number(last) - Number(first) + 1, 0);
  return Array.from({ length: count }, (_, index) => prefix + String(Number(first) + index).padStart(2, '0'));
}
