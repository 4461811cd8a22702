// Every operation of the node protocol, asked for by somebody else: the answer is that of a session that does not exist.

import { request as httpsRequest } from 'node:https';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execCommandSchema } from '../../../src/model/node-protocol.ts';
import { OPERATION_RIGHTS, type OperationName } from '../../../src/model/node-operations.ts';
import {
  CALLER_HEADER,
  COMMAND_HEADER,
  operationPath,
  ROUTES,
  STREAM_PROTOCOL,
} from '../../../src/model/node-routes.ts';
import type { NodeAccess, NodeSession } from '../../../src/ports/node-access.ts';
import { encodeHeaderJson } from '../../../src/process/node-protocol/header-json.ts';
import { ALICE, BOB, sessionNamed } from '../../support/frontend-fakes.ts';
import { type Cli, cliOf, never } from './cli-client.ts';
import { startTwoServers, TOKENS, type TwoServers } from './two-servers.ts';

const COMMAND = execCommandSchema.parse({ argv: ['echo', 'secret'] });
const INTERACTIVE = { argv: ['cat'], env: [], cwd: null, timeoutSeconds: null, stdin: true, tty: null };
const QUERY = { tail: null, sinceMs: null, grep: null, cursor: null, follow: false, most: 10 };
const HOW = { mode: null, ifSha256: null, makeParents: false, maxBytes: 10 };
async function* content(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
}

type Ask = (client: NodeAccess, session: NodeSession) => Promise<unknown>;
const receive = { onStat: () => {}, onChunk: () => {} };

const ASK: Readonly<Record<OperationName, Ask>> = {
  exec: (client, { endpoint, uid, caller, ...session }) =>
    client.exec(endpoint, session, { sessionUid: uid, caller, command: COMMAND }, () => {}, never),
  openExec: (client, session) => client.openExec(session, INTERACTIVE, never),
  listExecs: (client, session) => client.listExecs(session, never),
  execRecord: (client, session) => client.execRecord(session, 'ex_1', 0, never),
  execOutput: (client, session) =>
    client.execOutput(session, { execId: 'ex_1', stream: 'stdout', offset: 0, limit: 10 }, never),
  execInput: (client, session) =>
    client.execInput(session, { execId: 'ex_1', stdin: null, endInput: true, sendSignal: null }, never),
  execKill: (client, session) => client.execKill(session, 'ex_1', never),
  logs: (client, session) => client.logs(session, QUERY, () => {}, never),
  fileStat: (client, session) => client.fileStat(session, '.', never),
  fileList: (client, session) => client.fileList(session, { path: '.', after: '', most: 10 }, never),
  fileRead: (client, session) => client.fileRead(session, { path: 'a', offset: 0, limit: null }, receive, never),
  fileWrite: (client, session) => client.fileWrite(session, 'a', HOW, content(), never),
  fileMakeDirectory: (client, session) => client.fileMakeDirectory(session, 'd', false, never),
  fileRemove: (client, session) => client.fileRemove(session, 'a', false, never),
  forward: (client, session) => client.forward(session, 80, never),
};
// Object.keys knows the keys as strings only.
const NAMES = Object.keys(ASK) as OperationName[];

const refusal = (asked: Promise<unknown>): Promise<{ kind?: string; message?: string }> =>
  asked.then(
    () => ({}),
    ({ kind, message }: { kind: string; message: string }) => ({ kind, message }),
  );

