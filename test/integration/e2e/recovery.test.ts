// Killed at the worst moment, started again: one container, adopted. Stopped cleanly: nothing left.

import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { rawDocker, sessionImage } from '../../support/docker.ts';
import { startEngineProxy } from '../../support/engine-proxy.ts';
import { isAlive, processesNaming, type RunningUp, spawnUp, endChild, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';
import { expectDifferences } from '../../support/oracle/run.ts';

const manifest = (name: string) =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}}\nspec: {image: "mcps.local/busybox:1"}\n`;

test('a controller that is killed between create and start adopts its container in the next run', async () => {
  let first: RunningUp | null = null;
  const reached = Promise.withResolvers<void>();
  const attached = new Set<string>();
  const proxy = await startEngineProxy(
    (line) => {
      const [, id = '', call] = /^POST \S+\/containers\/([0-9a-f]+)\/(attach|start)/.exec(line) ?? [];
      if (call === 'attach') attached.add(id);
      return call === 'start' && attached.has(id); // not the container that proves the session init
    },
    () => reached.resolve(),
  );
  try {
    first = await startUp({ dockerSocket: proxy.socketPath });
    await first.kubectl(['apply', '-f', '-'], manifest('half'));
    await reached.promise;
    await first.killHard();
    const created = await first.containers();
    expect(created.map(({ state }) => state)).toEqual(['created']);

    const second = await startUp({ stateDir: first.stateDir });
    try {
      expect((await second.kubectl(['wait', '--for=condition=Ready', 'mcps/half', '--timeout=30s'])).code).toBe(0);
      const running = await second.containers();
      expect(running).toEqual([{ id: created[0]?.id, state: 'running', session: 'half' }]);
    } finally {
      await second.stop();
    }
    expect(await second.containers()).toEqual([]);
  } finally {
    await proxy.close();
    if (first !== null) await rm(first.stateDir, { recursive: true, force: true });
  }
});

test('after kill -9 no process of ours is left, and the next run keeps the sessions and their containers', async () => {
  const first = await startUp();
  await first.kubectl(['apply', '-f', '-'], manifest('kept'));
  await first.kubectl(['wait', '--for=condition=Ready', 'mcps/kept', '--timeout=30s']);
  const before = await first.containers();
  await first.killHard();
  await waitFor('the control plane to be gone', async () => (await processesNaming(first.stateDir)).length === 0);

  const second = await startUp({ stateDir: first.stateDir });
  await second.kubectl(['wait', '--for=condition=Ready', 'mcps/kept', '--timeout=30s']);
  expect(await second.containers()).toEqual(before);

  // Deleted while nobody was there to see it: the container must not outlive the session.
  await second.killHard();
  const third = await startUp({ stateDir: first.stateDir });
  expect((await third.kubectl(['delete', 'mcps', 'kept', '--timeout=20s'])).code).toBe(0);
  expect(await third.containers()).toEqual([]);
  await third.stop();
  await rm(first.stateDir, { recursive: true, force: true });
});

test('a second up on the same state directory is refused in one sentence, and the first goes on', async () => {
  const first = await startUp();
  const second = await spawnUp({ stateDir: first.stateDir });
  const ended = await waitFor('the second up to end', () => (second.child.exitCode === null ? null : second.said()));
  expect(second.child.exitCode).toBe(1);
  expect(ended.stderr).toMatch(
    new RegExp(
      `^error: state directory ${first.stateDir} is in use by process ${first.pid} \\(started [^)]+\\); stop it or pass another --state-dir\\n$`,
    ),
  );
  expect((await first.kubectl(['get', 'mcps'])).code).toBe(0);
  await first.stop();
  await rm(first.stateDir, { recursive: true, force: true });
});

test.each([200, 900, 2_000])('SIGTERM %i ms after the start leaves no process and no container', async (ms) => {
  const started = await spawnUp();
  await new Promise((resolve) => setTimeout(resolve, ms)); // the moment is the case
  const { stderr } = await endChild(started, 'SIGTERM');
  expect(stderr).toBe('');
  expect(await isAlive(started.child.pid ?? 0)).toBe(false);
  expect(await processesNaming(started.stateDir)).toEqual([]);
  await rm(started.stateDir, { recursive: true, force: true });
});

test('S4.T3.04: containers that are not ours are never touched, not even with a name or labels like ours', async () => {
  const { imageId } = await sessionImage();
  const docker = rawDocker();
  const plain = await docker.createContainer({
    Image: imageId,
    Cmd: ['sleep', '600'],
    name: `mcps-sentinel-${process.pid}`,
    HostConfig: { NetworkMode: 'none' },
  });
  expectDifferences({ uid: 'spoofed', what: 'any' });
  const spoofed = await docker.createContainer({
    Image: imageId,
    Cmd: ['sleep', '600'],
    Labels: { 'mcpsession.dev/uid': 'spoofed', 'mcpsession.dev/node': 'some-other-node' },
  });
  try {
    await plain.start();
    const up = await startUp();
    await up.kubectl(['apply', '-f', '-'], manifest('one'));
    await up.kubectl(['wait', '--for=condition=Ready', 'mcps/one', '--timeout=30s']);
    await up.stop();
    expect((await plain.inspect()).State.Running).toBe(true);
    expect((await spoofed.inspect()).State.Status).toBe('created');
    await rm(up.stateDir, { recursive: true, force: true });
  } finally {
    await plain.remove({ force: true });
    await spoofed.remove({ force: true });
  }
});

test('a second up on the same cluster is refused, and takes nothing of the first with it', async () => {
  const first = await startUp();
  await first.kubectl(['apply', '-f', '-'], manifest('mine'));
  await first.kubectl(['wait', '--for=condition=Ready', 'mcps/mine', '--timeout=30s']);
  const before = await first.containers();
  const second = await spawnUp({ args: ['--kubeconfig', first.ready.kubeconfig, '--node-name', first.nodeName] });
  const ended = await waitFor(
    'the second up to end',
    () => (second.child.exitCode === null ? null : second.said()),
    60_000,
  );
  expect(ended.stderr).toBe(
    `error: the cluster ${await serverOf(first)} is served by another \`mcpsession up\`; stop that one, or use another cluster\n`,
  );
  expect(await first.containers()).toEqual(before);
  expect((await first.kubectl(['apply', '-f', '-'], manifest('later'))).code).toBe(0);
  await first.stop();
  for (const dir of [first.stateDir, second.stateDir]) await rm(dir, { recursive: true, force: true });
});

