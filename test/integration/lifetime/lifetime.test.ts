// Lifetimes on a real API server and a real engine, with a controller that is killed and a node whose clock is set (security.md F24).

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { McpSession } from '../../../src/model/session.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type LifetimeRig, openLifetimeRig } from './killable-controller.ts';

const TWO_HOURS_MS = 2 * 3_600_000;
/** Of creation times, which the API server cuts off to the second. */
const CUT_MS = 1_000;
const LATE_MS = 10_000;
/** The skew bound of docs/lifetime.md. */
const SKEW_MS = 3_000;
const IDLE_SECONDS = 26;

let rig: LifetimeRig;
beforeAll(async () => {
  rig = await openLifetimeRig();
}, 120_000);
afterAll(() => rig[Symbol.asyncDispose]());

const deadlineOf = ({ meta, spec }: McpSession): number => meta.creationMs + (spec?.lifetime.ttlSeconds ?? 0) * 1000;

/** Resolves with how late the container ended, by the clock of this machine, which is that of the API server. */
async function lateness(session: McpSession): Promise<number> {
  const leftMs = deadlineOf(session) - Date.now();
  await waitFor('the end of the container', async () => !(await rig.runs(session)), leftMs + LATE_MS + 5_000);
  return Date.now() - deadlineOf(session);
}

function expectInTime(lateMs: number): void {
  expect(lateMs).toBeGreaterThan(-SKEW_MS);
  expect(lateMs).toBeLessThan(LATE_MS);
}

test('through an outage of the API server in which the controller is killed too, what is over ends in time and says so later, and what was renewed before, or as the first thing after, lives on', async () => {
  await rig.start();
  const renewed = await rig.create('renewed', { ttlSeconds: 30, idleTimeoutSeconds: 0 });
  await rig.create('ends', { ttlSeconds: 30, idleTimeoutSeconds: 0, ttlSecondsAfterFinished: 300 });
  await rig.create('stays', { ttlSeconds: 3600, idleTimeoutSeconds: 0 });
  const [ends, stays] = await Promise.all([rig.ready('ends'), rig.ready('stays'), rig.ready('renewed')]);
  const after = (seconds: number): number => renewed.meta.creationMs + seconds * 1000;
  const renew = (ttlSeconds: number) => {
    const body = JSON.stringify({ spec: { lifetime: { ttlSeconds } } });
    return rig.apiServer.kubectl(['patch', 'mcps', 'renewed', '-n', rig.namespace, '--type=merge', '-p', body]);
  };
  expect((await renew(55)).code).toBe(0);
  await waitFor('the new deadline on the disk', async () => (await rig.keptState()).includes(String(after(55))));
  await rig.apiServer.kill();
  await rig.kill();
  await rig.start();
  expectInTime(await lateness(ends));
  await waitFor('the old deadline to be over for longer than anybody waits', () => Date.now() > after(36), 60_000);
  expect(rig.isAlive()).toBe(true);
  for (const session of [stays, renewed]) expect(await rig.runs(session)).toBe(true);

  await rig.apiServer.start();
  await waitFor('the renewal', async () => (await renew(3600)).code === 0, 30_000);
  expect(Date.now()).toBeLessThan(after(55));
  await waitFor(
    'the word of the end',
    async () => (await rig.reason('ends').catch(() => '')) === 'SessionExpired',
    60_000,
  );
  expect((await rig.read('ends'))?.status.finishedAt).toBeDefined();
  await waitFor(
    'the new deadline to be shown',
    async () => {
      const granted = (await rig.read('renewed').catch(() => null))?.status.grantedExpiry;
      return granted !== undefined && Date.parse(granted) === after(3600);
    },
    40_000,
  );
  await waitFor('the second deadline to pass', () => Date.now() > after(55) + LATE_MS + 1_000, 60_000);
  for (const session of [stays, renewed]) expect(await rig.runs(session)).toBe(true);
  for (const name of ['stays', 'renewed']) await rig.ready(name);
}, 240_000);

test('the idle time goes on while the controller is away, and in the next one', async () => {
  const created = await rig.create('idle', { ttlSeconds: 3600, idleTimeoutSeconds: IDLE_SECONDS });
  await rig.ready('idle');
  const readyAtMs = Date.now();
  await rig.kill();
  await waitFor('half of the idle time to pass', () => Date.now() > readyAtMs + (IDLE_SECONDS / 2) * 1000);
  await rig.start();
  await waitFor('the end of the container', async () => !(await rig.runs(created)), 60_000);
  const idleMs = Date.now() - readyAtMs;
  expect(idleMs).toBeGreaterThan(IDLE_SECONDS * 1000 - SKEW_MS - CUT_MS);
  expect(idleMs).toBeLessThan(IDLE_SECONDS * 1000 + LATE_MS);
  await waitFor('the word of its end', async () => (await rig.reason('idle')) === 'SessionExpired', 30_000);
}, 120_000);

test.each([TWO_HOURS_MS, -TWO_HOURS_MS])(
  'a clock of the node that is off by %i ms, and set the other way during the run and before the next, moves no deadline',
  async (offsetMs) => {
    const name = offsetMs > 0 ? 'ahead' : 'behind';
    await rig.kill();
    await rig.start(offsetMs);
    const lives = await rig.create(`${name}-lives`, { ttlSeconds: 3600, idleTimeoutSeconds: 300 });
    const ends = await rig.create(`${name}-ends`, { ttlSeconds: 30, idleTimeoutSeconds: 0 });
    await Promise.all([rig.ready(`${name}-lives`), rig.ready(`${name}-ends`)]);
    rig.setClock(-offsetMs);
    const startedAt = Date.parse((await rig.read(`${name}-lives`))?.status.conditions?.[0]?.lastTransitionTime ?? '');
    expect(Math.abs(startedAt - Date.now())).toBeLessThan(60_000); // people see the API server's time
    await rig.kill();
    await rig.start(-offsetMs);
    const lateMs = await lateness(ends);
    expect(lateMs).toBeGreaterThan(-SKEW_MS - CUT_MS);
    expect(lateMs).toBeLessThan(LATE_MS);
    await waitFor('the word of its end', async () => (await rig.reason(`${name}-ends`)) === 'SessionExpired', 30_000);
    expect(await rig.runs(lives)).toBe(true);
    expect(await rig.reason(`${name}-lives`)).toBe('Running');
  },
  120_000,
);
