// How a role starts when things are not as they should be: every mistake told at once, and whatever others can mend waited out.

import { execFile } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUNDLE } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';
import { must, openRoleRig, type RoleRig } from './role-rig.ts';

let rig: RoleRig;
beforeAll(async () => {
  rig = await openRoleRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

const session =
  'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: s}\nspec: {image: "mcps.local/busybox:1"}\n';

test('settings, environment, account and policy are judged together before anything starts', async () => {
  const file = join(rig.dir, 'bad.yaml');
  const policyFile = join(rig.dir, 'bad-policy.yaml');
  await writeFile(policyFile, 'limits: {maxPids: 1}\n');
  await writeFile(file, JSON.stringify({ policyFile, serviceAccountDir: join(rig.dir, 'nowhere') }));
  const ended = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    const env = { PATH: process.env['PATH'], POD_NAME: 'p', NODE_NAME: 'Node_1' };
    execFile(process.execPath, [BUNDLE, 'controller', '--config', file], { env }, (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
  expect(ended.code).toBe(1);
  expect(ended.stderr.replaceAll(rig.dir, 'DIR').split('\n')).toEqual([
    expect.stringContaining('error: POD_NAMESPACE: nothing is not allowed; allowed: the name of a namespace;'),
    expect.stringContaining('KUBERNETES_SERVICE_HOST: nothing is not allowed;'),
    expect.stringContaining('KUBERNETES_SERVICE_PORT: nothing is not allowed;'),
    expect.stringContaining('NODE_NAME: "Node_1" is not allowed;'),
    expect.stringContaining('POD_IP: nothing is not allowed;'),
    expect.stringContaining('DIR/nowhere/token: cannot be read (ENOENT); run this in a pod that mounts the token'),
    expect.stringContaining('DIR/nowhere/ca.crt: cannot be read (ENOENT);'),
    'DIR/bad-policy.yaml: limits.maxPids: 1 is not allowed; allowed: 10 or more',
    '',
  ]);
});

test('a role that starts while the API server is away lives, is not ready, says so once, and goes on by itself', async () => {
  await rig.server.kill();
  const webhook = await rig.start('webhook');
  await waitFor('a sign of life', async () => (await webhook.probe('/healthz').catch(() => null))?.status === 200);
  await waitFor('what it waits for', () =>
    webhook.lines('warn').some((line) => line.includes('"what":"a certificate"')),
  );
  expect(await webhook.probe('/readyz')).toEqual({ status: 503, text: '{"ok":false,"missing":["started"]}' });
  await rig.server.start();
  await webhook.ready();
  await must(rig.server, ['create', '--dry-run=server', '-f', '-'], session);
  expect(await webhook.end('SIGTERM')).toBe(0);
});

test('the policy is followed while the role runs; a bad one is told and the one before stays', async () => {
  const policyFile = join(rig.dir, 'policy.yaml');
  const policyIs = async (text: string) => {
    await writeFile(`${policyFile}.new`, text);
    await rename(`${policyFile}.new`, policyFile); // whole at once, as a ConfigMap changes
  };
  await policyIs('{}');
  const webhook = await rig.start('webhook', { policyFile });
  await webhook.ready();
  const create = () => rig.server.kubectl(['create', '--dry-run=server', '-f', '-'], session);
  expect((await create()).code).toBe(0);
  await policyIs('images: {allow: [registry.example.com]}\n');
  const refused = await waitFor('the new policy', async () => {
    const { code, stderr } = await create();
    return code === 0 ? null : stderr;
  });
  expect(refused).toContain('[MCPS-3');
  await policyIs('images: {allowed: []}\n');
  await waitFor('the refusal of the policy', () =>
    webhook.lines('error').some((line) => line.includes('policy file refused')),
  );
  expect((await webhook.probe('/metrics')).text).toContain('mcpsession_policy_valid 0');
  expect((await create()).code).toBe(1);
  await policyIs('{}');
  await waitFor('the mended policy', async () => (await create()).code === 0);
  expect((await webhook.probe('/metrics')).text).toContain('mcpsession_policy_valid 1');
  expect(await webhook.end('SIGTERM')).toBe(0);
});
