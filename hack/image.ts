// Builds the image of the operator: the bundle, a base for it, and `docker build`. Runnable: node hack/image.ts
//   --base REF   use this base and look for no other    --tag REF   name of the image

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { asOperatorError, OperatorError } from '../src/lib/errors.ts';
import { ensureDocker } from './docker.ts';
import { runCommand } from './docker/run-command.ts';
import { baseLabels, type BaseLabels, describeBase } from './image/base-labels.ts';
import { ensureNodeBase, NODE_BASE } from './image/node-base.ts';

const DEFAULT_TAG = 'mcp-session-operator:dev';
const ROOT = join(import.meta.dirname, '..');

interface Base {
  readonly reference: string;
  /** Where it comes from, for people. */
  readonly origin: string;
}

type Log = (line: string) => void;

async function buildImage(options: { readonly base: string | null; readonly tag: string }, log: Log): Promise<void> {
  const { socketPath } = await ensureDocker({ log });
  log('image: building the bundle');
  await succeed(process.execPath, ['hack/build.ts']);
  const base =
    options.base === null
      ? await chooseBase(socketPath, log)
      : { reference: options.base, origin: 'named with --base' };
  log(`image: base ${base.reference} (${base.origin})`);
  const args = { BASE: base.reference, VERSION: packageVersion() };
  const buildArgs = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const labels = await labelsOf(base.reference);
  log(`image: ${describeBase(labels)}`);
  const labelArgs = Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
  await succeed('docker', ['build', '--network', 'none', ...buildArgs, ...labelArgs, '--tag', options.tag, '.']);
  const size = await succeed('docker', ['image', 'inspect', '--format', '{{.Size}}', options.tag]);
  log(`image: ${options.tag}, ${Math.round(Number(size) / 1_000_000)} MB`);
}

/** The official base of the Dockerfile where it can be had; else one made of this machine's Node and C library. */
async function chooseBase(socketPath: string, log: Log): Promise<Base> {
  const official = officialBase();
  if (await isPresent(official)) return { reference: official, origin: 'official, present on this machine' };
  log(`image: pulling ${official}`);
  const pulled = await runCommand({ program: 'docker', args: ['pull', '--quiet', official] });
  if (pulled.exitCode === 0) return { reference: official, origin: 'official, pulled' };
  log(`image: it cannot be pulled: ${pulled.lastLines.split('\n').at(-1) ?? ''}`);
  await ensureNodeBase({ socketPath, nodePackages: join(ROOT, 'node_modules'), log });
  return {
    reference: NODE_BASE,
    origin: 'made here from node_modules and the C library of this machine; for trying out, not for release',
  };
}

/** Of a base that is here by now, or is pulled: the build would pull it too, but could not tell which one it was. */
async function labelsOf(base: string): Promise<BaseLabels> {
  if (!(await isPresent(base))) await succeed('docker', ['pull', '--quiet', base]);
  const args = ['image', 'inspect', '--format', '{{json .RepoDigests}}', base];
  return baseLabels(base, await succeed('docker', args));
}

/** The default of the Dockerfile's ARG BASE, which is the one place that names it. */
function officialBase(): string {
  const found = /^ARG BASE=(\S+)$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))?.[1];
  if (found === undefined) throw new OperatorError('internal', 'the Dockerfile has no line "ARG BASE=<image>"');
  return found;
}

async function isPresent(reference: string): Promise<boolean> {
  return (await runCommand({ program: 'docker', args: ['image', 'inspect', reference] })).exitCode === 0;
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }; // our own file
  return version;
}

async function succeed(program: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, lastLines } = await runCommand({ program, args, cwd: ROOT });
  if (exitCode === 0) return stdout.trim();
  throw new OperatorError(
    'unavailable',
    `"${program} ${args.slice(0, 2).join(' ')}" ended with code ${exitCode}:\n${lastLines}`,
  );
}

async function main(): Promise<void> {
  const options = { base: { type: 'string' }, tag: { type: 'string', default: DEFAULT_TAG } } as const;
  const { values } = parseArgs({ options });
  await buildImage({ base: values.base ?? null, tag: values.tag }, (line) => console.log(line));
}

if (import.meta.main) {
  main().catch((thrown: unknown) => {
    console.error(asOperatorError(thrown).message);
    process.exitCode = 1;
  });
}
