// A control plane of the bench's own with an audit log, and the whole product on it: `mcpsession up --kubeconfig` as a process
// of its own, run from the sources, so that a stale or half-written bundle is never measured.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { progressText } from '../../../src/embedded/binaries/obtain-progress.ts';
import {
  controlPlaneCacheDir,
  OFFICIAL_RELEASE_SITES,
  releaseArchitecture,
} from '../../../src/embedded/binaries/release.ts';
import type { ReadyFile } from '../../../src/compose/up/announce.ts';
import { type ControlPlane, startControlPlane } from '../../../src/embedded/control-plane.ts';
import { parentDeathPrefix } from '../../../src/embedded/server/start-child.ts';
import { obtainControlPlane } from '../../../src/embedded/obtain-control-plane.ts';
import { clusterId } from '../../../src/kube/install.ts';
import { createKubeClient, type KubeClient } from '../../../src/kube/kube-client.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { CONTAINER_LABELS } from '../../../src/model/names.ts';
import { AUDIT_POLICY } from './audit-log.ts';
import { createRawEngine } from './raw-engine.ts';

export interface BenchCluster extends AsyncDisposable {
  /** As a member of system:masters. */
  readonly client: KubeClient;
  readonly auditLogPath: string;
  /** Where the product listens, and with which tokens. */
  readonly ready: ReadyFile;
  /** Process of the product. */
  readonly pid: number;
}

export interface BenchClusterOptions {
  readonly socketPath: string;
  readonly say: (line: string) => void;
  /** Settings of the policy file; the default policy without. */
  readonly policy?: Readonly<Record<string, unknown>>;
}

const ROOT = join(import.meta.dirname, '../../..');
/** Those of the Dockerfile. */
export const HEAP_FLAGS = ['--max-old-space-size=128', '--max-semi-space-size=4'];
const READY_WITHIN_MS = 60_000;
const POLL_MS = 100;
/** Longer than the product's own deadline for its end. */
const END_WITHIN_MS = 30_000;

export async function openBenchCluster(
  { socketPath, say, policy = {} }: BenchClusterOptions,
  signal: AbortSignal,
): Promise<BenchCluster> {
  await using opening = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-bench-'));
  opening.defer(() => rm(dir, { recursive: true, force: true }));
  const auditLogPath = join(dir, 'audit.log');
  const controlPlane = await startAudited({ dir, auditLogPath, say }, signal);
  opening.defer(() => controlPlane.stop());
  const client = createKubeClient({ kubeconfig: { path: controlPlane.kubeconfigPath }, userAgent: 'mcpsession-bench' });
  opening.defer(() => client.close());
  const cluster = await clusterId(client, signal);
  opening.defer(() => removeContainers(socketPath, cluster));
  const { ready, pid } = opening.use(await startProduct({ dir, controlPlane, socketPath, policy }, signal));
  const opened = opening.move();
  return { client, auditLogPath, ready, pid, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function startAudited(
  {
    dir,
    auditLogPath,
    say,
  }: { readonly dir: string; readonly auditLogPath: string; readonly say: (line: string) => void },
  signal: AbortSignal,
): Promise<ControlPlane> {
  const architecture = releaseArchitecture(process.arch);
  const cacheHome = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const obtain = {
    assetsDir: process.env['KUBEBUILDER_ASSETS'] ?? null,
    cacheDir: controlPlaneCacheDir(cacheHome, architecture),
    architecture,
    releaseSites: process.env['MCPSESSION_OFFLINE'] === '1' ? null : OFFICIAL_RELEASE_SITES,
    sourceDir: join(ROOT, 'hack/control-plane'),
    environment: process.env,
    onProgress: (progress: Parameters<typeof progressText>[0]) => say(progressText(progress)),
  };
  const binaries = await obtainControlPlane(obtain, signal);
  const policyPath = join(dir, 'audit-policy.json');
  await writeFile(policyPath, JSON.stringify(AUDIT_POLICY));
  const extraApiServerArgs = [
    `--audit-policy-file=${policyPath}`,
    `--audit-log-path=${auditLogPath}`,
    '--audit-log-mode=blocking', // a line is on disk when the response leaves
  ];
  return startControlPlane({ binaries, stateDir: join(dir, 'control-plane'), extraApiServerArgs }, signal);
}

/** Resolves when the product says that all of its roles are ready. */
async function startProduct(
  at: {
    readonly dir: string;
    readonly controlPlane: ControlPlane;
    readonly socketPath: string;
    readonly policy: Readonly<Record<string, unknown>>;
  },
  signal: AbortSignal,
): Promise<AsyncDisposable & Pick<BenchCluster, 'ready' | 'pid'>> {
  const readyFile = join(at.dir, 'ready.json');
  const policyFile = join(at.dir, 'policy.yaml');
  await writeFile(policyFile, JSON.stringify(at.policy));
  const options = {
    policy: policyFile,
    'state-dir': join(at.dir, 'up'),
    'ready-file': readyFile,
    kubeconfig: at.controlPlane.kubeconfigPath,
    'docker-socket': at.socketPath,
    'node-name': 'bench',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  // Detached: Ctrl-C reaches only the bench, which ends it in order. When the bench is killed, the kernel asks it to stop.
  const program = [process.execPath, ...HEAP_FLAGS, join(ROOT, 'src/main.ts'), 'up'];
  const [command = '', ...rest] = [...(await untilWeDie()), ...program, ...args];
  const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const end = async (): Promise<void> => {
    if (hasEnded()) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  };
  try {
    const deadlineMs = performance.now() + READY_WITHIN_MS;
    while ((await readFile(readyFile, 'utf8').catch(() => null)) === null) {
      if (hasEnded()) throw new OperatorError('unavailable', `mcpsession up ended: ${complaint.trim()}`);
      if (performance.now() > deadlineMs)
        throw new OperatorError('timeout', `mcpsession up is not ready within ${READY_WITHIN_MS} ms`);
      await sleep(POLL_MS, undefined, { signal });
    }
    const ready = JSON.parse(await readFile(readyFile, 'utf8')) as ReadyFile; // written by announce.ts
    return { ready, pid: child.pid ?? 0, [Symbol.asyncDispose]: end };
  } catch (thrown) {
    await end();
    throw thrown;
  }
}

/** What to put before a command so that it gets SIGTERM when this process dies; nothing where the system cannot. */
async function untilWeDie(): Promise<readonly string[]> {
  return (await parentDeathPrefix()).length === 0 ? [] : ['setpriv', '--pdeathsig', 'TERM', '--'];
}

/** The product removes its own; this is for the case that it could not. */
async function removeContainers(socketPath: string, cluster: string): Promise<void> {
  const engine = createRawEngine(socketPath);
  await engine.removeLabelled(`${CONTAINER_LABELS.cluster}=${cluster}`);
  engine.close();
}
