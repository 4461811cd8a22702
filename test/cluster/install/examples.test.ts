// The examples on a cluster: each does what its header says.

import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { run } from '../../../hack/cluster/run.ts';
import { kubectl } from '../support/cluster-command.ts';
import { ensureInstalled } from './support/helm.ts';
import {
  containerOf,
  makeNamespace,
  NODES,
  PATIENCE,
  removeNamespace,
  runningContainers,
  untilReady,
  valueOf,
} from './support/sessions.ts';

const NAMESPACE = 'ct-examples';
const EXAMPLES = join(import.meta.dirname, '../../../examples');
const value = (name: string, path: string): Promise<string> => valueOf(NAMESPACE, name, path);
const control = (name: string, id: string): Promise<string> =>
  value(name, `.status.isolation.controls[?(@.id=="${id}")].got`);
const readyReason = (reason: string): string =>
  `--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${reason}`;

const FILES = [
  '01-hello',
  '02-command',
  '03-limits',
  '04-readonly-host-data',
  '05-recreate',
  '06-suspend',
  '07-isolated',
  '08-disk',
];

beforeAll(async () => {
  await ensureInstalled();
  await makeNamespace(NAMESPACE);
  for (const file of FILES) await kubectl('apply', '-n', NAMESPACE, '-f', join(EXAMPLES, `${file}.yaml`));
});
afterAll(() => removeNamespace(NAMESPACE));

test('the hello session gets ready, with the proof that its container is what was asked for', async () => {
  await untilReady(NAMESPACE, 'hello');
  expect(await value('hello', '.status.conditions[?(@.type=="IsolationVerified")].status')).toBe('True');
  expect(await value('hello', '.status.isolation.controls[?(@.ok==false)].id')).toBe('');
  expect(await runningContainers()).toContain(await containerOf(NAMESPACE, 'hello'));
});

test('the session with limits has each of them', async () => {
  await untilReady(NAMESPACE, 'limits');
  expect(await control('limits', 'cpu')).toBe('0.5 cores, 256 shares');
  expect(await control('limits', 'memory')).toBe('256Mi, with swap 256Mi');
  expect(await control('limits', 'pids')).toBe('32');
});

test('the isolated session is alone on its network', async () => {
  await untilReady(NAMESPACE, 'isolated');
  expect(await control('isolated', 'ownNetwork')).toContain('alone');
});

test('a container that is removed by hand comes again where the session asks for that', async () => {
  await untilReady(NAMESPACE, 'recreate');
  const before = await containerOf(NAMESPACE, 'recreate');
  const where = await value('recreate', '.status.assignment.nodeName');
  const engine = NODES.find(({ name }) => name === where)?.dockerSocket ?? '';
  await run('docker', '--host', `unix://${engine}`, 'rm', '--force', before);
  await kubectl('wait', '-n', NAMESPACE, 'mcps/recreate', '--for=jsonpath={.status.restartCount}=1', PATIENCE);
  await untilReady(NAMESPACE, 'recreate');
  expect(await containerOf(NAMESPACE, 'recreate')).not.toBe(before);
});

test('a suspended session has no container, gets one when it is resumed, and loses it again', async () => {
  const suspended = (): Promise<string> =>
    kubectl('wait', '-n', NAMESPACE, 'mcps/suspend', readyReason('Suspended'), PATIENCE);
  const setMode = (mode: string): Promise<string> =>
    kubectl('patch', '-n', NAMESPACE, 'mcps/suspend', '--type=merge', '-p', `{"spec":{"operatingMode":"${mode}"}}`);
  await suspended();
  expect(await containerOf(NAMESPACE, 'suspend')).toBe('');
  await setMode('Running');
  await untilReady(NAMESPACE, 'suspend');
  const container = await containerOf(NAMESPACE, 'suspend');
  expect(await runningContainers()).toContain(container);
  await setMode('Suspended');
  await suspended();
});

test('a session that wants a directory of the node is told that it is not there', async () => {
  const rejected = ['mcps/readonly-host-data', readyReason('PolicyRejected'), PATIENCE];
  await kubectl('wait', '-n', NAMESPACE, ...rejected);
  const message = await value('readonly-host-data', '.status.conditions[?(@.type=="Ready")].message');
  expect(message).toContain('[MCPS-211]');
  expect(message).toContain('/srv/data');
});

test('a session on disk waits on nodes that enforce no quota, and says so', async () => {
  await kubectl('wait', '-n', NAMESPACE, 'mcps/disk', readyReason('NoEligibleNode'), PATIENCE);
  expect(await value('disk', '.status.conditions[?(@.type=="Ready")].message')).toContain('quota');
});

test('the command ends by itself, with its exit code, and the session is finished', async () => {
  await kubectl('wait', '-n', NAMESPACE, 'mcps/command', '--for=condition=Finished', PATIENCE);
  expect(await value('command', '.status.exitCode')).toBe('0');
  expect(await value('command', '.status.conditions[?(@.type=="Finished")].reason')).toBe('Exited');
});
