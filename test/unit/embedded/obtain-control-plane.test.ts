// The order in which the programs are looked for, and that a failure leaves a sentence and nothing half-written.

import { chmod, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import type { ObtainProgress } from '../../../src/embedded/binaries/obtain-progress.ts';
import { ETCD_VERSION, KUBERNETES_VERSION, NODE_PROGRAMS } from '../../../src/embedded/binaries/release.ts';
import { obtainControlPlane, type ObtainOptions, obtainPrograms } from '../../../src/embedded/obtain-control-plane.ts';
import { isAlive, readProcessIdentity } from '../../../src/process/process-identity.ts';
import { fakeGo } from './fake-go.ts';
import { releaseFiles, serveFiles } from './release-site.ts';
import { temporaryDir } from './temporary-dir.ts';

const never = new AbortController().signal;

/** Every way closed; a test opens the ones it is about. */
function closedOptions(dir: string): ObtainOptions {
  return {
    assetsDir: null,
    cacheDir: `${dir}/cache`,
    architecture: 'amd64',
    releaseSites: null,
    sourceDir: null,
    goPrograms: [],
    environment: { PATH: '/usr/bin:/bin' },
    onProgress: () => {},
  };
}

async function writePrograms(dir: string, names: readonly string[]): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const name of names) await writeFile(`${dir}/${name}`, '#!/bin/sh\necho Kubernetes v1.35.1\n', { mode: 0o755 });
}

const contents = async (dir: string, names: readonly string[]): Promise<readonly string[]> =>
  Promise.all(names.map((name) => readFile(`${dir}/${name}`, 'utf8')));

const ALL = ['etcd', 'kube-apiserver', 'kubectl'];

test('prefers the directory that the user named, and names its version', async () => {
  const dir = await temporaryDir();
  await writePrograms(`${dir}/assets`, ALL);
  const site = await serveFiles(releaseFiles());
  const options = { ...closedOptions(dir), assetsDir: `${dir}/assets`, releaseSites: site.sites };
  expect(await obtainControlPlane(options, never)).toEqual({
    etcd: `${dir}/assets/etcd`,
    kubeApiserver: `${dir}/assets/kube-apiserver`,
    kubectl: `${dir}/assets/kubectl`,
    version: 'v1.35.1',
    source: 'assets',
  });
  expect(site.asked).toEqual([]);
});

test('refuses a named directory that lacks a program, and says which', async () => {
  const dir = await temporaryDir();
  await writePrograms(`${dir}/assets`, ['etcd', 'kube-apiserver']);
  const options = { ...closedOptions(dir), assetsDir: `${dir}/assets` };
  await expect(obtainControlPlane(options, never)).rejects.toMatchObject({
    kind: 'invalid',
    message: `the control plane directory ${dir}/assets has no executable kubectl; put etcd, kube-apiserver, kubectl there, or unset KUBEBUILDER_ASSETS to have them obtained`,
  });
});

test('downloads release files whose checksums match, then finds them in the cache', async () => {
  const dir = await temporaryDir();
  const site = await serveFiles(releaseFiles());
  const options = { ...closedOptions(dir), releaseSites: site.sites };
  expect(await obtainControlPlane(options, never)).toMatchObject({ version: KUBERNETES_VERSION, source: 'download' });
  expect(await contents(`${dir}/cache`, ALL)).toEqual(ALL.map((name) => `released ${name}`));
  const askedOnce = site.asked.length;
  expect(await obtainControlPlane(options, never)).toMatchObject({ source: 'cache' });
  expect(site.asked).toHaveLength(askedOnce);
});

test('follows a site that is missing files with a build of the rest', async () => {
  const dir = await temporaryDir();
  const files = releaseFiles();
  delete files[`/kube/${KUBERNETES_VERSION}/bin/linux/amd64/kube-apiserver`];
  const site = await serveFiles(files);
  const options = { ...closedOptions(dir), releaseSites: site.sites, ...(await fakeGo(dir)) };
  expect(await obtainControlPlane(options, never)).toMatchObject({ source: 'build' });
  expect(await contents(`${dir}/cache`, ALL)).toEqual([
    'released etcd',
    'built k8s.io/kubernetes/cmd/kube-apiserver',
    'built k8s.io/kubernetes/cmd/kubectl',
  ]);
});

