// Fifty creates at once, with nothing between them and placement: exactly as many run as quota and room have.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionOf } from '../../../src/model/conditions.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { waitFor } from '../../support/wait-for.ts';
import { openPlacementRig, type PlacementRig } from './placement-rig.ts';

const SLOTS = 6;
const LIMITS = { perNode: SLOTS, perNamespace: 8, perOwner: 3, cpuRequest: '10m', memoryRequest: '16Mi' };
const { signal: never } = new AbortController();
let rig: PlacementRig;

beforeAll(async () => {
  rig = await openPlacementRig({ limits: LIMITS }, ['a', 'b']);
  await rig.startNode('a');
  await rig.startNode('b');
});
afterAll(() => rig[Symbol.asyncDispose]());

const reasonOf = ({ status }: McpSession): string => conditionOf(status.conditions, 'Ready')?.reason ?? '';
const count = (sessions: readonly McpSession[], reason: string): number =>
  sessions.filter((session) => reasonOf(session) === reason).length;

async function sessionsIn(namespaces: readonly string[]): Promise<readonly McpSession[]> {
  return (await Promise.all(namespaces.map((namespace) => rig.store.list(namespace, never)))).flat();
}

interface Wanted {
  readonly namespaces: readonly string[];
  readonly running: number;
}

/** Until each of the fifty has a place or has been told why not; nobody ever sees one more that runs. */
async function settled({ namespaces, running }: Wanted): Promise<readonly McpSession[]> {
  const all = await waitFor(
    `${running} of 50 to run`,
    async () => {
      const sessions = await sessionsIn(namespaces);
      expect(sessions.filter(({ status }) => status.assignment !== undefined).length).toBeLessThanOrEqual(running);
      return count(sessions, 'Running') === running && count(sessions, 'NoEligibleNode') === 50 - running
        ? sessions
        : null;
    },
    120_000,
  );
  const containers = (await rig.samples()).filter((sample) => sample.running);
  expect(containers).toHaveLength(running);
  for (const node of ['a', 'b'])
    expect(containers.filter((sample) => sample.node === rig.nodeName(node)).length).toBeLessThanOrEqual(SLOTS);
  return all;
}

const fifty = (create: (index: number) => Promise<void>): Promise<unknown> =>
  Promise.all(Array.from({ length: 50 }, (_, index) => create(index)));

async function clear(namespaces: readonly string[]): Promise<void> {
  for (const { meta } of await sessionsIn(namespaces)) await rig.store.delete(meta, never);
  await waitFor('nothing to be left', async () => (await sessionsIn(namespaces)).length === 0, 60_000);
}

test('S4.DEV.03: of fifty in one namespace eight run, the others say that they wait for their turn', async () => {
  const namespaces = [rig.namespace];
  await fifty((index) => rig.create(`s${index}`));
  const all = await settled({ namespaces, running: 8 });
  const waiting = all.filter((session) => reasonOf(session) === 'NoEligibleNode');
  for (const { status } of waiting)
    expect(conditionOf(status.conditions, 'Ready')?.message).toMatch(/queue; \[MCPS-411\] .*waits for its turn$/);
  const [first] = all.filter((session) => reasonOf(session) === 'Running');
  if (first !== undefined) await rig.store.delete(first.meta, never);
  await waitFor('the next one to run', async () => {
    const now = await sessionsIn(namespaces);
    return now.length === 49 && count(now, 'Running') === 8;
  });
  await clear(namespaces);
}, 240_000);

test('S4.DEV.03: of fifty of one owner in ten namespaces three run', async () => {
  const namespaces = await Promise.all(Array.from({ length: 10 }, () => rig.server.newNamespace()));
  // The floor lets nobody name another owner; this is who the test is.
  const owner = (await rig.server.kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'])).stdout;
  const annotations = { 'mcpsession.dev/owner': owner };
  await fifty((index) => rig.create(`s${index}`, {}, { namespace: namespaces[index % 10] ?? '', annotations }));
  await settled({ namespaces, running: 3 });
  await clear(namespaces);
}, 240_000);

test('of fifty in ten namespaces twelve run on two nodes with six slots each', async () => {
  const namespaces = await Promise.all(Array.from({ length: 10 }, () => rig.server.newNamespace()));
  await fifty((index) => rig.create(`s${index}`, {}, { namespace: namespaces[index % 10] ?? '' }));
  const all = await settled({ namespaces, running: 12 });
  const waiting = all.filter((session) => reasonOf(session) === 'NoEligibleNode');
  for (const { status } of waiting)
    expect(conditionOf(status.conditions, 'Ready')?.message).toMatch(
      /in the queue; no node can take the session: .* is full/,
    );
  await clear(namespaces);
}, 240_000);
