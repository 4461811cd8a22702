// MCP from pods of the cluster, through the Service, each with the token of its own ServiceAccount.

import { afterAll, beforeAll, expect, test } from 'vitest';

import { waitFor } from '../../../hack/cluster/wait-for.ts';
import { SESSION_IMAGE } from '../../../hack/session-image.ts';
import { kubectl } from '../support/cluster-command.ts';
import { type AgentPod, ask, askOnce, startAgent } from './support/agent-pod.ts';
import { ensureInstalled } from './support/helm.ts';
import { containerOf, makeNamespace, removeNamespace, runningContainers, valueOf } from './support/sessions.ts';

const ALICE: AgentPod = { namespace: 'ct-team-a', name: 'alice' };
const CAROL: AgentPod = { namespace: 'ct-team-a', name: 'carol' };
const BOB: AgentPod = { namespace: 'ct-team-b', name: 'bob' };
const NAMESPACES = [ALICE.namespace, BOB.namespace];

beforeAll(async () => {
  await ensureInstalled();
  for (const namespace of NAMESPACES) await makeNamespace(namespace);
  await Promise.all([ALICE, BOB, CAROL].map(startAgent));
});
afterAll(async () => {
  for (const namespace of NAMESPACES) await removeNamespace(namespace);
});

test('an agent in a pod creates a session, runs commands in it and sees it in its list', async () => {
  const [created, ran, failed, listed] = await ask(
    ALICE,
    { tool: 'session_create', args: { name: 'work', image: SESSION_IMAGE, wait_seconds: 120 } },
    { tool: 'session_exec', args: { session: 'work', command: 'echo hello from $(id -u)' } },
    { tool: 'session_exec', args: { session: 'work', command: 'exit 3' } },
    { tool: 'session_list', args: {} },
  );
  expect(created?.text).toContain('work');
  expect(created?.structured).toMatchObject({ session: 'work', namespace: ALICE.namespace, state: 'Running' });
  expect(ran?.structured).toMatchObject({ stdout: 'hello from 1001\n', exit_code: 0 });
  expect(failed).toMatchObject({ isError: false, structured: { exit_code: 3 } });
  expect(listed?.structured).toMatchObject({ sessions: [{ session: 'work', state: 'Running' }] });
  const owner = await valueOf(ALICE.namespace, 'work', '.metadata.annotations.mcpsession\\.dev/owner');
  expect(owner).toBe(`system:serviceaccount:${ALICE.namespace}:${ALICE.name}`);
});

test('an unsafe session is refused by the same rules, with the fix', async () => {
  const refused = await askOnce(ALICE, 'session_create', { image: SESSION_IMAGE, ttl_seconds: 999_999 });
  expect(refused.isError).toBe(true);
  expect(refused.text).toContain('[POLICY_DENIED]');
  expect(refused.text).toContain('MCPS-401');
});

test('an agent of another namespace sees nothing of it, and is told no more when it guesses', async () => {
  const [listed, guessed, theirs] = await ask(
    BOB,
    { tool: 'session_list', args: {} },
    { tool: 'session_exec', args: { session: 'work', command: 'id' } },
    { tool: 'session_exec', args: { session: 'work', ns: ALICE.namespace, command: 'id' } },
  );
  expect(listed?.structured).toMatchObject({ sessions: [] });
  expect(guessed?.text).toContain('[SESSION_NOT_FOUND]');
  expect(theirs?.text).toContain('[FORBIDDEN]');
  for (const result of [guessed, theirs]) expect(result?.isError).toBe(true);
});

test('another agent of the same namespace, with the same rights, can neither see it nor use it nor end it', async () => {
  const [listed, ran, ended] = await ask(
    CAROL,
    { tool: 'session_list', args: {} },
    { tool: 'session_exec', args: { session: 'work', command: 'id' } },
    { tool: 'session_delete', args: { session: 'work' } },
  );
  expect(listed?.structured).toMatchObject({ sessions: [] });
  expect(ran?.isError).toBe(true);
  expect(ran?.text).toContain('[SESSION_NOT_FOUND]');
  expect(ended?.structured).toMatchObject({ already_gone: true }); // as for one that is not there
  expect(await valueOf(ALICE.namespace, 'work', '.status.conditions[?(@.type=="Ready")].status')).toBe('True');
});

test('the agent deletes its session, and the container goes', async () => {
  const container = await containerOf(ALICE.namespace, 'work');
  expect(await runningContainers()).toContain(container);
  expect((await askOnce(ALICE, 'session_delete', { session: 'work' })).isError).toBe(false);
  await waitFor({
    what: 'the session and its container to go',
    withinMs: 60_000,
    isTrue: async () =>
      (await kubectl('get', 'mcps', '-n', ALICE.namespace, '-o', 'name')) === '' &&
      !(await runningContainers()).includes(container),
  });
});