test('moves on to the build when a site does not answer in time', async () => {
  const dir = await temporaryDir();
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const options = {
    ...closedOptions(dir),
    releaseSites: { kubernetes: base, etcd: base },
    answerWithinMs: 50,
    ...(await fakeGo(dir)),
  };
  expect(await obtainControlPlane(options, never)).toMatchObject({ source: 'build' });
  silent.close();
});

test('refuses a release file with a wrong checksum and leaves nothing of it, even where a build is possible', async () => {
  const dir = await temporaryDir();
  const files = releaseFiles();
  files[`/kube/${KUBERNETES_VERSION}/bin/linux/amd64/kube-apiserver`] = 'tampered';
  const site = await serveFiles(files);
  const options = { ...closedOptions(dir), releaseSites: site.sites, ...(await fakeGo(dir)) };
  await expect(obtainControlPlane(options, never)).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringMatching(
      /kube-apiserver has SHA-256 [0-9a-f]{64}, but .*\.sha256 says [0-9a-f]{64}; the file was deleted/,
    ),
  });
  expect((await readdir(`${dir}/cache`)).sort()).toEqual(['etcd', 'lock', 'manifest.json']);
});

test('refuses an etcd archive with a wrong checksum', async () => {
  const dir = await temporaryDir();
  const files = releaseFiles();
  files[`/etcd/${ETCD_VERSION}/etcd-${ETCD_VERSION}-linux-amd64.tar.gz`] = 'tampered';
  const site = await serveFiles(files);
  const options = { ...closedOptions(dir), releaseSites: site.sites };
  await expect(obtainControlPlane(options, never)).rejects.toMatchObject({ kind: 'invalid' });
  expect(await readdir(`${dir}/cache`)).toEqual(['lock']);
});

test('treats a checksum file without a checksum as a site that cannot be used', async () => {
  const dir = await temporaryDir();
  const files = releaseFiles();
  files[`/etcd/${ETCD_VERSION}/SHA256SUMS`] = '<html>sign in to the network</html>';
  const site = await serveFiles(files);
  const options = { ...closedOptions(dir), releaseSites: site.sites, ...(await fakeGo(dir)) };
  expect(await obtainControlPlane(options, never)).toMatchObject({ source: 'build' });
});

test('names every closed way when there is none', async () => {
  const dir = await temporaryDir();
  const options = { ...closedOptions(dir), ...(await fakeGo(dir)), goPrograms: [`${dir}/no-go`] };
  await expect(obtainControlPlane(options, never)).rejects.toMatchObject({
    kind: 'unavailable',
    message:
      'cannot obtain etcd, kube-apiserver, kubectl: downloads are switched off, and no Go toolchain (go) was found on PATH to build it from source; install Go (https://go.dev/dl/), connect to the network, or set KUBEBUILDER_ASSETS to a directory with etcd, kube-apiserver, kubectl',
  });
});

test('says which Go is needed when the one here is too old', async () => {
  const dir = await temporaryDir();
  const options = { ...closedOptions(dir), ...(await fakeGo(dir, { version: 'go1.19.8' })) };
  await expect(obtainControlPlane(options, never)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('Go 1.26.0 or newer is needed'),
  });
});

test('quotes the end of the output of a failed build', async () => {
  const dir = await temporaryDir();
  const options = {
    ...closedOptions(dir),
    ...(await fakeGo(dir, { build: 'echo "dial tcp: no such host" >&2; exit 1' })),
  };
  await expect(obtainControlPlane(options, never)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(/^go did not build etcd; .*\ndial tcp: no such host$/s),
  });
});

test('says how much room is needed when a build fills the disk', async () => {
  const dir = await temporaryDir();
  const build = 'echo "write /tmp/x: no space left on device" >&2; exit 1';
  await expect(
    obtainControlPlane({ ...closedOptions(dir), ...(await fakeGo(dir, { build })) }, never),
  ).rejects.toMatchObject({ message: expect.stringMatching(/^no space left while building etcd; free 200 MB in/) });
});

