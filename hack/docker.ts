// Makes sure that a Docker Engine answers: the one that is there, else Debian's docker.io, installed and started here.
//   node hack/docker.ts ensure   use, or install and start, an engine; one that was started stays up
//   node hack/docker.ts stop     end the engine that `ensure` started

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { assertNever } from '../src/lib/assert-never.ts';
import { asOperatorError, OperatorError } from '../src/lib/errors.ts';
import { findDockerd, installEngine } from './docker/install-engine.ts';
import { isAtLeast, probeEngine } from './docker/probe-engine.ts';
import { startEngine, stopEngine } from './docker/start-engine.ts';

const DEFAULT_SOCKET = '/var/run/docker.sock';
const STATE_DIR = '/run/mcpsession-docker';
/** Docker 20.10: the oldest API with every field that the operator sets. */
const API_FLOOR = '1.41';
const SERVICE_START_WITHIN_MS = 10_000;

export interface EnsureDockerOptions {
  readonly log: (line: string) => void;
  /** Defaults to the DOCKER_HOST of this process. Only unix:// is understood. */
  readonly dockerHost?: string;
}

export interface DockerHandle {
  readonly socketPath: string;
  readonly startedByUs: boolean;
  /** Ends the engine if this call started it; otherwise does nothing. */
  stop(): Promise<void>;
}

/**
 * Throws OperatorError with what to do: 'forbidden' without the rights for the socket or for starting an engine,
 * 'unavailable' when apt or dockerd fails, 'invalid' for a DOCKER_HOST that is not a unix socket or an engine too old.
 */
export async function ensureDocker({
  log,
  dockerHost = process.env['DOCKER_HOST'],
}: EnsureDockerOptions): Promise<DockerHandle> {
  const isNamed = dockerHost !== undefined && dockerHost !== '';
  const socketPath = isNamed ? socketPathOf(dockerHost) : DEFAULT_SOCKET;
  if (await isUsable(socketPath, log)) return { socketPath, startedByUs: false, stop: async () => {} };
  if (isNamed) {
    throw new OperatorError(
      'unavailable',
      `no Docker Engine answers on ${socketPath}, which DOCKER_HOST names; start it, or unset DOCKER_HOST`,
    );
  }
  log(`docker: no engine answers on ${socketPath}`);
  let dockerd = await findDockerd();
  if (dockerd === null) {
    dockerd = await installEngine(log);
    if (await isStartedByInit(socketPath, log)) return { socketPath, startedByUs: false, stop: async () => {} };
  }
  return startAsRoot({ dockerd, socketPath, log });
}

interface StartRequest {
  readonly dockerd: string;
  readonly socketPath: string;
  readonly log: (line: string) => void;
}

async function startAsRoot({ dockerd, socketPath, log }: StartRequest): Promise<DockerHandle> {
  if (process.getuid?.() !== 0) {
    throw new OperatorError(
      'forbidden',
      `no Docker Engine answers on ${socketPath}, and starting ${dockerd} needs root; run this as root or start Docker yourself`,
    );
  }
  log(`docker: starting ${dockerd} (log in ${STATE_DIR}/dockerd.log)`);
  try {
    await startEngine({ dockerd, socketPath, stateDir: STATE_DIR });
  } catch (cause) {
    // Another process may have started one at the same moment: dockerd's own pid file lets only one live.
    if (!(await isUsable(socketPath, log))) throw cause;
    return { socketPath, startedByUs: false, stop: async () => {} };
  }
  await isUsable(socketPath, log);
  return {
    socketPath,
    startedByUs: true,
    stop: async () => {
      await stopEngine(STATE_DIR);
      log('docker: the engine that was started here has ended');
    },
  };
}

/** True when an engine answers and is new enough, false when there is none; throws for one that cannot be used. */
async function isUsable(socketPath: string, log: (line: string) => void): Promise<boolean> {
  const found = await probeEngine(socketPath);
  switch (found.state) {
    case 'absent':
      return false;
    case 'denied':
      throw new OperatorError(
        'forbidden',
        `permission denied on ${socketPath}; join the group docker (usermod -aG docker <user>, then log in again) or run this as root`,
      );
    case 'broken':
      throw new OperatorError(
        'unavailable',
        `what listens on ${socketPath} does not work as a Docker Engine: ${found.detail}; restart it or look into its log`,
      );
    case 'answers':
      if (!isAtLeast(found.apiVersion, API_FLOOR)) {
        throw new OperatorError(
          'invalid',
          `the Docker Engine on ${socketPath} speaks API ${found.apiVersion}; ${API_FLOOR} (Docker 20.10) or newer is needed`,
        );
      }
      log(`docker: engine with API ${found.apiVersion} on ${socketPath}`);
      return true;
    default:
      return assertNever(found);
  }
}

/** With an init system the package starts its own service, and a second dockerd must not be started beside it. */
async function isStartedByInit(socketPath: string, log: (line: string) => void): Promise<boolean> {
  if (!existsSync('/run/systemd/system')) return false;
  const deadlineMs = performance.now() + SERVICE_START_WITHIN_MS;
  while (performance.now() < deadlineMs) {
    if (await isUsable(socketPath, log)) return true;
    await sleep(200);
  }
  return false;
}

function socketPathOf(dockerHost: string): string {
  if (dockerHost.startsWith('unix:///')) return dockerHost.slice('unix://'.length);
  throw new OperatorError(
    'invalid',
    `DOCKER_HOST is "${dockerHost}"; only a unix socket (unix:///path) is supported, because the operator needs the engine of its own machine`,
  );
}

async function main(command: string | undefined): Promise<void> {
  const log = (line: string): void => console.error(line);
  if (command === 'ensure') {
    await ensureDocker({ log });
  } else if (command === 'stop') {
    log((await stopEngine(STATE_DIR)) ? 'docker: stopped' : 'docker: no engine was started here');
  } else {
    throw new OperatorError('invalid', 'usage: node hack/docker.ts ensure | stop');
  }
}

if (import.meta.main) {
  main(process.argv[2]).catch((thrown: unknown) => {
    console.error(asOperatorError(thrown).message);
    process.exitCode = 1;
  });
}
