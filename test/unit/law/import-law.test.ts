// The law of who may import whom (design.md 4): a folder that is not in this table has no place in the house.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../../src');

const PURE = ['lib', 'model', 'rules', 'plan'];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  model: ['lib'],
  rules: ['model', 'lib'],
  plan: ['rules', 'model', 'lib'],
  ports: ['rules', 'model', 'lib'],
  process: ['ports', 'model', 'lib'],
  config: ['model', 'lib'],
  docker: ['ports', 'rules', 'model', 'process', 'lib'],
  kube: ['ports', 'rules', 'model', 'process', 'lib'],
  'node-client': ['ports', 'rules', 'model', 'process', 'lib'],
  embedded: ['process', 'lib'],
  controller: ['plan', 'rules', 'ports', 'model', 'process', 'lib'],
  placement: ['plan', 'rules', 'ports', 'model', 'process', 'lib'],
  webhook: ['rules', 'ports', 'model', 'process', 'lib'],
  nodeapi: ['rules', 'ports', 'model', 'process', 'lib'],
  frontend: ['rules', 'ports', 'model', 'process', 'lib'],
  cli: ['config', 'ports', 'rules', 'model', 'lib'],
};
/** Composition roots wire everything; nobody imports them but main. */
const ROOTS = new Set(['compose', 'main.ts', 'version.ts']);

/** Packages of the outside world; a folder that is not named uses none. */
const MAY_USE: Readonly<Record<string, readonly RegExp[]>> = {
  lib: [/^node:(crypto|net)$/],
  model: [/^zod$/, /^re2js$/],
  rules: [/^node:net$/, /^re2js$/],
  /** The types of connections that a port hands over. */
  ports: [/^node:stream$/],
  config: [/^yaml$/, /^zod$/],
  process: [/^node:/, /^zod$/, /^pino$/, /^prom-client$/, /^@peculiar\/x509$/, /^reflect-metadata$/, /^lru-cache$/],
  docker: [/^node:/, /^dockerode$/, /^lru-cache$/, /^zod$/],
  kube: [/^node:/, /^@kubernetes\/client-node$/, /^undici$/, /^ws$/, /^lru-cache$/, /^zod$/],
  'node-client': [/^node:/, /^undici$/, /^lru-cache$/, /^zod$/],
  embedded: [/^node:/, /^zod$/, /^@peculiar\/x509$/, /^reflect-metadata$/],
  webhook: [/^node:http$/, /^zod$/],
  nodeapi: [/^node:/, /^zod$/, /^re2js$/],
  frontend: [/^node:/, /^zod$/, /^re2js$/, /^@modelcontextprotocol\/(server|node)(\/.*)?$/, /^lru-cache$/],
  cli: [/^node:/, /^yaml$/],
};

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const imports = files.flatMap(importsOf);

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)';/gms);
  const folder = file.split('/', 1)[0] ?? '';
  return [...statements].map(([, type, specifier = '']) => ({ file, folder, specifier, typeOnly: type !== undefined }));
}

test.each(Object.keys(MAY_IMPORT))('S0.M4.02: %s imports only what the law allows', (folder) => {
  const broken = imports
    .filter((found) => found.folder === folder && found.specifier.startsWith('.'))
    .filter((found) => {
      const target = relative(SRC, resolve(dirname(join(SRC, found.file)), found.specifier)).split('/', 1)[0] ?? '';
      if (target === folder) return false;
      if (!(MAY_IMPORT[folder] ?? []).includes(target)) return true;
      return (
        target === 'rules' &&
        (folder === 'ports' || folder === 'docker' || folder === 'kube') &&
        !found.typeOnly &&
        !PURE_VALUES.has(found.specifier.split('/').at(-1) ?? '')
      );
    })
    .map(({ file, specifier }) => `${file} -> ${specifier}`);
  expect(broken).toEqual([]);
});

/** Lists of constants that adapters compare with; they decide nothing. */
const PURE_VALUES = new Set(['default-paths.ts']);

test.each(Object.keys(MAY_IMPORT))(
  'S0.M4.03, S1.THR.02: %s uses only the packages that the law allows, so that one folder alone can talk to an engine',
  (folder) => {
    const broken = imports
      .filter((found) => found.folder === folder && !found.specifier.startsWith('.'))
      .filter(({ specifier }) => !(MAY_USE[folder] ?? []).some((allowed) => allowed.test(specifier)))
      .map(({ file, specifier }) => `${file} -> ${specifier}`);
    expect(broken).toEqual([]);
  },
);

test('every folder of src is in the law', () => {
  const unknown = [...new Set(files.map((file) => file.split('/', 1)[0] ?? ''))].filter(
    (folder) => MAY_IMPORT[folder] === undefined && !ROOTS.has(folder),
  );
  expect(unknown).toEqual([]);
});

test('only main and the composition roots read the environment or end the process', () => {
  const broken = files
    .filter((file) => !file.startsWith('compose/') && file !== 'main.ts')
    .filter((file) =>
      /\bprocess\.(env|exit|argv|exitCode)\b/.test(withoutComments(readFileSync(join(SRC, file), 'utf8'))),
    );
  expect(broken).toEqual([]);
});

test('programs are started for `up` alone, and for a lock by what the image has: there is no other program in it', () => {
  const starting = imports.filter(({ specifier }) => specifier === 'node:child_process').map(({ file }) => file);
  const elsewhere = starting.filter((file) => !file.startsWith('embedded/'));
  expect(elsewhere).toEqual(['process/file-lock.ts']);
  const users = imports.filter(({ specifier }) => specifier.includes('/embedded/')).map(({ file }) => file);
  expect(users.filter((file) => !file.startsWith('compose/up/'))).toEqual([]);
});

test('laws and decisions have no clock, no randomness and no input or output', () => {
  const impure =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bsetTimeout\(|\bfetch\(|\bconsole\./;
  const broken = files
    .filter((file) => PURE.includes(file.split('/', 1)[0] ?? ''))
    .filter((file) => impure.test(withoutComments(readFileSync(join(SRC, file), 'utf8'))));
  expect(broken).toEqual([]);
});

test('S0.L7.01, S0.L7.07: the evaluator skips the rules, and the judges of what only the node knows theirs; nobody else can', () => {
  const readers = files.filter((file) => /\bpolicy\.yolo\b/.test(code(file))).sort();
  expect(readers).toEqual([
    'plan/engine-data-problems.ts',
    'plan/engine-problems.ts',
    'plan/image-problems.ts',
    'plan/next-status.ts', // tells of it
    'plan/wanted-attachments.ts',
    'rules/rule.ts',
  ]);
});

test('S0.H3.01, S0.H3.02, S2.V2.01: nothing is named as if it made a value safe; rules refuse, and change nothing', () => {
  const names = files.filter((file) => /\bsaniti[sz]\w*|\w*Saniti[sz]\w*/.test(code(file)));
  expect(names).toEqual([]);
});

test('the brand of a locked-down spec is made in one place', () => {
  const makers = files.filter((file) =>
    /\bas LockedDownSpec\b/.test(withoutComments(readFileSync(join(SRC, file), 'utf8'))),
  );
  expect(makers).toEqual(['rules/lock-down.ts']);
});

const code = (file: string): string => withoutComments(readFileSync(join(SRC, file), 'utf8'));

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
