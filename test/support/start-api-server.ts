// Starts a real kube-apiserver with etcd for tests. Apart from api-server.ts because vitest's globalSetup, which runs outside
// of the workers, must not load vitest's test API.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  controlPlaneCacheDir,
  OFFICIAL_RELEASE_SITES,
  releaseArchitecture,
} from '../../src/embedded/binaries/release.ts';
import { type ControlPlane, startControlPlane } from '../../src/embedded/control-plane.ts';
import { obtainControlPlane } from '../../src/embedded/obtain-control-plane.ts';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test needs to reach an API server; plain data, so that it can cross into the workers of vitest. */
export interface ApiServerAccess {
  readonly url: string;
  /** Of a member of system:masters. */
  readonly kubeconfigPath: string;
  readonly kubectlPath: string;
  readonly kubectlCacheDir: string;
}

export interface SharedApiServer extends ApiServerAccess {
  /** Never rejects for a failing command: the code tells. */
  kubectl(args: readonly string[], stdin?: string): Promise<CommandResult>;
  /** A new namespace. Never deleted: without a controller manager that would not end, and the server dies with the run. */
  newNamespace(): Promise<string>;
}

export interface TestApiServer extends SharedApiServer {
  /** SIGKILL to etcd and API server; the data stays. */
  kill(): Promise<void>;
  /** On the same port and data, after kill(). */
  start(): Promise<void>;
  /** kill() and start(). */
  restart(): Promise<void>;
  /** Ends both and removes the data. */
  stop(): Promise<void>;
}

/** A server of one's own, for tests that kill it. Takes 2 to 3 s; call stop() in afterAll. */
export async function startTestApiServer(): Promise<TestApiServer> {
  const binaries = await obtainBinaries();
  const stateDir = await mkdtemp(join(tmpdir(), 'mcpsession-test-'));
  const { signal } = new AbortController();
  const environment = process.env;
  let controlPlane: ControlPlane = await startControlPlane({ binaries, stateDir, environment }, signal);
  const { port, url, kubeconfigPath, kubectlPath, kubectlCacheDir } = controlPlane;
  const access: ApiServerAccess = { url, kubeconfigPath, kubectlPath, kubectlCacheDir };

  const kill = async (): Promise<void> => {
    for (const pid of Object.values(controlPlane.pids)) process.kill(pid, 'SIGKILL');
    await controlPlane.stop();
  };
  const start = async (): Promise<void> => {
    controlPlane = await startControlPlane({ binaries, stateDir, port, environment }, signal);
  };
  return {
    ...sharedAccess(access),
    kill,
    start,
    async restart() {
      await kill();
      await start();
    },
    async stop() {
      await controlPlane.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

export function sharedAccess(access: ApiServerAccess): SharedApiServer {
  const kubectl: SharedApiServer['kubectl'] = (args, stdin = '') => runKubectl(access, args, stdin);
  return {
    ...access,
    kubectl,
    async newNamespace() {
      const name = `test-${randomBytes(4).toString('hex')}`;
      const made = await kubectl(['create', 'namespace', name]);
      if (made.code !== 0) throw new Error(made.stderr);
      return name;
    },
  };
}

function runKubectl(access: ApiServerAccess, args: readonly string[], stdin: string): Promise<CommandResult> {
  const { PATH, GOGC } = process.env;
  const child = spawn(access.kubectlPath, args, {
    env: { PATH, GOGC, KUBECONFIG: access.kubeconfigPath, KUBECACHEDIR: access.kubectlCacheDir },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {}); // a command that reads no input may end first
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** From KUBEBUILDER_ASSETS, the cache, or built once: whatever `mcpsession up` would use. */
export async function obtainBinaries() {
  const architecture = releaseArchitecture(process.arch);
  const cacheHome = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return obtainControlPlane(
    {
      assetsDir: process.env['KUBEBUILDER_ASSETS'] ?? null,
      cacheDir: controlPlaneCacheDir(cacheHome, architecture),
      architecture,
      releaseSites: OFFICIAL_RELEASE_SITES,
      sourceDir: join(import.meta.dirname, '../../hack/control-plane'),
      environment: process.env,
      onProgress: () => {},
    },
    new AbortController().signal,
  );
}
