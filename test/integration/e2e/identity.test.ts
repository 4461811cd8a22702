// Identity on every call: no token, a token for somebody else, a caller without rights, a session of another tenant.

import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Agent, fetch } from 'undici';
import { connectMcp, type McpTestClient } from '../../support/mcp-client.ts';
import { type RunningUp, startUp } from '../../support/running-up.ts';

let up: RunningUp;
let caPem: string;

beforeAll(async () => {
  up = await startUp();
  caPem = await readFile(up.ready.mcpCaFile, 'utf8');
  for (const name of ['alice', 'bob', 'nobody']) await up.kubectl(['create', 'serviceaccount', name]);
  for (const name of ['alice', 'bob']) {
    for (const role of ['edit', 'exec'])
      await up.kubectl([
        'create',
        'rolebinding',
        `${name}-${role}`,
        `--clusterrole=mcpsession-${role}`,
        `--serviceaccount=default:${name}`,
      ]);
  }
});
afterAll(async () => {
  await up.stop();
  await rm(up.stateDir, { recursive: true, force: true });
});

const tokenOf = async (name: string, audience = 'mcpsession') =>
  (await up.kubectl(['create', 'token', name, '--audience', audience])).stdout.trim();
const as = async (name: string): Promise<McpTestClient> =>
  connectMcp({ url: up.ready.mcpUrl, token: await tokenOf(name), caPem, era: 'modern' });

async function post(url: string, token: string | null): Promise<number> {
  const dispatcher = new Agent({ connect: { ca: caPem, rejectUnauthorized: false } });
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...authorization },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  });
  await response.text();
  await dispatcher.close();
  return response.status;
}

test('S0.C3.02, S1.WARN.03: no path of the front end answers without a good token', async () => {
  expect(await post(up.ready.mcpUrl, null)).toBe(401);
  expect(await post(up.ready.mcpUrl, 'garbage')).toBe(401);
  expect(await post(up.ready.mcpUrl, await tokenOf('alice', 'somebody-else'))).toBe(401);
  expect(await post(up.ready.mcpUrl.replace('/mcp', '/v1/namespaces/default/sessions/x/exec'), null)).toBe(401);
});

test('the node API answers the front end alone', async () => {
  const exec = `${up.ready.nodeApiUrl}/v1/namespaces/default/sessions/x/exec`;
  expect(await post(exec, null)).toBe(401);
  expect(await post(exec, up.ready.mcpToken)).toBe(401);
  expect(await post(exec, await tokenOf('alice', 'mcpsession-node'))).toBe(403);
});

test('a caller without rights is told which right to ask for', async () => {
  const nobody = await as('nobody');
  try {
    const created = await nobody.callTool('session_create', { image: 'mcps.local/busybox:1' });
    expect(created.isError).toBe(true);
    expect(created.text).toContain('[FORBIDDEN]');
    expect(created.text).toContain('create mcpsessions');
  } finally {
    await nobody.close();
  }
});

test('a session belongs to whoever created it: for the others it does not exist', async () => {
  const [alice, bob] = await Promise.all([as('alice'), as('bob')]);
  try {
    const created = await alice.callTool('session_create', { image: 'mcps.local/busybox:1', name: 'private' });
    expect(created.isError).toBe(false);
    const owner = await up.kubectl([
      'get',
      'mcps',
      'private',
      '-o',
      'jsonpath={.metadata.annotations.mcpsession\\.dev/owner}',
    ]);
    expect(owner.stdout).toBe('system:serviceaccount:default:alice');

    for (const [tool, args] of [
      ['session_get', { session: 'private' }],
      ['session_exec', { session: 'private', command: 'id' }],
    ] as const) {
      const result = await bob.callTool(tool, args);
      expect(result.text).toContain('[SESSION_NOT_FOUND]');
    }
    expect((await bob.callTool('session_list')).text).not.toContain('private');
    await bob.callTool('session_delete', { session: 'private' });
    expect(
      (await alice.callTool('session_exec', { session: 'private', command: 'echo still here' })).structured,
    ).toMatchObject({
      stdout: 'still here\n',
    });
    await alice.callTool('session_delete', { session: 'private' });
  } finally {
    await Promise.all([alice.close(), bob.close()]);
  }
});

test('a session made with kubectl is decided by RBAC alone', async () => {
  const manifest =
    'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: shared}\nspec: {image: "mcps.local/busybox:1"}\n';
  await up.kubectl(['apply', '-f', '-'], manifest);
  await up.kubectl(['wait', '--for=condition=Ready', 'mcps/shared', '--timeout=30s']);
  const [bob, nobody] = await Promise.all([as('bob'), as('nobody')]);
  try {
    expect((await bob.callTool('session_exec', { session: 'shared', command: 'echo ok' })).structured).toMatchObject({
      stdout: 'ok\n',
    });
    expect((await nobody.callTool('session_exec', { session: 'shared', command: 'echo ok' })).text).toContain(
      '[FORBIDDEN]',
    );
  } finally {
    await Promise.all([bob.close(), nobody.close()]);
  }
});
