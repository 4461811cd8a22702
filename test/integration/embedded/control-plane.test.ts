// The embedded control plane on its real programs: it starts from nothing, keeps its data, is closed to others, and
// never outlives its owner.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../../../src/embedded/control-plane.ts';
import type { ControlPlaneBinaries } from '../../../src/embedded/obtain-control-plane.ts';
import { isAlive, readProcessIdentity } from '../../../src/process/process-identity.ts';
import { testBinaries } from './binaries.ts';

const OBTAIN_WITHIN_MS = 600_000;
const CHILDREN_GONE_WITHIN_MS = 2_000;
const never = new AbortController().signal;

let binaries: ControlPlaneBinaries;
/** For tests that only look, or only write what no other test reads. */
let shared: ControlPlane;
let sharedDir: string;

beforeAll(async () => {
  binaries = await testBinaries();
  sharedDir = await mkdtemp(`${tmpdir()}/mcps-control-plane-`);
  shared = await startControlPlane({ binaries, stateDir: sharedDir }, never);
}, OBTAIN_WITHIN_MS);

afterAll(async () => {
  await shared.stop();
  await rm(sharedDir, { recursive: true });
});

async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(`${tmpdir()}/mcps-control-plane-`);
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function start(options: Omit<ControlPlaneOptions, 'binaries'>): Promise<ControlPlane> {
  const controlPlane = await startControlPlane({ ...options, binaries }, never);
  onTestFinished(() => controlPlane.stop());
  return controlPlane;
}

async function kubectl(
  plane: ControlPlane,
  args: readonly string[],
  kubeconfig = plane.kubeconfigPath,
): Promise<string> {
  const env = { KUBECONFIG: kubeconfig, KUBECACHEDIR: plane.kubectlCacheDir };
  return (await promisify(execFile)(plane.kubectlPath, args, { env })).stdout;
}

