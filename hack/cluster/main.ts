// A real Kubernetes cluster on this machine, in namespaces of its own. Needs root.
//   node hack/cluster/main.ts up [--nodes 2]                         bring it up and wait until it is ready
//   node hack/cluster/main.ts down [--any]                           take it away, whatever state it is in; with --any also that of another tree
//   node hack/cluster/main.ts load [--to pods|sessions] IMAGE ...    give images (or archives) to all nodes
//   node hack/cluster/main.ts stop|start [NODE] SERVER               end dockerd of node-1, say, until it is started again
//   node hack/cluster/main.ts kubeconfig                             print the path of the administrator's kubeconfig

import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { FLOCK_PROGRAM, tryLockFile } from '../../src/process/file-lock.ts';
import { asOperatorError, OperatorError } from '../../src/lib/errors.ts';
import { takeDown } from './down.ts';
import { KUBECONFIG, MOST_NODES } from './layout.ts';
import { refuseForeignCluster } from './owner.ts';
import { LOAD_TARGETS, loadImage, type LoadTarget } from './load.ts';
import { serverPlace, startServer, stopServer } from './stop-request.ts';
import { bringUp, runningNodes } from './up.ts';

const USAGE =
  'usage: node hack/cluster/main.ts up [--nodes N] | down [--any] | load [--to pods|sessions] IMAGE ... | stop|start [NODE] SERVER | kubeconfig';

const log = (line: string): void => console.error(line);

async function main(): Promise<void> {
  const options = {
    nodes: { type: 'string', default: '1' },
    to: { type: 'string' },
    any: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command, ...words] = positionals;
  if (process.getuid?.() !== 0)
    throw new OperatorError('forbidden', 'the cluster needs root: namespaces, mounts, links');
  if (command === 'up' && words.length === 0) return alone(() => bringUp(nodeCount(values.nodes), log));
  if (command === 'down' && words.length === 0) return alone(() => down(values.any));
  if (command === 'load' && words.length > 0) return load(words, targets(values.to));
  if (command === 'stop') return stopServer(serverPlace(words, await runningNodes()));
  if (command === 'start') return startServer(serverPlace(words, await runningNodes()));
  if (command === 'kubeconfig' && words.length === 0) return printKubeconfig();
  throw new OperatorError('invalid', USAGE);
}

async function down(isAnybodys: boolean): Promise<void> {
  if (!isAnybodys) await refuseForeignCluster();
  const startMs = performance.now();
  const wasThere = await takeDown();
  log(
    wasThere ? `cluster: down after ${((performance.now() - startMs) / 1000).toFixed(1)} s` : 'cluster: there is none',
  );
}

async function load(images: readonly string[], to: readonly LoadTarget[]): Promise<void> {
  const nodes = await runningNodes();
  for (const image of images) {
    for (const target of to) {
      const startMs = performance.now();
      await Promise.all(nodes.map((node) => loadImage({ image, node, target })));
      log(`cluster: ${image} for ${target}, ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
    }
  }
}

async function printKubeconfig(): Promise<void> {
  await runningNodes();
  console.log(KUBECONFIG);
}

function nodeCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_NODES) return count;
  throw new OperatorError('invalid', `--nodes is "${text}"; it must be 1 to ${MOST_NODES}`);
}

function targets(to: string | undefined): readonly LoadTarget[] {
  if (to === undefined) return LOAD_TARGETS;
  const target = LOAD_TARGETS.find((name) => name === to);
  if (target !== undefined) return [target];
  throw new OperatorError('invalid', `--to is "${to}"; it must be one of ${LOAD_TARGETS.join(', ')}`);
}

/** One `up` or `down` at a time. The kernel drops the lock with the process, however it ends. */
async function alone(work: () => Promise<void>): Promise<void> {
  const dir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mcpsession');
  await mkdir(dir, { recursive: true });
  const lock = await tryLockFile(join(dir, 'cluster.lock'), FLOCK_PROGRAM);
  if (!lock.ok) {
    const holder = lock.error === null ? 'another process' : `process ${lock.error.pid}`;
    throw new OperatorError('conflict', `${holder} is bringing the cluster up or down; wait for it`);
  }
  try {
    await work();
  } finally {
    lock.value.release();
  }
}

if (import.meta.main) {
  main().catch((thrown: unknown) => {
    console.error(asOperatorError(thrown).message);
    process.exitCode = 1;
  });
}
