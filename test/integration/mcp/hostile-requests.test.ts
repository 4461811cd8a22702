import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sessionNamed } from '../../support/frontend-fakes.ts';
import { connectMcp } from '../../support/mcp-client.ts';
import { startTwoServers, TOKENS, type TwoServers } from './two-servers.ts';

const LIST = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}';

describe('hostile requests to the front end', () => {
  let servers: TwoServers;
  let agent: Agent;
  beforeEach(async () => {
    servers = await startTwoServers({ sessions: [sessionNamed({ name: 's1' })] });
    agent = new Agent({ connect: { ca: servers.caPem } });
  });
  afterEach(async () => {
    await agent.destroy();
    await servers.stop();
  });

  async function send(change: { headers?: Record<string, string>; body?: string; method?: string; path?: string }) {
    const method = change.method ?? 'POST';
    const answer = await request(`${servers.frontendUrl}${change.path ?? '/mcp'}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKENS.alice}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...change.headers,
      },
      ...(method === 'POST' ? { body: change.body ?? LIST } : {}),
      dispatcher: agent,
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }

  test.each([
    { name: 'no token', given: { headers: { authorization: '' } }, want: 401 },
    {
      name: 'a token in the query',
      given: { headers: { authorization: '' }, path: `/mcp?access_token=${TOKENS.alice}` },
      want: 401,
    },
    { name: 'a foreign host', given: { headers: { host: 'localhost' } }, want: 403 },
    { name: 'a foreign origin', given: { headers: { origin: 'https://evil.test' } }, want: 403 },
    { name: 'GET', given: { method: 'GET' }, want: 405 },
    { name: 'DELETE', given: { method: 'DELETE' }, want: 405 },
    { name: 'PUT', given: { method: 'PUT' }, want: 405 },
    { name: 'another path', given: { path: '/mcp/..%2fadmin' }, want: 404 },
    { name: 'a body of another type', given: { headers: { 'content-type': 'text/plain' } }, want: 415 },
    { name: 'a body of 2 MiB', given: { body: `"${'a'.repeat(2 * 1024 * 1024)}"` }, want: 413 },
    { name: 'a batch', given: { body: `[${LIST},${LIST}]` }, want: 400 },
    { name: 'half a message', given: { body: LIST.slice(0, -1) }, want: 400 },
    { name: '50,000 open brackets', given: { body: '['.repeat(50_000) }, want: 400 },
    {
      name: 'a deep message',
      given: { body: LIST.replace('{}', `${'{"a":'.repeat(80)}1${'}'.repeat(80)}`) },
      want: 400,
    },
    {
      name: 'bytes that are not UTF-8',
      given: { body: Buffer.from([0x22, 0xff, 0x22]).toString('latin1') },
      want: 400,
    },
    { name: 'an empty body', given: { body: '' }, want: 400 },
    {
      name: 'a header that differs from its body',
      given: { headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' } },
      want: 400,
    },
  ])('$name: $want', async ({ given, want }) => {
    const answer = await send(given);
    expect(answer.status).toBe(want);
    expect(answer.text).not.toMatch(/ at .*\.ts|node_modules/);
  });

  test('arguments with __proto__ pollute nothing', async () => {
    const client = await connectMcp({ url: servers.mcpUrl, token: TOKENS.alice, caPem: servers.caPem, era: 'legacy' });
    const spec = JSON.parse(
      '{"image":"a","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    ) as Record<string, unknown>;
    await client.callTool('policy_check', { spec });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    await client.close();
  });

  test('one caller’s flood is answered with 429 and does not touch the other', async () => {
    await servers.stop();
    servers = await startTwoServers({ limits: { requestsPerMinute: 1, requestBurst: 3 } });
    await agent.destroy();
    agent = new Agent({ connect: { ca: servers.caPem } });
    const statuses = [await send({}), await send({}), await send({}), await send({})].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 400, 429]);
    expect((await send({})).headers['retry-after']).toBe('60');
    expect((await send({ headers: { authorization: `Bearer ${TOKENS.bob}` } })).status).toBe(400);
  });

  test('a 2025-era session id of somebody else opens nothing', async () => {
    const initialize =
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"0"}}}';
    const opened = await send({ body: initialize });
    const id = String(opened.headers['mcp-session-id']);
    expect((await send({ headers: { 'mcp-session-id': id } })).status).toBe(200);
    expect((await send({ headers: { 'mcp-session-id': id, authorization: `Bearer ${TOKENS.bob}` } })).status).toBe(404);
  });
});
