import { Client } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport as LegacyPipe } from '@modelcontextprotocol/sdk/inMemory.js';
import { InMemoryTransport, type Transport } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import { ownRights } from '../../../src/frontend/access.ts';
import { routeToFrontend } from '../../../src/frontend/exec-route.ts';
import { serveStdioFrontend } from '../../../src/frontend/stdio.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { BOB, frontendWorld, sessionNamed, TEST_IMAGE } from '../../support/frontend-fakes.ts';

const PERSON = { username: 'dana', uid: '', groups: [], extra: {} };
const ENDPOINT = { url: 'https://frontend.test', caPem: 'pem' };

function start(world: ReturnType<typeof frontendWorld>, transport: Transport) {
  return serveStdioFrontend({ services: world.services, caller: PERSON, version: '0', log: silentLog, transport });
}
const personWorld = (sessions: Parameters<typeof frontendWorld>[0] = {}) =>
  frontendWorld({ ...sessions, access: ownRights, parts: { execRoute: routeToFrontend(ENDPOINT) } });

describe('S1.NET.01: the front end over stdio', () => {
  test('serves a modern client: nothing is annotated, and the bearer of the token speaks for itself', async () => {
    const world = personWorld();
    const [clientEnd, serverEnd] = InMemoryTransport.createLinkedPair();
    const stdio = start(world, serverEnd);
    const client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(clientEnd);
    await client.callTool({ name: 'session_create', arguments: { image: TEST_IMAGE, name: 's1' } });
    expect(world.sessions.stored.get('default/s1')?.meta.annotations).toEqual({});
    await client.callTool({ name: 'session_exec', arguments: { session: 's1', command: 'id' } });
    expect(world.nodeAccess.requests.map(({ caller }) => caller)).toEqual([null]);
    expect(world.authorizer.asked).toEqual([]);
    await client.close();
    await stdio.close();
  });

  test('serves a 2025-era client', async () => {
    const [clientEnd, serverEnd] = LegacyPipe.createLinkedPair();
    const stdio = start(personWorld(), serverEnd as unknown as Transport); // the same interface in both libraries
    const client = new LegacyClient({ name: 'test', version: '0' });
    await client.connect(clientEnd);
    expect((await client.listTools()).tools).toHaveLength(12);
    await client.close();
    await stdio.close();
  });

  test('leaves the verdict on a spec to admission, which knows the policy of the cluster', async () => {
    const world = personWorld();
    const spec = { image: TEST_IMAGE, lifetime: { ttlSeconds: 100_000 } };
    const request = { namespace: 'default', name: 's1', spec, waitSeconds: 0 };
    const created = await world.services.create(PERSON, request, () => {}, new AbortController().signal);
    expect(created).toMatchObject({ ok: true });
  });

  test('what the API server refuses to the person is FORBIDDEN', async () => {
    const world = personWorld({ sessions: [sessionNamed({ namespace: 'default', name: 's1', owner: BOB.username })] });
    const refuse = () => Promise.reject(new OperatorError('forbidden', 'mcpsessions is forbidden'));
    Object.assign(world.sessions, { read: refuse, list: refuse });
    const found = await world.services.get(PERSON, { namespace: 'default', name: 's1' }, new AbortController().signal);
    expect(found).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  });
});
