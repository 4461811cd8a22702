// Tools that are switched off by frontend.tools: neither listed nor called, by clients of both eras.

import { expect, test } from 'vitest';
import { INSTRUCTIONS, offeredTools, TOOLS } from '../../../../src/frontend/mcp-server.ts';
import { TOOL_NAMES, type ToolName } from '../../../../src/model/tool-names.ts';
import { ALICE, frontendWorld } from '../../../support/frontend-fakes.ts';
import { clientOf, endpointOf, INITIALIZE, post } from '../in-process.ts';

async function withTools(allowed: readonly (ToolName | '*')[]) {
  const world = frontendWorld();
  const endpoint = endpointOf(world, {}, offeredTools(allowed));
  const client = await clientOf(endpoint, ALICE);
  return {
    world,
    endpoint,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await endpoint.close();
    },
  };
}
const listed = async (allowed: readonly (ToolName | '*')[]) => {
  await using open = await withTools(allowed);
  return (await open.client.listTools()).tools.map(({ name }) => name);
};

test('the names that settings may have are those of the tools, in their order', () => {
  expect(TOOLS.map(({ name }) => name)).toEqual([...TOOL_NAMES]);
});

test.each<{ allowed: readonly (ToolName | '*')[]; want: readonly string[] }>([
  { allowed: ['*'], want: TOOL_NAMES },
  { allowed: ['session_list', '*'], want: TOOL_NAMES },
  { allowed: ['session_get', 'session_list'], want: ['session_list', 'session_get'] },
  { allowed: [], want: [] },
])('$allowed offers $want', async ({ allowed, want }) => {
  expect(await listed(allowed)).toEqual(want);
});

test('a tool that is switched off cannot be called, and does nothing', async () => {
  await using open = await withTools(['session_list']);
  const { client } = open;
  const call = client.callTool({ name: 'session_create', arguments: { image: 'python:3.13', name: 'made' } });
  await expect(call).rejects.toThrow(/session_create/);
  const { structuredContent } = await client.callTool({ name: 'session_list', arguments: {} });
  expect(structuredContent).toMatchObject({ sessions: [] });
});

test('nor by a client of the 2025 era, over a connection of its own', async () => {
  await using open = await withTools(['session_list']);
  const { endpoint } = open;
  const begun = await post(endpoint, { caller: ALICE, message: INITIALIZE });
  expect(await begun.text()).toContain('Only these tools are offered here, the others are switched off: session_list.');
  const sessionId = begun.headers.get('mcp-session-id') ?? '';
  const ask = async (method: string, params: object) => {
    const message = { jsonrpc: '2.0', id: 2, method, params };
    return (await post(endpoint, { caller: ALICE, message, sessionId })).text();
  };
  const list = await ask('tools/list', {});
  expect([...list.matchAll(/"name":"([a-z_]+)"/g)].map(([, name]) => name)).toEqual(['session_list']);
  expect(await ask('tools/call', { name: 'session_delete', arguments: { session: 'x' } })).toMatch(
    /"error":\{.*session_delete/,
  );
});

test('the instructions say which tools there are only where some are missing', async () => {
  await using all = await withTools(['*']);
  expect(all.client.getInstructions()).toBe(INSTRUCTIONS);
  await using none = await withTools([]);
  expect(none.client.getInstructions()).toMatch(
    /^Only these tools are offered here, the others are switched off: none\.\n/,
  );
});
