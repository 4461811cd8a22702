import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ExecFrame, execCommandSchema } from '../../../src/model/node-protocol.ts';
import { execPath } from '../../../src/model/node-routes.ts';
import { createNodeClient } from '../../../src/node-client/node-client.ts';
import { ALICE, sessionNamed } from '../../support/frontend-fakes.ts';
import { startTwoServers, TOKENS, type TwoServers } from './two-servers.ts';

const SESSION = { namespace: 'agents', name: 's1' };
const COMMAND = execCommandSchema.parse({ argv: ['true'] });
const never = new AbortController().signal;

describe('node protocol', () => {
  let servers: TwoServers;
  let agent: Agent;
  beforeEach(async () => {
    servers = await startTwoServers({ sessions: [sessionNamed({ name: 's1', owner: ALICE.username })] });
    agent = new Agent({ connect: { ca: servers.caPem } });
  });
  afterEach(async () => {
    await agent.destroy();
    await servers.stop();
  });

  const execRequest = (change: object = {}) => ({
    sessionUid: 'uid-agents-s1',
    caller: null,
    command: COMMAND,
    ...change,
  });
  const post = async (base: string, token: string | null, body: unknown, path = execPath(SESSION)) => {
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await request(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: text,
      dispatcher: agent,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };

  test('the CLI runs a command by way of the front end, which names the bearer to the node', async () => {
    const client = createNodeClient({ token: () => Promise.resolve(TOKENS.alice), userAgent: 'cli' });
    const frames: ExecFrame[] = [];
    await client.exec(
      { url: servers.frontendUrl, caPem: servers.caPem },
      SESSION,
      execRequest(),
      (frame) => frames.push(frame),
      never,
    );
    expect(frames.map(({ type }) => type)).toEqual(['started', 'output', 'exit']);
    await client.close();
  });

  test('commands one after the other use one connection', async () => {
    const client = createNodeClient({ token: () => Promise.resolve(TOKENS.alice), userAgent: 'cli' });
    for (let count = 0; count < 5; count += 1) {
      await client.exec({ url: servers.frontendUrl, caPem: servers.caPem }, SESSION, execRequest(), () => {}, never);
    }
    expect(servers.commands).toHaveLength(5);
    await client.close();
  });

  test('the front end accepts no caller in the request', async () => {
    const answer = await post(servers.frontendUrl, TOKENS.alice, execRequest({ caller: ALICE }));
    expect(answer).toMatchObject({ status: 403 });
    expect(servers.commands).toEqual([]);
  });

  test('a certificate of another authority is not accepted', async () => {
    const other = await startTwoServers();
    const client = createNodeClient({ token: () => Promise.resolve(TOKENS.alice), userAgent: 'cli' });
    const run = client.exec({ url: servers.frontendUrl, caPem: other.caPem }, SESSION, execRequest(), () => {}, never);
    await expect(run).rejects.toMatchObject({ kind: 'unavailable' });
    await client.close();
    await other.stop();
  });

  test.each([
    { name: 'no token', token: null, change: {}, want: { status: 401, kind: 'unauthenticated' } },
    {
      name: 'a token for the front end',
      token: TOKENS.alice,
      change: {},
      want: { status: 401, kind: 'unauthenticated' },
    },
    {
      name: 'the right audience but another account',
      token: TOKENS.stranger,
      change: {},
      want: { status: 403, kind: 'forbidden' },
    },
    { name: 'no caller', token: TOKENS.frontend, change: { caller: null }, want: { status: 400, kind: 'invalid' } },
    {
      name: 'the UID of an earlier session',
      token: TOKENS.frontend,
      change: { sessionUid: 'old' },
      want: { status: 404, kind: 'not-found' },
    },
    {
      name: 'a caller who is not the owner',
      token: TOKENS.frontend,
      change: { caller: { username: 'eve' } },
      want: { status: 404, kind: 'not-found' },
    },
    {
      name: 'an unknown field',
      token: TOKENS.frontend,
      change: { shell: true },
      want: { status: 400, kind: 'invalid' },
    },
  ])('the node API refuses $name', async ({ token, change, want }) => {
    const answer = await post(servers.nodeUrl, token, execRequest({ caller: ALICE, ...change }));
    expect({ status: answer.status, kind: (JSON.parse(answer.text) as { kind: string }).kind }).toEqual(want);
    expect(servers.commands).toEqual([]);
  });

  test.each([
    { name: 'a body that is not JSON', body: '{', path: execPath(SESSION), want: 400 },
    { name: 'a body of 3 MiB', body: `"${'a'.repeat(3 * 1024 * 1024)}"`, path: execPath(SESSION), want: 413 },
    { name: 'deep JSON', body: '['.repeat(10_000), path: execPath(SESSION), want: 400 },
    { name: 'another path', body: '{}', path: '/v1/containers', want: 404 },
    { name: 'a path with encoded parts', body: '{}', path: '/v1/namespaces/a%2Fb/sessions/s1/exec', want: 404 },
  ])('the node API refuses $name', async ({ body, path, want }) => {
    expect((await post(servers.nodeUrl, TOKENS.frontend, body, path)).status).toBe(want);
  });

  test('a session runs no more commands at a time than policy allows', async () => {
    const gates: (() => void)[] = [];
    servers.containers.otherProgram = () => new Promise((resolve) => gates.push(() => resolve(0)));
    const body = execRequest({ caller: ALICE });
    const running = Array.from({ length: 8 }, () => post(servers.nodeUrl, TOKENS.frontend, body));
    await expect.poll(() => gates.length).toBe(8);
    expect(await post(servers.nodeUrl, TOKENS.frontend, body)).toMatchObject({ status: 409 });
    for (const open of gates) open();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const after = post(servers.nodeUrl, TOKENS.frontend, body);
    await expect.poll(() => gates.length).toBe(9);
    gates[8]?.();
    expect(await after).toMatchObject({ status: 200 });
  });

  test('a fault after the first frame arrives as an error frame', async () => {
    const { start } = servers.containers;
    servers.containers.start = async (...given) => {
      const command = await start(...given);
      command.follow = () => Promise.reject(new Error('secret detail'));
      return command;
    };
    const answer = await post(servers.nodeUrl, TOKENS.frontend, execRequest({ caller: ALICE }));
    const frames = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ExecFrame);
    expect(frames.map(({ type }) => type)).toEqual(['started', 'error']);
    expect(answer.text).not.toContain('secret detail');
  });

  test('a node API that closes says that it is away and leaves running what runs', async () => {
    servers.containers.otherProgram = servers.containers.programs.get('hold') ?? null;
    const client = createNodeClient({ token: () => Promise.resolve(TOKENS.alice), userAgent: 'cli' });
    const endpoint = { url: servers.frontendUrl, caPem: servers.caPem };
    const started = Promise.withResolvers<void>();
    const run = client.exec(endpoint, SESSION, execRequest(), () => started.resolve(), never);
    await started.promise;
    servers.closeNodeApi();
    await expect(run).rejects.toMatchObject({ kind: 'unavailable' });
    const [command] = servers.containers.started.values();
    expect(await command?.state()).toMatchObject({ running: true });
    await client.close();
  });

  test('both servers answer probes without a token and nothing else', async () => {
    for (const base of [servers.frontendUrl, servers.nodeUrl]) {
      const health = await request(`${base}/healthz`, { dispatcher: agent });
      expect(health.statusCode).toBe(200);
      await health.body.dump();
      const other = await request(`${base}/metrics`, { dispatcher: agent });
      expect(other.statusCode).toBe(401);
      await other.body.dump();
    }
  });
});
