// The command line and MCP over stdio from this machine, which knows no name of the cluster: everything that they do in a session goes by a
// tunnel of their own to a front end's pod.

import { createHash, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { KubeConfig } from '@kubernetes/client-node';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';

import { KUBECONFIG } from '../../../hack/cluster/layout.ts';
import { SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { apply, kubectl } from '../support/cluster-command.ts';
import { MAIN, mcpsession, type Ran } from './support/from-outside.ts';
import { ensureInstalled } from './support/helm.ts';
import { endPod, killPod, podsOf, untilReplaced } from './support/pods.ts';
import { makeNamespace, removeNamespace, sessionObject, untilReady } from './support/sessions.ts';

const NAMESPACE = 'ct-outside';
const PERSON = 'person';
const SESSION = 'hello';
const FRONTEND_HOST = `mcpsession-frontend.${SYSTEM_NAMESPACE}.svc`;

let directory: string;
const admin = { kubeconfig: KUBECONFIG };
const at = (name: string): string => join(directory, name);
const exec = (...args: readonly string[]): Promise<Ran> => mcpsession(admin, 'exec', '-n', NAMESPACE, ...args);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mcpsession-outside-'));
  await ensureInstalled();
  await makeNamespace(NAMESPACE);
  const command = ['sh', '-c', 'echo from the main command; sleep 3600'];
  await apply(sessionObject({ namespace: NAMESPACE, name: SESSION }, { command }));
  await untilReady(NAMESPACE, SESSION);
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await removeNamespace(NAMESPACE);
});

test('this machine does not know the name of the Service', async () => {
  await expect(lookup(FRONTEND_HOST)).rejects.toThrow();
});

test('where the account of the clients is missing, the commands that make it are told, and they work', async () => {
  const { code, stderr } = await exec(SESSION, '--', 'id');
  expect(code).toBe(125);
  expect(stderr).toContain(`error: no ServiceAccount "mcpsession-client" in namespace "${NAMESPACE}"`);
  const commands = [...stderr.matchAll(/^ {2}kubectl (.+)$/gm)].map(([, line = '']) => line);
  expect(commands).toHaveLength(3);
  for (const line of commands) await kubectl(...line.split(' '));
  expect(await exec(SESSION, '--', 'id', '-u')).toMatchObject({ code: 0, stdout: Buffer.from('1001\n'), stderr: '' });
});

test('the example gives the account the same, and `mcpsession exec hello -- id` works', async () => {
  for (const object of await exampleIn('client')) await apply(object);
  const { code, stdout } = await exec(SESSION, '--', 'id');
  expect({ code, text: stdout.toString() }).toEqual({ code: 0, text: expect.stringMatching(/^uid=1001/) as string });
});

test('a command gets its input and gives its exit code', async () => {
  const ran = await mcpsession(
    { ...admin, input: 'words of mine\n' },
    'exec',
    ...['-n', NAMESPACE, '-i', SESSION, '--', 'sh', '-c', 'cat; exit 3'],
  );
  expect(ran).toMatchObject({ code: 3, stdout: Buffer.from('words of mine\n'), stderr: '' });
});

test('megabytes of output arrive whole', async () => {
  const { code, stdout } = await exec(
    SESSION,
    '--',
    'sh',
    '-c',
    'head -c 8000000 /dev/urandom | tee f | cat; sha256sum f >&2',
  );
  expect(code).toBe(0);
  expect(stdout).toHaveLength(8_000_000);
  const there = await exec(SESSION, '--', 'sha256sum', 'f');
  expect(there.stdout.toString()).toContain(sha256(stdout));
});

test('files go both ways', async () => {
  const bytes = randomBytes(3_000_000);
  await writeFile(at('up'), bytes);
  expect(await mcpsession(admin, 'cp', '-n', NAMESPACE, at('up'), `${SESSION}:there`)).toMatchObject({ code: 0 });
  expect(await mcpsession(admin, 'cp', '-n', NAMESPACE, `${SESSION}:there`, at('down'))).toMatchObject({ code: 0 });
  expect(sha256(await readFile(at('down')))).toBe(sha256(bytes));
});

test('lines of the main command are shown', async () => {
  const { code, stdout } = await mcpsession(admin, 'logs', '-n', NAMESPACE, SESSION);
  expect({ code, text: stdout.toString() }).toEqual({ code: 0, text: 'from the main command\n' });
});

