// A node that is cut off: its sessions are told, those that can move do, and what it still runs goes before it takes anything new.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/wait-for.ts';
import { openPlacementRig, type PlacementRig, type RunningNode, type Sample } from './placement-rig.ts';

const LIMITS = { perNode: 10, perNamespace: 50, perOwner: 50, cpuRequest: '10m', memoryRequest: '16Mi' };
const LOOK_EVERY_MS = 500;
let rig: PlacementRig;
let a: RunningNode;

/** Every half second what runs, and what the API server calls the current generation then. */
interface Observer {
  readonly violations: readonly string[];
  readonly history: readonly (readonly Sample[])[];
  stop(): Promise<void>;
}

beforeAll(async () => {
  rig = await openPlacementRig({ limits: LIMITS }, ['a', 'b']);
  a = await rig.startNode('a');
});
afterAll(() => rig[Symbol.asyncDispose]());

const on = (name: string) => ({ nodeSelector: { 'kubernetes.io/hostname': rig.nodeName(name) } });
const seconds = (sinceMs: number): number => Math.round((performance.now() - sinceMs) / 100) / 10;

function observe(names: readonly string[]): Observer {
  const violations: string[] = [];
  const history: (readonly Sample[])[] = [];
  const end = new AbortController();
  const look = async (): Promise<void> => {
    const samples = await rig.samples();
    history.push(samples);
    for (const name of names) {
      const current = (await rig.get(name)).status.assignment?.instanceGeneration;
      const running = samples.filter((sample) => sample.session === name && sample.running);
      if (running.filter(({ generation }) => generation === current).length > 1)
        violations.push(`two of ${name} in generation ${current}`);
    }
  };
  const watching = (async () => {
    while (!end.signal.aborted) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  })();
  watching.catch(() => {}); // told by stop()
  return {
    violations,
    history,
    async stop() {
      end.abort();
      await watching;
    },
  };
}

async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await rig.server.kubectl([...args]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

const isThere = async (name: string): Promise<boolean> =>
  (await rig.store.read({ namespace: rig.namespace, name }, AbortSignal.timeout(5_000))) !== null;

test('a silent node: NodeLost within 60 s, Recreate elsewhere within 120 s, Retain back with the node, and the stale copies gone before new work', async () => {
  await rig.create('kept');
  await rig.create('moved', { failurePolicy: 'Recreate' });
  await rig.create('deleted');
  await rig.ready('kept');
  await rig.ready('moved');
  await rig.ready('deleted');
  await rig.startNode('b');
  const observer = observe(['kept', 'moved']);
  const cutMs = performance.now();
  a.client.cut();

  await waitFor(
    'NodeLost of both',
    async () => {
      const said = await Promise.all(['kept', 'moved'].map((name) => rig.said(name)));
      return said.every((text) => text.startsWith('NodeLost: '));
    },
    60_000,
  );
  const lostSeconds = seconds(cutMs);
  expect(await rig.said('kept')).toContain('failurePolicy Retain');
  await kubectl('delete', 'mcps', 'deleted', '-n', rig.namespace, '--wait=false');
  const waitsForNode = `kubectl delete mcpn ${rig.nodeName('a')}`;
  await waitFor('word of what it waits for', async () => (await rig.said('deleted')).includes(waitsForNode));
  const moved = await waitFor(
    'the session elsewhere',
    async () => {
      const session = await rig.get('moved');
      return session.status.assignment?.nodeName === rig.nodeName('b') && session.status.container !== undefined
        ? session
        : null;
    },
    120_000 - (performance.now() - cutMs),
  );
  await rig.ready('moved');
  const elsewhereSeconds = seconds(cutMs);
  expect(moved.status.assignment).toMatchObject({ instanceGeneration: 2 });
  expect(await rig.samples()).toHaveLength(4); // what nobody can reach runs on

  await rig.create('new', on('a'));
  await waitFor('a place in the queue', async () => (await rig.said('new')).includes('has not been heard of'));
  expect(await isThere('deleted')).toBe(true);
  await kubectl('delete', 'mcpn', rig.nodeName('a'));
  await waitFor('the end of the deleted session', async () => !(await isThere('deleted')), 10_000);
  const mendedMs = performance.now();
  a.client.mend();
  await rig.ready('new');
  await rig.ready('kept');
  const backSeconds = seconds(mendedMs);
  await observer.stop();
  expect(observer.violations).toEqual([]);
  const stale = (sample: Sample) => sample.session === 'moved' && sample.generation === 1;
  const isLeft = (sample: Sample) => stale(sample) || sample.session === 'deleted';
  const both = observer.history.filter(
    (samples) => samples.some(isLeft) && samples.some(({ session }) => session === 'new'),
  );
  expect(both).toEqual([]);
  expect((await rig.samples()).map(({ session, generation }) => `${session} ${generation}`).sort()).toEqual([
    'kept 1',
    'moved 2',
    'new 1',
  ]);
  const form = 'jsonpath={range .items[*]}{.reason} {.involvedObject.name}: {.message}{"\\n"}{end}';
  const events = await kubectl('get', 'events', '-n', rig.namespace, '-o', form);
  expect(events).toContain('NodeLost kept');
  expect(events).toContain('NodeLost moved');
  expect(events).toContain(`NodeLost deleted: node ${rig.nodeName('a')} is gone for good`);
  console.log(
    `node loss: lost after ${lostSeconds} s, ready elsewhere after ${elsewhereSeconds} s, all back ${backSeconds} s after the node`,
  );
}, 240_000);
