// A container that somebody alters behind our back: reported, or replaced, as failurePolicy says.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawDocker } from '../../support/docker.ts';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

let up: RunningUp;

beforeAll(async () => {
  up = await startUp();
});
afterAll(async () => {
  await up.stop();
  await rm(up.stateDir, { recursive: true, force: true });
});

async function aRunningSession(name: string, failurePolicy: 'Retain' | 'Recreate') {
  const manifest = `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}}\nspec: {image: "mcps.local/busybox:1", failurePolicy: ${failurePolicy}}\n`;
  await up.kubectl(['apply', '-f', '-'], manifest);
  await up.kubectl(['wait', '--for=condition=Ready', `mcps/${name}`, '--timeout=30s']);
  const found = (await up.containers()).find(({ session }) => session === name);
  return rawDocker().getContainer(found?.id ?? '');
}

interface Seen {
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
  readonly finished: string;
  readonly restarts: string;
}

async function seen(name: string): Promise<Seen> {
  const path =
    '{.status.conditions[?(@.type=="Ready")].status}|{.status.conditions[?(@.type=="Ready")].reason}|{.status.conditions[?(@.type=="Ready")].message}|{.status.conditions[?(@.type=="Finished")].status}|{.status.restartCount}';
  const { stdout } = await up.kubectl(['get', 'mcps', name, '-o', `jsonpath=${path}`]);
  const [ready = '', reason = '', message = '', finished = '', restarts = ''] = stdout.split('|');
  return { ready, reason, message, finished, restarts };
}

const until = (name: string, holds: (state: Seen) => boolean) =>
  waitFor(`session ${name}`, async () => {
    const state = await seen(name);
    return holds(state) ? state : null;
  });

test('paused: reported with what to do, and Ready again after unpause', async () => {
  const container = await aRunningSession('paused', 'Retain');
  await container.pause();
  const state = await until('paused', ({ reason }) => reason === 'ContainerLost');
  expect(state).toMatchObject({ ready: 'False', finished: 'False' });
  expect(state.message).toContain('was paused outside the operator; unpause it on the node, or delete the session');
  await container.unpause();
  expect(await until('paused', ({ ready }) => ready === 'True')).toMatchObject({ reason: 'Running' });
});

test('killed, under Retain: the session ends with the exit code', async () => {
  const container = await aRunningSession('killed', 'Retain');
  await container.kill();
  const state = await until('killed', ({ finished }) => finished === 'True');
  expect(state).toMatchObject({ ready: 'False', reason: 'Exited' });
  expect(state.message).toContain('exit code 137');
});

test('S4.PRD.08: removed, under Retain: the session is lost', async () => {
  const container = await aRunningSession('removed', 'Retain');
  await container.remove({ force: true });
  // The engine reports the kill before the removal: either word is true of what happened.
  const state = await until('removed', ({ finished }) => finished === 'True');
  expect(['ContainerLost', 'Exited']).toContain(state.reason);
});

test('removed, under Recreate: a new container takes its place', async () => {
  const container = await aRunningSession('again', 'Recreate');
  await container.remove({ force: true });
  await until('again', ({ ready, restarts }) => ready === 'True' && restarts === '1');
  const own = (await up.containers()).filter(({ session }) => session === 'again');
  expect(own.map(({ state }) => state)).toEqual(['running']);
  expect(own[0]?.id).not.toBe(container.id);
});

test('suspended and resumed by the spec', async () => {
  await aRunningSession('rests', 'Retain');
  const mode = (value: string) =>
    up.kubectl(['patch', 'mcps', 'rests', '--type=merge', '-p', `{"spec":{"operatingMode":"${value}"}}`]);
  await mode('Suspended');
  await until('rests', ({ reason }) => reason === 'Suspended');
  await waitFor('the container to go', async () => !(await up.containers()).some(({ session }) => session === 'rests'));
  await mode('Running');
  await until('rests', ({ ready }) => ready === 'True');
});

test('S4.DEV.02: a session that lives for seconds ends by itself and is removed from the cluster', async () => {
  const manifest =
    'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: brief}\nspec: {image: "mcps.local/busybox:1", lifetime: {ttlSeconds: 3, ttlSecondsAfterFinished: 5}}\n';
  await up.kubectl(['apply', '-f', '-'], manifest);
  await until('brief', ({ reason }) => reason === 'SessionExpired');
  await waitFor('the session to be deleted', async () => (await up.kubectl(['get', 'mcps', 'brief'])).code !== 0);
  expect((await up.containers()).filter(({ session }) => session === 'brief')).toEqual([]);
});

test('an image that nobody has says so', async () => {
  const manifest =
    'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: nowhere}\nspec: {image: "mcps.local/no-such-image:1"}\n';
  await up.kubectl(['apply', '-f', '-'], manifest);
  const state = await until('nowhere', ({ reason }) => reason === 'ImagePullFailed');
  expect(state.message).toContain('mcps.local/no-such-image');
  expect((await up.kubectl(['delete', 'mcps', 'nowhere', '--timeout=20s'])).code).toBe(0);
});

test('a main program that ends finishes the session with its exit code', async () => {
  const manifest =
    'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: job}\nspec: {image: "mcps.local/busybox:1", command: [sh, -c, "exit 7"]}\n';
  await up.kubectl(['apply', '-f', '-'], manifest);
  const state = await until('job', ({ finished }) => finished === 'True');
  expect(state).toMatchObject({ reason: 'Exited' });
  expect((await up.kubectl(['get', 'mcps', 'job', '-o', 'jsonpath={.status.exitCode}'])).stdout).toBe('7');
});
