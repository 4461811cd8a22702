// `helm uninstall` leaves the sessions and their containers, and nothing that could stand in the way of anybody; a new release goes on.

import { afterAll, beforeAll, expect, test } from 'vitest';

import { SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { apply, kubectl } from '../support/cluster-command.ts';
import { ensureInstalled, install, uninstall } from './support/helm.ts';
import {
  containerOf,
  makeNamespace,
  PATIENCE,
  removeNamespace,
  runningContainers,
  sessionObject,
  untilReady,
  valueOf,
} from './support/sessions.ts';

const NAMESPACE = 'ct-uninstall';
let before: { readonly containers: readonly string[]; readonly container: string; readonly sessions: string };

const list = (): Promise<string> => kubectl('get', 'mcps', '-A', '-o', 'name');
const reasonOf = (name: string): Promise<string> =>
  valueOf(NAMESPACE, name, '.status.conditions[?(@.type=="Ready")].reason');

beforeAll(async () => {
  await ensureInstalled();
  await makeNamespace(NAMESPACE);
  await apply(sessionObject({ namespace: NAMESPACE, name: 'stays' }));
  await untilReady(NAMESPACE, 'stays');
  const container = await containerOf(NAMESPACE, 'stays');
  before = { containers: await runningContainers(), container, sessions: await list() };
  await uninstall();
});
afterAll(() => removeNamespace(NAMESPACE));

test('helm uninstall leaves no webhook, no policy of admission, no pod and no right', async () => {
  await kubectl('wait', 'pod', '-n', SYSTEM_NAMESPACE, '--all', '--for=delete', PATIENCE);
  const kinds = [
    'validatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'clusterroles',
    'clusterrolebindings',
  ];
  const left = await kubectl('get', kinds.join(','), '-l', 'app.kubernetes.io/name=mcp-session-operator', '-o', 'name');
  expect(left).toBe('');
  expect(await kubectl('get', 'all,networkpolicies,poddisruptionbudgets', '-n', SYSTEM_NAMESPACE, '-o', 'name')).toBe(
    '',
  );
});

test('the sessions stay listed, and their containers run on', async () => {
  expect(await list()).toBe(before.sessions);
  expect(await runningContainers()).toEqual(before.containers);
  expect(before.containers).toContain(before.container);
});

test('a new release goes on with the same containers, and never starts what was let in while nobody judged', async () => {
  await apply(sessionObject({ namespace: NAMESPACE, name: 'unjudged' }, { security: { privileged: true } }));
  await install();
  const rejected = '--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=PolicyRejected';
  await kubectl('wait', '-n', NAMESPACE, 'mcps/unjudged', rejected, PATIENCE);
  await untilReady(NAMESPACE, 'stays');
  expect(await containerOf(NAMESPACE, 'stays')).toBe(before.container);
  expect(await runningContainers()).toEqual(before.containers);
  expect(await reasonOf('unjudged')).toBe('PolicyRejected');
});

test('after the new release sessions are created, refused and deleted as before', async () => {
  await apply(sessionObject({ namespace: NAMESPACE, name: 'new' }));
  await untilReady(NAMESPACE, 'new');
  const unsafe = sessionObject({ namespace: NAMESPACE, name: 'unsafe' }, { security: { privileged: true } });
  await expect(apply(unsafe)).rejects.toThrow('MCPS-101');
  await kubectl('delete', '-n', NAMESPACE, 'mcps/stays', PATIENCE);
  expect(await runningContainers()).not.toContain(before.container);
});
