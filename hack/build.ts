// Builds what an image is made of: dist/mcpsession.mjs, with the module files of the control plane, the session init and the list
// of what is in them beside it. Runnable: node hack/build.ts

import { chmodSync, cpSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { buildInit } from './init/build.ts';
import { writeSbom } from './sbom/write-sbom.ts';

const ROOT = join(import.meta.dirname, '..');
const at = (name: string): string => join(ROOT, 'dist', name);

mkdirSync(at(''), { recursive: true });
// Built aside and renamed: a program that starts meanwhile sees the old bundle or the new one.
const partial = at(`.mcpsession-${process.pid}.mjs`);
const metafile = await bundle({ root: ROOT, outfile: partial });
chmodSync(partial, 0o755);
renameSync(partial, at('mcpsession.mjs'));
cpSync(join(ROOT, 'hack/control-plane'), at('control-plane'), { recursive: true });
await buildInit((line) => console.log(line));
await writeSbom({ root: ROOT, metafile, file: at('sbom.spdx.json') });