/** The status of a request without credentials. */
function anonymousStatus({ url, caPem }: ControlPlane, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { ca: caPem, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** The user that a token stands for, as the control plane says. */
async function whoIs(plane: ControlPlane, token: string): Promise<string> {
  const file = `${await temporaryDir()}/review.json`;
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  await writeFile(file, JSON.stringify(review));
  return kubectl(plane, ['create', `--filename=${file}`, '--output=jsonpath={.status.user.username}']);
}

async function livePids(pids: readonly number[]): Promise<readonly number[]> {
  const found = await Promise.all(pids.map(readProcessIdentity));
  return pids.filter((_, index) => found[index] !== null);
}

test('starts from an empty directory, and keeps data, keys and port over a stop', async () => {
  const stateDir = `${await temporaryDir()}/state`;
  const first = await start({ stateDir });
  expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
  expect((await stat(first.kubeconfigPath)).mode & 0o777).toBe(0o600);
  expect(await kubectl(first, ['get', 'namespaces', '--output=name'])).toContain('namespace/kube-system\n');
  await kubectl(first, ['create', 'namespace', 'kept']);
  await kubectl(first, ['create', 'serviceaccount', 'runner', '--namespace=kept']);
  const token = (await kubectl(first, ['create', 'token', 'runner', '--namespace=kept'])).trim();

  const stopStartMs = performance.now();
  await first.stop();
  expect(performance.now() - stopStartMs).toBeLessThan(2_500);
  expect(await livePids(Object.values(first.pids))).toEqual([]);

  const second = await start({ stateDir });
  expect(second).toMatchObject({ port: first.port, url: first.url, caPem: first.caPem });
  expect(await kubectl(second, ['get', 'namespace', 'kept', '--output=name'])).toBe('namespace/kept\n');
  expect(await whoIs(second, token)).toBe('system:serviceaccount:kept:runner');
});

test('is closed to strangers, and lets users do what RBAC says', async () => {
  expect(await anonymousStatus(shared, '/readyz')).toBe(200);
  expect(await anonymousStatus(shared, '/api/v1/namespaces')).toBe(401);
  expect(await anonymousStatus(shared, '/version')).toBe(401);

  const alice = await shared.kubeconfigFor({ user: 'alice', groups: ['team-a'] });
  expect((await stat(alice)).mode & 0o777).toBe(0o600);
  await expect(kubectl(shared, ['get', 'namespaces'], alice)).rejects.toThrow('User "alice" cannot list resource');
  await expect(kubectl(shared, ['get', '--raw', '/livez/ping'], alice)).rejects.toThrow('orbidden');
  await kubectl(shared, [
    'create',
    'clusterrolebinding',
    'team-a',
    '--clusterrole=system:monitoring',
    '--group=team-a',
  ]);
  expect(await kubectl(shared, ['get', '--raw', '/livez/ping'], alice)).toBe('ok');
});

test('listens on 127.0.0.1 only, and etcd on no port at all', async () => {
  const sockets = await promisify(execFile)('ss', ['--listening', '--tcp', '--numeric', '--processes', '--no-header']);
  const ours = sockets.stdout
    .split('\n')
    .filter((line) => Object.values(shared.pids).some((pid) => line.includes(`pid=${pid},`)))
    .map((line) => line.split(/\s+/)[3]);
  expect(ours).toEqual([`127.0.0.1:${shared.port}`]);
});

test('refuses a directory that another control plane uses', async () => {
  await expect(startControlPlane({ binaries, stateDir: sharedDir }, never)).rejects.toMatchObject({ kind: 'conflict' });
  expect(await anonymousStatus(shared, '/readyz')).toBe(200);
});

test('a second control plane beside it shares nothing with it', async () => {
  const other = await start({ stateDir: await temporaryDir() });
  expect(other.port).not.toBe(shared.port);
  await kubectl(other, ['create', 'namespace', 'only-in-other']);
  expect(await kubectl(shared, ['get', 'namespaces', '--output=name'])).not.toContain('only-in-other');
});

test('leaves no children when its owner is killed, and starts again on what they left', async () => {
  const stateDir = await temporaryDir();
  const owner = spawn(process.execPath, [fileURLToPath(new URL('control-plane-owner.ts', import.meta.url)), stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void owner.kill('SIGKILL'));
  const line = await new Promise<Buffer>((resolve) => owner.stdout.once('data', resolve));
  const started = JSON.parse(line.toString()) as { port: number; pids: ControlPlane['pids'] }; // our own script's line
  const pids = Object.values(started.pids);
  expect(await livePids(pids)).toEqual(pids);

  owner.kill('SIGKILL');
  await expect.poll(() => livePids(pids), { timeout: CHILDREN_GONE_WITHIN_MS }).toEqual([]);

  const next = await start({ stateDir });
  expect(next.port).toBe(started.port);
  expect(await kubectl(next, ['get', 'namespace', 'default', '--output=name'])).toBe('namespace/default\n');
});

test('ends children that outlived their owner before it starts its own', async () => {
  const stateDir = await temporaryDir();
  const first = await start({ stateDir });
  const record = await readFile(`${stateDir}/processes.json`, 'utf8');
  await first.stop();

  // As after a crash on a machine without setpriv: a process of ours still runs, and the record names it.
  const orphan = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void orphan.kill('SIGKILL'));
  const identity = await readProcessIdentity(orphan.pid ?? 0);
  expect(JSON.parse(record)).toHaveLength(2);
  await writeFile(`${stateDir}/processes.json`, JSON.stringify([identity]));

  const logged: string[] = [];
  await start({ stateDir, log: (message) => logged.push(message) });
  expect(identity !== null && (await isAlive(identity))).toBe(false);
  expect(logged).toEqual(['ended processes of an earlier run', 'control plane is ready']);
});

test('stops at once even while a watch is open', async () => {
  const plane = await start({ stateDir: await temporaryDir() });
  const env = { KUBECONFIG: plane.kubeconfigPath, KUBECACHEDIR: plane.kubectlCacheDir };
  const watch = spawn(plane.kubectlPath, ['get', 'namespaces', '--watch'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void watch.kill('SIGKILL'));
  await new Promise((resolve) => watch.stdout.once('data', resolve));
  const startMs = performance.now();
  await plane.stop();
  expect(performance.now() - startMs).toBeLessThan(2_500);
});

test('says how it ended when a process dies unasked, and stop still cleans up', async () => {
  const plane = await start({ stateDir: await temporaryDir() });
  process.kill(plane.pids.kubeApiserver, 'SIGKILL');
  expect(await plane.exited).toEqual({ program: 'kube-apiserver', code: null, signal: 'SIGKILL' });
  await plane.stop();
  expect(await livePids(Object.values(plane.pids))).toEqual([]);
});

test('quotes the log of a server that refuses to start, and leaves nothing running', async () => {
  const stateDir = await temporaryDir();
  const options = { binaries, stateDir, extraApiServerArgs: ['--no-such-flag'] };
  await expect(startControlPlane(options, never)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(
      /^kube-apiserver ended with code 1 before it was ready; .*unknown flag: --no-such-flag/s,
    ),
  });
  await start({ stateDir }); // neither the lock nor etcd's data are held
});

test('an abort during the start leaves nothing running', async () => {
  const stateDir = await temporaryDir();
  const abort = new AbortController();
  const starting = startControlPlane({ binaries, stateDir }, abort.signal);
  starting.catch(() => {});
  const recorded = async (): Promise<string> => readFile(`${stateDir}/processes.json`, 'utf8').catch(() => '[]');
  await expect.poll(async () => JSON.parse(await recorded()) as unknown, { timeout: 10_000 }).toHaveLength(2);
  const pids = (JSON.parse(await recorded()) as { pid: number }[]).map(({ pid }) => pid); // our own record
  abort.abort();
  await expect(starting).rejects.toMatchObject({ kind: 'cancelled' });
  expect(await livePids(pids)).toEqual([]);
});

test('refuses a port that another program has', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(startControlPlane({ binaries, stateDir: await temporaryDir(), port }, never)).rejects.toMatchObject({
    kind: 'conflict',
  });
});