describe('of two tenants', () => {
  let servers: TwoServers;
  let bob: Cli;
  let agent: Agent;
  beforeAll(async () => {
    servers = await startTwoServers({ sessions: [sessionNamed({ name: 's1', owner: ALICE.username })] });
    bob = cliOf(servers, TOKENS.bob);
    agent = new Agent({ connect: { ca: servers.caPem } });
  });
  afterAll(async () => {
    await agent.destroy();
    await bob[Symbol.asyncDispose]();
    await servers.stop();
  });

  test.each(NAMES)('%s by the other is answered like one in a session that is not there', async (name) => {
    const foreign = await refusal(ASK[name](bob.client, bob.session));
    const missing = await refusal(ASK[name](bob.client, { ...bob.session, name: 's9', uid: 'uid-agents-s9' }));
    expect(foreign.kind).toBe('not-found');
    expect(foreign).toEqual({ ...missing, message: missing.message?.replaceAll('s9', 's1') });
    expect(servers.containers.started.size).toBe(0);
  });

  test.each(NAMES)('%s is refused by the node itself, whatever the front end says', async (name) => {
    const session = { ...bob.session, endpoint: { url: servers.nodeUrl, caPem: servers.caPem }, caller: BOB };
    const foreign = await refusal(ASK[name](servers.nodeClient, session));
    const missing = await refusal(ASK[name](servers.nodeClient, { ...session, name: 's9', uid: 'uid-agents-s9' }));
    expect(foreign.kind).toBe('not-found');
    expect(foreign).toEqual({ ...missing, message: missing.message?.replaceAll('s9', 's1') });
    const older = await refusal(ASK[name](servers.nodeClient, { ...session, caller: ALICE, uid: 'older' }));
    expect(older).toEqual(foreign);
  });

  test.each(NAMES)('%s asks for its right at both servers, as the caller', async (name) => {
    servers.authorizer.asked.length = 0;
    const alice = cliOf(servers, TOKENS.alice);
    await refusal(ASK[name](alice.client, alice.session));
    const asked = servers.authorizer.asked.map(({ caller, request }) => ({
      username: caller.username,
      verb: request.verb,
      subresource: request.subresource,
      name: request.name,
    }));
    const want = { username: ALICE.username, ...OPERATION_RIGHTS[name], name: 's1' };
    expect(asked).toEqual([want, want]);
    await alice.client.close();
  });

  test.each(NAMES)('%s with a caller named by anybody but the front end is refused', async (name) => {
    const alice = { ...bob.session, caller: ALICE };
    const asked = await refusal(ASK[name](bob.client, alice));
    expect(asked.kind).toBe('forbidden');
    const toNode = { ...alice, endpoint: { url: servers.nodeUrl, caPem: servers.caPem } };
    expect((await refusal(ASK[name](bob.client, toNode))).kind).toBe('unauthenticated');
  });

  const statusOfUpgrade = (base: string, token: string, change: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const command = { [COMMAND_HEADER]: encodeHeaderJson(INTERACTIVE, '') };
      const upgrade = { connection: 'Upgrade', upgrade: STREAM_PROTOCOL };
      const headers = { authorization: `Bearer ${token}`, ...CALLER, ...command, ...upgrade, ...change };
      const options = { method: 'POST', ca: servers.caPem, agent: false, headers } as const;
      const sent = httpsRequest(new URL(at('openExec', {}), base), options, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('upgrade', (_, socket) => {
        socket.destroy();
        resolve(101);
      });
      sent.on('error', reject);
      sent.end();
    });

  const target = { namespace: 'agents', name: 's1' };
  const CALLER = { [CALLER_HEADER]: encodeHeaderJson(ALICE, 'the caller') };
  const at = (operation: OperationName, parameters: Record<string, string | number>) =>
    operationPath({ operation, ...target, execId: 'ex_1' }, { uid: 'uid-agents-s1', ...parameters });
  const record = at('execRecord', { waitMs: 0 });
  test.each([
    { name: 'no caller', path: record, headers: {}, want: 400 },
    {
      name: 'a caller that is not base64url',
      path: record,
      headers: { [CALLER_HEADER]: '{"username":"x"}' },
      want: 400,
    },
    { name: 'a caller that is not JSON', path: record, headers: { [CALLER_HEADER]: 'aGk' }, want: 400 },
    {
      name: 'a caller with an unknown field',
      path: record,
      headers: { [CALLER_HEADER]: encodeHeaderJson({ username: 'a', admin: true }, '') },
      want: 400,
    },
    { name: 'two callers', path: record, headers: { [CALLER_HEADER]: [CALLER[CALLER_HEADER], 'e30'] }, want: 400 },
    { name: 'an unknown parameter', path: `${record}&shell=1`, headers: CALLER, want: 400 },
    { name: 'a parameter twice', path: `${record}&uid=x`, headers: CALLER, want: 400 },
    { name: 'a wait above the most', path: at('execRecord', { waitMs: 60_001 }), headers: CALLER, want: 400 },
    { name: 'a negative wait', path: at('execRecord', { waitMs: -1 }), headers: CALLER, want: 400 },
    {
      name: 'an unknown op',
      path: at('fileStat', { path: '.' }).replace('op=stat', 'op=chmod'),
      headers: CALLER,
      want: 404,
    },
    {
      name: 'a path of 5,000 characters',
      path: at('fileStat', { path: 'a'.repeat(5000) }),
      headers: CALLER,
      want: 400,
    },
    { name: 'a path that leads outside', path: at('fileStat', { path: '../x' }), headers: CALLER, want: 403 },
    { name: 'a log query that is none', path: at('logs', { query: '[' }), headers: CALLER, want: 400 },
    {
      name: 'an expression that RE2 refuses',
      path: at('logs', { query: '{"grep":"(?=x)"}' }),
      headers: CALLER,
      want: 400,
    },
    { name: 'a cursor that is none', path: at('logs', { query: '{"cursor":"x"}' }), headers: CALLER, want: 400 },
    { name: 'an id of 65 characters', path: record.replace('ex_1', 'a'.repeat(65)), headers: CALLER, want: 404 },
    { name: 'dots in the path', path: record.replace('/exec/', '/../s1/exec/'), headers: CALLER, want: 404 },
    {
      name: 'a page of no bytes',
      path: at('execOutput', { stream: 'stdout', offset: 0, limit: 0 }),
      headers: CALLER,
      want: 400,
    },
  ])('the node API refuses $name', async ({ path, headers, want }) => {
    const answer = await request(`${servers.nodeUrl}${path}`, {
      headers: { authorization: `Bearer ${TOKENS.frontend}`, ...headers },
      dispatcher: agent,
    });
    expect({ path, status: answer.statusCode, body: await answer.body.json() }).toMatchObject({
      status: want,
      body: { kind: expect.any(String) as string, message: expect.any(String) as string },
    });
  });

  test.each([
    { name: 'bytes that are no message', body: 'hello' },
    { name: 'a length above the limit', body: Buffer.from([0x91, 0xff, 0xff, 0xff, 0xff]) },
    { name: 'a message that belongs to a terminal', body: Buffer.from([1, 0, 0, 0, 1, 65]) },
    { name: 'a hash that is another', body: Buffer.concat([Buffer.from([0x92, 0, 0, 0, 2]), Buffer.from('{}')]) },
    { name: 'no end', body: Buffer.from([0x91, 0, 0, 0, 1, 65]) },
  ])('an upload with $name is refused and leaves nothing', async ({ body }) => {
    const answer = await request(`${servers.nodeUrl}${at('fileWrite', { path: 'x', maxBytes: 100 })}`, {
      method: ROUTES.fileWrite.method,
      headers: { authorization: `Bearer ${TOKENS.frontend}`, ...CALLER },
      body,
      dispatcher: agent,
    });
    expect(answer.statusCode).toBe(400);
    await answer.body.dump();
    const alice = cliOf(servers, TOKENS.alice);
    await expect(alice.client.fileStat(alice.session, 'x', never)).rejects.toMatchObject({ kind: 'path-not-found' });
    await alice.client.close();
  });

  test.each([
    { server: 'frontendUrl', token: 'nobody', want: 401 },
    { server: 'nodeUrl', token: 'nobody', want: 401 },
    { server: 'nodeUrl', token: TOKENS.stranger, want: 403 },
  ] as const)('an upgrade at the $server with the token $token is refused', async ({ server, token, want }) => {
    const asked = await statusOfUpgrade(servers[server], token, {});
    expect(asked).toBe(want);
  });

  test.each([
    { name: 'without an upgrade', headers: { connection: 'close', upgrade: '' } },
    { name: 'to another protocol', headers: { connection: 'Upgrade', upgrade: 'websocket' } },
  ])('an interactive command $name is refused as an ordinary answer', async ({ headers }) => {
    const status = await statusOfUpgrade(servers.nodeUrl, TOKENS.frontend, headers);
    expect(status).toBe(400);
  });
});