test('builds only what the cache lacks: one program cut short, another not executable', async () => {
  const dir = await temporaryDir();
  const options = { ...closedOptions(dir), ...(await fakeGo(dir)) };
  await obtainControlPlane(options, never);
  await truncate(`${dir}/cache/etcd`, 3);
  await chmod(`${dir}/cache/kubectl`, 0o644);
  const ready: string[] = [];
  const onProgress = ({ phase, binary, index, total }: ObtainProgress): void => {
    if (phase === 'ready') ready.push(`${binary} ${index}/${total}`);
  };
  expect(await obtainControlPlane({ ...options, onProgress }, never)).toMatchObject({ source: 'build' });
  expect(ready).toEqual(['etcd 1/2', 'kubectl 2/2']);
  expect((await contents(`${dir}/cache`, ['etcd']))[0]).toBe('built go.etcd.io/etcd/server/v3');
});

test('does not trust programs without a manifest, and clears what a killed run left', async () => {
  const dir = await temporaryDir();
  await writePrograms(`${dir}/cache`, ALL);
  await mkdir(`${dir}/cache/.partial-go/work`, { recursive: true });
  expect(await obtainControlPlane({ ...closedOptions(dir), ...(await fakeGo(dir)) }, never)).toMatchObject({
    source: 'build',
  });
  expect((await readdir(`${dir}/cache`)).sort()).toEqual([...ALL, 'lock', 'manifest.json']);
});

test('two at once obtain the programs once, and the second is told that it waits', async () => {
  const dir = await temporaryDir();
  const count = `echo x >> ${dir}/count; sleep 0.1; printf b > "$output"; chmod 755 "$output"`;
  const phases: string[] = [];
  const options = {
    ...closedOptions(dir),
    ...(await fakeGo(dir, { build: count })),
    onProgress: ({ phase }: ObtainProgress) => phases.push(phase),
  };
  const both = await Promise.all([obtainControlPlane(options, never), obtainControlPlane(options, never)]);
  expect(both.map(({ source }) => source).sort()).toEqual(['build', 'cache']);
  expect(await readFile(`${dir}/count`, 'utf8')).toBe('x\n'.repeat(3));
  expect(phases).toContain('waiting');
});

test('obtains the programs of a node in the same way, into a directory of their own', async () => {
  const dir = await temporaryDir();
  const options = { ...closedOptions(dir), ...(await fakeGo(dir)), programs: NODE_PROGRAMS };
  expect(await obtainPrograms(options, never)).toBe('build');
  expect(await contents(`${dir}/cache`, ['kubelet'])).toEqual(['built k8s.io/kubernetes/cmd/kubelet']);
  expect((await readdir(`${dir}/cache`)).sort()).toEqual([...NODE_PROGRAMS, 'lock', 'manifest.json'].sort());
  expect(await obtainPrograms(options, never)).toBe('cache');
});

test('does not advise a directory of the control plane to someone who lacks the programs of a node', async () => {
  const options = { ...closedOptions(await temporaryDir()), programs: NODE_PROGRAMS };
  await expect(obtainPrograms(options, never)).rejects.toMatchObject({
    kind: 'unavailable',
    message:
      'cannot obtain kubelet, kube-controller-manager, kube-scheduler, kube-proxy: downloads are switched off, and this installation has no source to build it from; install Go (https://go.dev/dl/) or connect to the network',
  });
});

test('an abort ends go with everything it started and leaves no unfinished file', async () => {
  const dir = await temporaryDir();
  const build = `echo half > "$output"; sh -c 'echo $$ > ${dir}/pid; exec sleep 60'`;
  const abort = new AbortController();
  const obtaining = obtainControlPlane({ ...closedOptions(dir), ...(await fakeGo(dir, { build })) }, abort.signal);
  obtaining.catch(() => {});
  const pid = await pollPid(`${dir}/pid`);
  const compiler = await readProcessIdentity(pid);
  abort.abort();
  await expect(obtaining).rejects.toMatchObject({ kind: 'cancelled' });
  expect(compiler !== null && (await isAlive(compiler))).toBe(false);
  expect(await readdir(`${dir}/cache`)).toEqual(['lock']);
});

async function pollPid(path: string): Promise<number> {
  for (;;) {
    const pid = Number(await readFile(path, 'utf8').catch(() => ''));
    if (pid > 0) return pid;
    await sleep(5);
  }
}
