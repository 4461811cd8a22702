// `up --kubeconfig`: the programs on a cluster that was there before, which is there after, too.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiServer, type TestApiServer } from '../../support/api-server.ts';
import { processesNaming, type RunningUp, startUp } from '../../support/running-up.ts';

let cluster: TestApiServer;
let up: RunningUp;

beforeAll(async () => {
  cluster = await startTestApiServer();
  up = await startUp({ args: ['--kubeconfig', cluster.kubeconfigPath] });
});
afterAll(async () => {
  await cluster.stop();
  await rm(up.stateDir, { recursive: true, force: true });
});

test('it starts no control plane of its own, and serves the given one', async () => {
  expect(up.ready.kubeconfig).toBe(cluster.kubeconfigPath);
  expect((await processesNaming(up.stateDir)).filter((line) => /etcd|kube-apiserver/.test(line))).toEqual([]);
  const manifest =
    'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: guest}\nspec: {image: "mcps.local/busybox:1"}\n';
  expect((await cluster.kubectl(['apply', '-f', '-'], manifest)).code).toBe(0);
  expect((await cluster.kubectl(['wait', '--for=condition=Ready', 'mcps/guest', '--timeout=30s'])).code).toBe(0);
  const client = await up.mcp('modern');
  const ran = await client.callTool('session_exec', { session: 'guest', command: 'echo hello' });
  await client.close();
  expect(ran.structured).toMatchObject({ stdout: 'hello\n', exit_code: 0 });
});

test('a stop removes the containers and leaves the cluster and its objects alone', async () => {
  expect(await up.stop()).toMatchObject({ code: 0, stderr: '' });
  expect(await up.containers()).toEqual([]);
  expect((await cluster.kubectl(['get', 'mcps', 'guest', '-o', 'name'])).stdout).toBe(
    'mcpsession.mcpsession.dev/guest\n',
  );
});
