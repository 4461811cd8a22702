// Gives images of this machine's Docker Engine, or archives of `docker save`, to the nodes: to containerd for pods, to the
// node's own Docker Engine for sessions.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { OperatorError } from '../../src/lib/errors.ts';
import type { NodeLayout } from './layout.ts';

export const LOAD_TARGETS = ['pods', 'sessions'] as const;
export type LoadTarget = (typeof LOAD_TARGETS)[number];

export interface Load {
  /** A reference, or the path of an archive. */
  readonly image: string;
  readonly node: NodeLayout;
  readonly target: LoadTarget;
}

/** Throws OperatorError('unavailable') with what the programs said. */
export async function loadImage({ image, node, target }: Load): Promise<void> {
  const [program = '', ...args] = existsSync(image) ? ['cat', image] : ['docker', 'save', image];
  const reader = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [importer = '', ...into] = importCommand(node, target);
  const writer = spawn(importer, into, { stdio: ['pipe', 'ignore', 'pipe'] });
  // A program that ends early is the fault to report, not the broken pipe that follows from it.
  const piped = pipeline(reader.stdout, writer.stdin).catch(() => {});
  await Promise.all([success(reader, reader.stderr), success(writer, writer.stderr), piped]);
}

function importCommand({ containerdSocket, dockerSocket }: NodeLayout, target: LoadTarget): readonly string[] {
  if (target === 'sessions') return ['docker', '--host', `unix://${dockerSocket}`, 'load', '--quiet'];
  return ['ctr', '--address', containerdSocket, '--namespace', 'k8s.io', 'images', 'import', '-'];
}

function success(child: ChildProcess, errors: Readable): Promise<void> {
  let said = '';
  errors.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new OperatorError('unavailable', `"${child.spawnargs.join(' ')}" ${why}: ${said.trim()}`));
    child.on('error', (cause) => fail(cause.message));
    child.on('close', (code) => (code === 0 ? resolve() : fail(`ended with code ${code}`)));
  });
}
