// `mcpsession mcp`: the same tools over stdio, with nothing but a kubeconfig.

import { rm } from 'node:fs/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUNDLE, type RunningUp, startUp } from '../../support/running-up.ts';

let up: RunningUp;
let client: Client;

beforeAll(async () => {
  up = await startUp();
  client = new Client({ name: 'test', version: '0' });
  const args = [BUNDLE, 'mcp', '--kubeconfig', up.ready.kubeconfig, '-n', 'default'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }));
});
afterAll(async () => {
  await client.close();
  await up.stop();
  await rm(up.stateDir, { recursive: true, force: true });
});

const call = async (name: string, args: Record<string, unknown>) =>
  (await client.callTool({ name, arguments: args })) as {
    isError?: boolean;
    structuredContent?: Record<string, unknown>;
  };

test('the tools are those of the HTTP front end', async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual([
    'policy_check',
    'session_create',
    'session_delete',
    'session_exec',
    'session_exec_output',
    'session_extend',
    'session_get',
    'session_list',
    'session_list_files',
    'session_logs',
    'session_read_file',
    'session_write_file',
  ]);
});

test('a session is created with own rights, used through the front end, and deleted', async () => {
  const created = await call('session_create', { image: 'mcps.local/busybox:1', name: 'desk' });
  expect(created.structuredContent).toMatchObject({ session: 'desk', state: 'Running' });
  const ran = await call('session_exec', {
    session: 'desk',
    argv: ['sh', '-c', 'cat; exit 4'],
    stdin: 'from the desk',
  });
  expect(ran).toMatchObject({ structuredContent: { stdout: 'from the desk', exit_code: 4 } });
  expect((await call('session_delete', { session: 'desk' })).structuredContent).toMatchObject({ deleted: true });
});

test('what admission refuses is told with its fix', async () => {
  const refused = await call('session_create', { image: 'mcps.local/busybox:1', name: 'bad', ttl_seconds: 2_000_000 });
  expect(refused.isError).toBe(true);
  expect(JSON.stringify(refused)).toContain('MCPS-401');
});
