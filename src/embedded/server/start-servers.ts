// Starts etcd and the API server together and waits until they are ready; on any failure neither is left.

import { readFile, rm } from 'node:fs/promises';

import { isFault } from '../../lib/errors.ts';
import { preferPort, requirePort } from './choose-port.ts';
import { forgetProcesses, rememberProcesses } from './leftovers.ts';
import type { Pki } from './pki.ts';
import { writePrivateFile } from './private-file.ts';
import { apiServerArguments, AUTHENTICATION_CONFIG, etcdArguments } from './server-arguments.ts';
import { parentDeathPrefix, type ServerChild, startChild } from './start-child.ts';
import { waitReady } from './wait-ready.ts';

const PORT_ATTEMPTS = 3;
/** Idle it needs 1.1 s: the second that watches are given, and its own end. */
const API_SERVER_GRACE_MS = 1_300;
const ETCD_GRACE_MS = 1_000;

export interface ServersStart {
  readonly etcdPath: string;
  readonly apiServerPath: string;
  readonly stateDir: string;
  readonly pki: Pki;
  /** null: the port of the last run, or any. */
  readonly port: number | null;
  readonly extraApiServerArgs: readonly string[];
  /** Of the caller; what becomes of it: serverEnvironment(). */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface RunningServers {
  readonly port: number;
  readonly etcd: ServerChild;
  readonly apiServer: ServerChild;
}

export async function startServers(start: ServersStart, signal: AbortSignal): Promise<RunningServers> {
  for (let attempt = 1; ; attempt += 1) {
    const port =
      start.port === null ? await preferPort(await readLastPort(start.stateDir)) : await requirePort(start.port);
    try {
      const servers = await startOnPort(start, port, signal);
      await writePrivateFile(portPath(start.stateDir), String(port));
      return servers;
    } catch (cause) {
      // Between the look and the server's own bind another program may take the port. One that the user named stays.
      if (start.port !== null || attempt === PORT_ATTEMPTS || !isPortTaken(cause)) throw cause;
      await rm(portPath(start.stateDir), { force: true });
    }
  }
}

/** Ends both; the API server first, because it cannot end in order without etcd. */
export async function endServers(stateDir: string, { etcd, apiServer }: RunningServers): Promise<void> {
  await apiServer.end(API_SERVER_GRACE_MS);
  await etcd.end(ETCD_GRACE_MS);
  await forgetProcesses(stateDir);
}

async function startOnPort(start: ServersStart, port: number, signal: AbortSignal): Promise<RunningServers> {
  const { stateDir, pki, environment, extraApiServerArgs: extraArgs } = start;
  const authenticationConfigPath = `${stateDir}/authentication.yaml`;
  await writePrivateFile(authenticationConfigPath, AUTHENTICATION_CONFIG);
  const common = { stateDir, environment, prefix: await parentDeathPrefix() };
  const children: ServerChild[] = [];
  try {
    const etcd = await startChild({ program: 'etcd', path: start.etcdPath, args: etcdArguments(), ...common });
    children.push(etcd);
    await rememberProcesses(stateDir, [etcd.identity]);
    const args = apiServerArguments({ port, pki, authenticationConfigPath, extraArgs });
    const apiServer = await startChild({ program: 'kube-apiserver', path: start.apiServerPath, args, ...common });
    children.push(apiServer);
    await rememberProcesses(stateDir, [etcd.identity, apiServer.identity]);
    await waitReady({ url: `https://127.0.0.1:${port}`, caPem: pki.caPem, children }, signal);
    return { port, etcd, apiServer };
  } catch (cause) {
    await Promise.all(children.map((child) => child.end(0)));
    await forgetProcesses(stateDir);
    throw cause;
  }
}

const portPath = (stateDir: string): string => `${stateDir}/port`;

async function readLastPort(stateDir: string): Promise<number | null> {
  const port = Number(await readFile(portPath(stateDir), 'utf8').catch(() => '0'));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

/** The API server's own words, in the end of the log that the fault quotes. */
function isPortTaken(thrown: unknown): boolean {
  return isFault(thrown, 'unavailable') && String(thrown).includes('address already in use');
}
