// A machine whose node gets another name, with containers of the old one on its engine: nothing is lost while the name may come back,
// and nothing is left once a person has said that it will not.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPlacement } from '../../../src/compose/roles/placement.ts';
import { clusterId } from '../../../src/kube/install.ts';
import { CONTAINER_LABELS } from '../../../src/model/names.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { rawDocker, removeAllOf } from '../../support/docker.ts';
import { fixedPolicies } from '../../support/policies.ts';
import { waitFor } from '../../support/wait-for.ts';
import { clientWithToken } from '../webhook/floor-rig.ts';
import { must, never, openRoleRig, readText, type RoleProcess, type RoleRig } from './role-rig.ts';

/** A placement counts 60 s of silence in 12 s; a controller that renews its lease every 5 s is never silent for long enough to be lost. */
const FASTER = 5;
const fast: Clock = {
  ...systemClock,
  monotonicMs: () => systemClock.monotonicMs() * FASTER,
  sleep: (ms, signal) => systemClock.sleep(ms / FASTER, signal),
};
const SETTINGS = { sweepIntervalSeconds: 5 };
let rig: RoleRig;
let cluster: string;

beforeAll(async () => {
  rig = await openRoleRig();
  cluster = await clusterId(rig.admin, never);
  await rig.plugIn();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await removeAllOf(cluster); // a controller that still ran would make it anew
});

/** Until it is disposed. Silence counts from here on. */
async function placing(clock: Clock): Promise<AsyncDisposable> {
  const end = new AbortController();
  const client = clientWithToken(rig.server, await readText(join(rig.dir, 'placement', 'token')));
  const context = { client, policies: fixedPolicies(), clock, random: Math.random, log: silentLog };
  const placement = startPlacement(
    { ...context, metrics: createMetrics({ version: 'test' }), identity: 'placement' },
    end.signal,
  );
  return {
    async [Symbol.asyncDispose]() {
      end.abort();
      await placement.done.catch(() => {}); // what failed shows as a session that gets no node
      await placement.close();
      await client.close();
    },
  };
}

const session = (name: string, spec: string) =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}}\nspec: {image: "mcps.local/busybox:1", ${spec}}\n---\n`;

const isReady = async (name: string): Promise<boolean> =>
  (await field(name, '.status.conditions[?(@.type=="Ready")].status')) === 'True';
const field = (name: string, path: string): Promise<string> =>
  must(rig.server, ['get', `mcps/${name}`, '-o', `jsonpath={${path}}`]);

/** "reason: note" of each event of the McpNode. */
async function eventsOf(node: string): Promise<readonly string[]> {
  const form = `jsonpath={range .items[?(@.involvedObject.name=="${node}")]}{.type} {.reason}: {.message}{"\\n"}{end}`;
  return (await must(rig.server, ['get', 'events', '-n', 'default', '-o', form])).split('\n');
}

/** Names of all that has the labels of this node: "container mcps-..." */
async function heldAs(node: string): Promise<readonly string[]> {
  const docker = rawDocker();
  const labels = [`${CONTAINER_LABELS.cluster}=${cluster}`, `${CONTAINER_LABELS.node}=${node}`];
  const filters = { label: labels };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  const volumes = await docker.listVolumes({ filters });
  return [
    ...containers.map(({ Names, State }) => `container ${Names[0]?.slice(1)} ${State}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...volumes.Volumes.map(({ Name }) => `volume ${Name}`),
  ].sort();
}

async function startedAs(node: string): Promise<RoleProcess> {
  const controller = await rig.start('controller', SETTINGS, node);
  await controller.ready();
  return controller;
}

test('a renamed node: what it holds waits for its name and goes on with it; what moved away goes, the rest once the old McpNode is deleted', async () => {
  const x = rig.nodeName;
  const y = `${rig.nodeName}-y`;
  const webhook = await rig.start('webhook');
  const first = await startedAs(x);
  await webhook.ready();
  const names = ['moved', 'kept', 'deleted'];
  const moving = session('moved', 'failurePolicy: Recreate, network: {mode: isolated}');
  await must(rig.server, ['apply', '-f', '-'], moving + session('kept', '') + session('deleted', ''));
  {
    await using _placement = await placing(systemClock);
    for (const name of names) await waitFor(`${name} Ready`, () => isReady(name));
  }
  const before = await field('moved', '.status.container.id');
  const [moved = '', ...others] = await Promise.all(names.map((name) => field(name, '.metadata.uid')));
  const ran = [moved, ...others].map((uid) => `container mcps-${uid} running`);
  const held = [...ran, `network mcps-${moved}`].sort();
  expect(await heldAs(x)).toEqual(held);
  expect(await first.end('SIGTERM')).toBe(0);

  const renamed = await startedAs(y);
  const book = join(rig.dir, 'state', 'node-state', 'grants.json');
  expect(JSON.parse(await readText(book))).toMatchObject({ nodeName: y, formerNames: [x] });
  const told = await waitFor(
    'the event on the new node',
    async () => (await eventsOf(y)).find((event) => event.startsWith('Warning NodeLost: ')) ?? null,
  );
  expect(told).toContain(`this machine was node ${x} before, and its engine still holds 3 containers and 1 network`);
  expect(told).toContain(`kubectl delete mcpnode ${x}`);
  expect(renamed.lines('warn')).toContainEqual(expect.stringContaining(`kubectl delete mcpnode ${x}`));
  expect(await heldAs(x)).toEqual(held);
  expect(await renamed.end('SIGTERM')).toBe(0);

  const again = await startedAs(x);
  await waitFor(
    'all containers taken up',
    async () => ((await readText(book)).match(/"running":{/g) ?? []).length === 3,
  );
  expect([await isReady('moved'), await field('moved', '.status.container.id')]).toEqual([true, before]);
  expect(await heldAs(x)).toEqual(held);
  expect(again.lines('warn').join('\n')).not.toContain('kubectl delete');
  expect(await again.end('SIGTERM')).toBe(0);

  await using _placement = await placing(fast);
  const last = await startedAs(y);
  await waitFor('the session on the new node', async () => (await field('moved', '.status.assignment.nodeName')) === y);
  await waitFor('the session Ready there', () => isReady('moved'));
  expect(await heldAs(y)).toEqual([`container mcps-${moved}-g2 running`, `network mcps-${moved}`]);
  expect(await heldAs(x)).toEqual(others.map((uid) => `container mcps-${uid} running`).sort());

  await must(rig.server, ['delete', 'mcps/deleted', '--wait=false']);
  await must(rig.server, ['delete', `mcpnode/${x}`]);
  const uidOfKept = await field('kept', '.metadata.uid');
  await waitFor('the rest', async () => (await heldAs(x)).join() === `container mcps-${uidOfKept} running`);
  expect((await rig.server.kubectl(['get', 'mcps/deleted'])).stderr).toContain('NotFound');

  await must(rig.server, ['delete', 'mcps/kept', '--timeout=20s']); // its own node is gone for good
  await waitFor('nothing of the old name on the engine', async () => (await heldAs(x)).length === 0);
  await waitFor('word of what was removed', async () => {
    const removed = (await eventsOf(y)).filter((event) => event.startsWith('Warning OrphanRemoved: ')).join('\n');
    return names.every((name) => removed.includes(`default/${name}`));
  });
  await waitFor('the old name forgotten', async () => (await readText(book)).includes('"formerNames":[]'));
  expect(await last.end('SIGTERM')).toBe(0);
}, 120_000);