test('MCP over stdio needs a kubeconfig and nothing else, and outlives a front end that is gone', async () => {
  const args = [MAIN, 'mcp', '--kubeconfig', KUBECONFIG, '-n', NAMESPACE];
  const client = new Client({ name: 'outside', version: '0.0.0' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
  try {
    const call = async (name: string, args: Record<string, unknown>): Promise<unknown> => {
      const result = await client.callTool({ name, arguments: args }, undefined, { timeout: 120_000 });
      return result.isError === true ? result.content : result.structuredContent;
    };
    expect(await call('session_list', {})).toMatchObject({ sessions: [{ session: SESSION, state: 'Running' }] });
    const echo = { session: SESSION, command: 'echo hello; exit 4' };
    expect(await call('session_exec', echo)).toMatchObject({ stdout: 'hello\n', exit_code: 4 });
    await replaceFrontend();
    expect(await call('session_exec', echo)).toMatchObject({ stdout: 'hello\n', exit_code: 4 });
  } finally {
    await client.close();
  }
});

test('a front end that is replaced between two commands does not matter, nor does one whose pod is not ready yet', async () => {
  const before = await podsOf('frontend');
  for (const name of before) await killPod(name);
  expect(await exec(SESSION, '--', 'echo', 'at once')).toMatchObject({ code: 0, stdout: Buffer.from('at once\n') });
  await untilReplaced('frontend', before.length, before);
  expect(await exec(SESSION, '--', 'echo', 'after')).toMatchObject({ code: 0, stdout: Buffer.from('after\n') });
});

test('whoever may not use the way is told which right is missing, and the Role of the example is enough', async () => {
  const person = { kubeconfig: await kubeconfigOf(PERSON) };
  const run = () => mcpsession(person, 'exec', '-n', NAMESPACE, SESSION, '--', 'id', '-u');
  const refused = await run();
  expect(refused.code).toBe(125);
  expect(refused.stderr).toContain(`error: no right to get services in namespace "${SYSTEM_NAMESPACE}"`);
  expect(refused.stderr).toContain('get services, list pods, get and create pods/portforward in that namespace');
  const [role, binding] = await exampleIn('from-outside');
  try {
    await apply(role ?? {});
    await apply({ ...binding, subjects: [{ kind: 'ServiceAccount', name: PERSON, namespace: NAMESPACE }] });
    expect(await run()).toMatchObject({ code: 0, stdout: Buffer.from('1001\n'), stderr: '' });
  } finally {
    const what = ['role,rolebinding', 'mcpsession-from-outside'];
    await kubectl('delete', ...what, '-n', SYSTEM_NAMESPACE, '--ignore-not-found');
  }
});

/** As a rollout does. Until the next one is Ready. */
async function replaceFrontend(): Promise<void> {
  const before = await podsOf('frontend');
  for (const name of before) await endPod(name);
  await untilReplaced('frontend', before.length, before);
}

/** The objects of examples/rbac/NAME.yaml, for the namespace of this file instead of "default". */
async function exampleIn(name: string): Promise<readonly object[]> {
  const text = await readFile(join(import.meta.dirname, '../../../examples/rbac', `${name}.yaml`), 'utf8');
  return text
    .replaceAll('namespace: default', `namespace: ${NAMESPACE}`)
    .split(/^---$/m)
    .map((document) => parse(document) as object); // our own file
}

/** Of somebody who may make sessions in the namespace, and tokens for its clients, and has no other right. */
async function kubeconfigOf(account: string): Promise<string> {
  const subject = `--serviceaccount=${NAMESPACE}:${account}`;
  await kubectl('create', 'serviceaccount', account, '-n', NAMESPACE);
  await kubectl('create', 'rolebinding', `${account}-edit`, '-n', NAMESPACE, '--clusterrole=mcpsession-edit', subject);
  await kubectl('create', 'role', 'tokens', '-n', NAMESPACE, '--verb=create', '--resource=serviceaccounts/token');
  await kubectl('create', 'rolebinding', `${account}-tokens`, '-n', NAMESPACE, '--role=tokens', subject);
  const token = await kubectl('create', 'token', account, '-n', NAMESPACE);
  const theirs = new KubeConfig();
  theirs.loadFromFile(KUBECONFIG);
  const cluster = theirs.getCurrentCluster();
  if (cluster === null) throw new Error(`${KUBECONFIG} names no cluster`);
  theirs.loadFromClusterAndUser(cluster, { name: account, token });
  await writeFile(at(account), theirs.exportConfig());
  return at(account);
}
