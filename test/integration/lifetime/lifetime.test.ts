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

test('with the API server away and the controller killed meanwhile, a session ends in time, is reported as expired, and others live on', async () => {
  await rig.start();
  await rig.create('ends', { ttlSeconds: 35, idleTimeoutSeconds: 0, ttlSecondsAfterFinished: 300 });
  await rig.create('stays', { ttlSeconds: 3600, idleTimeoutSeconds: 0 });
  const [ends, stays] = await Promise.all([rig.ready('ends'), rig.ready('stays')]);
  await rig.apiServer.kill();
  await rig.kill();
  await rig.start();
  expectInTime(await lateness(ends));
  expect(rig.isAlive()).toBe(true);
  expect(await rig.runs(stays)).toBe(true);

  await rig.apiServer.start();
  await waitFor(
    'the word of its end',
    async () => (await rig.reason('ends').catch(() => '')) === 'SessionExpired',
    60_000,
  );
  expect((await rig.read('ends'))?.status.finishedAt).toBeDefined();
  expect(await rig.runs(stays)).toBe(true);
  await rig.ready('stays');
}, 180_000);

test('a lifetime that was made longer before the outage is kept, one that is made longer as the first thing after it too', async () => {
  const created = await rig.create('renewed', { ttlSeconds: 30, idleTimeoutSeconds: 0 });
  await rig.ready('renewed');
  const patch = async (ttlSeconds: number) => {
    const body = JSON.stringify({ spec: { lifetime: { ttlSeconds } } });
    return rig.apiServer.kubectl(['patch', 'mcps', 'renewed', '-n', rig.namespace, '--type=merge', '-p', body]);
  };
  expect((await patch(50)).code).toBe(0);
  await waitFor('the new deadline on the disk', async () =>
    (await rig.keptState()).includes(String(created.meta.creationMs + 50_000)),
  );
  await rig.apiServer.kill();
  await rig.kill();
  await rig.start();
  const untilMs = created.meta.creationMs + 36_000;
  await waitFor('the old deadline to pass', () => Date.now() > untilMs, 60_000);
  expect(await rig.runs(created)).toBe(true);

  await rig.apiServer.start();
  await waitFor('the renewal', async () => (await patch(3600)).code === 0, 30_000);
  expect(Date.now()).toBeLessThan(created.meta.creationMs + 50_000);
  await waitFor(
    'the new deadline to be shown',
    async () => {
      const granted = (await rig.read('renewed').catch(() => null))?.status.grantedExpiry;
      return granted !== undefined && Date.parse(granted) === created.meta.creationMs + 3_600_000;
    },
    40_000,
  );
  const passedMs = created.meta.creationMs + 62_000;
  await waitFor('the second deadline to pass', () => Date.now() > passedMs, 60_000);
  expect(await rig.runs(created)).toBe(true);
}, 180_000);

test('the idle time goes on while the controller is away, and in the next one', async () => {
  const created = await rig.create('idle', { ttlSeconds: 3600, idleTimeoutSeconds: 40 });
  await rig.ready('idle');
  const readyAtMs = Date.now();
  await rig.kill();
  await waitFor('half of the idle time to pass', () => Date.now() > readyAtMs + 20_000);
  await rig.start();
  await waitFor('the end of the container', async () => !(await rig.runs(created)), 60_000);
  const idleMs = Date.now() - readyAtMs;
  expect(idleMs).toBeGreaterThan(40_000 - SKEW_MS - CUT_MS);
  expect(idleMs).toBeLessThan(40_000 + LATE_MS);
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
