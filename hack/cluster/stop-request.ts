// How a server of the cluster is stopped from outside and started again: a file beside its log asks for it, and its keeper
// (inside/keep-running.ts) writes into it when the server has ended. For tests of a node without an engine, an API server
// that is away for a minute, and the like.

import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { OperatorError } from '../../src/lib/errors.ts';
import { type NodeLayout, STATE_DIR } from './layout.ts';
import { waitFor } from './wait-for.ts';

export const STOP_POLL_MS = 100;
/** dockerd gives its containers 15 s. */
const STOPPED_WITHIN_MS = 60_000;
const STOPPED = 'stopped';

const CONTROL_SERVERS: readonly string[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const NODE_SERVERS: readonly string[] = ['containerd', 'dockerd', 'kubelet', 'kube-proxy'];

/** A server of the control plane, or of the named node; `[kube-apiserver]` or `[node-1, dockerd]`. */
export interface ServerPlace {
  readonly dir: string;
  readonly server: string;
}

/** Throws OperatorError('invalid') with the names there are. */
export function serverPlace(words: readonly string[], nodes: readonly NodeLayout[]): ServerPlace {
  const [first = '', second] = words;
  const node = nodes.find(({ name }) => name === first);
  if (second === undefined && CONTROL_SERVERS.includes(first)) return { dir: `${STATE_DIR}/control`, server: first };
  if (words.length === 2 && node !== undefined && NODE_SERVERS.includes(second ?? '')) {
    return { dir: node.dir, server: second ?? '' };
  }
  const names = nodes.map(({ name }) => name).join(' or ');
  throw new OperatorError(
    'invalid',
    `"${words.join(' ')}" is no server of the cluster; name ${CONTROL_SERVERS.join(', ')}, or ${names} and one of ${NODE_SERVERS.join(', ')}`,
  );
}

/** Resolves when the server has ended. */
export async function stopServer({ dir, server }: ServerPlace): Promise<void> {
  const path = requestPath(dir, server);
  if (!existsSync(path)) await writeFile(path, 'wanted');
  const isTrue = async (): Promise<boolean> => (await readFile(path, 'utf8')) === STOPPED;
  await waitFor({ what: `${server} to end`, withinMs: STOPPED_WITHIN_MS, isTrue });
}

/** It starts a moment later. A server that runs stays as it is. */
export async function startServer({ dir, server }: ServerPlace): Promise<void> {
  await rm(requestPath(dir, server), { force: true });
}

export const isStopWanted = (dir: string, server: string): boolean => existsSync(requestPath(dir, server));

/** For the keeper, while the server does not run: says so to who asked for it, and waits until it may. */
export async function waitUntilWanted(dir: string, server: string): Promise<void> {
  while (isStopWanted(dir, server)) {
    await writeFile(requestPath(dir, server), STOPPED, { flag: 'r+' }).catch(() => {}); // taken back at this moment
    await sleep(STOP_POLL_MS);
  }
}

const requestPath = (dir: string, server: string): string => `${dir}/${server}.stop`;
