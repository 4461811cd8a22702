import { describe, expect, test } from 'vitest';
import type { FrontendLimits } from '../../../src/frontend/limits.ts';
import type { McpEndpoint } from '../../../src/frontend/mcp-endpoint.ts';
import type { Caller } from '../../../src/model/caller.ts';
import { ALICE, BOB, frontendWorld } from '../../support/frontend-fakes.ts';
import { bare, endpointOf, INITIALIZE, post } from './in-process.ts';

const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} };

async function open(endpoint: McpEndpoint, caller: Caller): Promise<string> {
  const answer = await post(endpoint, { caller, message: INITIALIZE });
  expect(answer.status).toBe(200);
  await answer.text();
  return answer.headers.get('mcp-session-id') ?? '';
}

const list = async (endpoint: McpEndpoint, caller: Caller, sessionId: string): Promise<number> => {
  const answer = await post(endpoint, { caller, message: LIST, sessionId });
  await answer.text();
  return answer.status;
};

function world(limits: Partial<FrontendLimits> = {}) {
  const made = frontendWorld();
  return { ...made, endpoint: endpointOf(made, limits) };
}

describe('connections of 2025-era clients', () => {
  test('serve the principal that opened them', async () => {
    const { endpoint } = world();
    const id = await open(endpoint, ALICE);
    expect(await list(endpoint, ALICE, id)).toBe(200);
    await endpoint.close();
  });

  test('do not exist for anybody else, whatever the method', async () => {
    const { endpoint } = world();
    const id = await open(endpoint, ALICE);
    const impostor = { ...ALICE, uid: 'recreated account of the same name' };
    for (const caller of [BOB, impostor]) {
      expect(await list(endpoint, caller, id)).toBe(404);
      for (const method of ['GET', 'DELETE'])
        expect((await bare(endpoint, { caller, method, sessionId: id })).status).toBe(404);
    }
    expect(await list(endpoint, ALICE, id)).toBe(200);
    await endpoint.close();
  });

  test('act with the groups of the latest request', async () => {
    const made = world();
    const id = await open(made.endpoint, ALICE);
    const promoted = { ...ALICE, groups: ['promoted'] };
    const call = { jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'session_list', arguments: {} } };
    const answer = await post(made.endpoint, { caller: promoted, message: call, sessionId: id });
    await answer.text();
    expect(made.authorizer.asked.map(({ caller }) => caller.groups)).toEqual([['promoted']]);
    await made.endpoint.close();
  });

  test('end after idle time, not while somebody listens', async () => {
    const { endpoint, clock } = world({ legacyIdleMs: 1000 });
    const idle = await open(endpoint, ALICE);
    const listening = await open(endpoint, ALICE);
    const stop = new AbortController();
    const stream = await bare(endpoint, { caller: ALICE, method: 'GET', sessionId: listening, signal: stop.signal });
    expect(stream.status).toBe(200);
    clock.advance(1001);
    expect(await list(endpoint, ALICE, idle)).toBe(404);
    expect(await list(endpoint, ALICE, listening)).toBe(200);
    stop.abort();
    clock.advance(1001);
    expect(await list(endpoint, ALICE, listening)).toBe(404);
    await endpoint.close();
  });

  test('a caller over its bound loses its own oldest one', async () => {
    const { endpoint } = world({ legacySessionsPerCaller: 2 });
    const bobs = await open(endpoint, BOB);
    const [first, second, third] = [
      await open(endpoint, ALICE),
      await open(endpoint, ALICE),
      await open(endpoint, ALICE),
    ];
    expect([
      await list(endpoint, ALICE, first),
      await list(endpoint, ALICE, second),
      await list(endpoint, ALICE, third),
      await list(endpoint, BOB, bobs),
    ]).toEqual([404, 200, 200, 200]);
    await endpoint.close();
  });

  test('when there is no room at all, a newcomer is asked to come back', async () => {
    const { endpoint } = world({ legacySessions: 1 });
    await open(endpoint, ALICE);
    const answer = await post(endpoint, { caller: BOB, message: INITIALIZE });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
    await endpoint.close();
  });

  test('end when their client says so', async () => {
    const { endpoint } = world();
    const id = await open(endpoint, ALICE);
    expect((await bare(endpoint, { caller: ALICE, method: 'DELETE', sessionId: id })).status).toBe(200);
    expect(await list(endpoint, ALICE, id)).toBe(404);
    await endpoint.close();
  });

  test.each([
    { name: 'a call before initialize', message: LIST, want: 400 },
    { name: 'a batch', message: [LIST, LIST], want: 400 },
    { name: 'no message at all', message: 'x', want: 400 },
  ])('refuse $name', async ({ message, want }) => {
    const { endpoint } = world();
    expect((await post(endpoint, { caller: ALICE, message })).status).toBe(want);
    await endpoint.close();
  });

  test.each(['GET', 'DELETE', 'PUT'])('%s without a session is not served', async (method) => {
    const { endpoint } = world();
    expect((await bare(endpoint, { caller: ALICE, method })).status).toBe(405);
    await endpoint.close();
  });
});