test('an API server that is silent for longer than the lease ends nothing', async () => {
  const up = await startUp();
  await up.kubectl(['apply', '-f', '-'], manifest('steady'));
  await up.kubectl(['wait', '--for=condition=Ready', 'mcps/steady', '--timeout=30s']);
  const before = await up.containers();
  const apiServer = (await processesNaming(up.stateDir)).find((line) => line.includes('kube-apiserver')) ?? '';
  const pid = Number(apiServer.split(' ', 1)[0]);
  process.kill(pid, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 14_000)); // longer than the renew deadline of 10 s: the case itself
  process.kill(pid, 'SIGCONT');
  expect((await up.kubectl(['apply', '-f', '-'], manifest('after'))).code).toBe(0);
  expect((await up.kubectl(['wait', '--for=condition=Ready', 'mcps/after', '--timeout=40s'])).code).toBe(0);
  expect(await up.containers()).toEqual(expect.arrayContaining([...before]));
  const ended = await up.stop();
  expect(ended.code).toBe(0);
  expect(await up.containers()).toEqual([]);
  await rm(up.stateDir, { recursive: true, force: true });
});

test('the node keeps the name of its first run', async () => {
  const first = await startUp();
  await first.stop();
  const second = await spawnUp({ stateDir: first.stateDir, args: ['--node-name', 'another'] });
  const ended = await waitFor('the second run to end', () => (second.child.exitCode === null ? null : second.said()));
  expect(ended.stderr).toContain(`--node-name another: this state directory belongs to node ${first.nodeName}`);
  await rm(first.stateDir, { recursive: true, force: true });
});

async function serverOf(up: RunningUp): Promise<string> {
  const view = await up.kubectl(['config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}']);
  return view.stdout;
}
