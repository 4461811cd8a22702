// F14, F15, F16, F32, F33: what the engine can do, and what foreign hands and foreign finalizers can.

import { SESSIONS_PATH } from '../rig/api.ts';
import { FOREIGN_PREFIX } from '../rig/observer.ts';
import { IMAGE, pause, type World } from '../rig/world.ts';
import type { CatalogueFault } from './disturbance.ts';

const SLOW_CREATE_MS = 30_000;
const BUSY_TIMES = 3;
const FLOOD = 5_000;
const EVENTS = /\/events\?/;

const f14: CatalogueFault = {
  id: 'F14',
  what: 'a create takes 30 s and then succeeds: one container',
  seconds: 40,
  async run(disturbance) {
    const { world, interference, note } = disturbance;
    let slow = 0;
    interference.mutation = (effect) => {
      if (effect.kind !== 'create' || effect.session !== 's4' || slow > 0) return null;
      slow += 1;
      note('the create of s4 takes 30 s');
      return { act: 'delay', ms: SLOW_CREATE_MS };
    };
    await world.create('s4');
    await pause(SLOW_CREATE_MS);
    await world.until('s4', 'Running');
    delete interference.mutation;
    await world.delete('s4');
    await world.untilGone('s4');
  },
};

const f15: CatalogueFault = {
  id: 'F15',
  what: 'a removal answers 409 "already in progress", 409 or 500 three times: tried again, and the finalizer stays until it is true',
  seconds: 8,
  async run({ world, interference, note, violate }) {
    let refused = 0;
    interference.mutation = (effect) => {
      if (effect.session !== 's4' || effect.kind !== 'remove' || refused >= BUSY_TIMES) return null;
      refused += 1;
      note(`removal of s4 refused, number ${refused}`);
      return { act: 'answer', code: world.seed % 2 === 0 ? 409 : 500 };
    };
    await world.create('s4');
    await world.until('s4', 'Running');
    await world.delete('s4');
    await world.untilGone('s4');
    if ((await world.containerOf('s4')) !== null) violate('I5 the finalizer of s4 was removed before its container');
    delete interference.mutation;
  },
};

const f16: CatalogueFault = {
  id: 'F16',
  what: "the engine's event stream is closed, silent, or flooded with 5,000 foreign events; a container dies meanwhile",
  seconds: 20,
  mayReplace: true,
  async run(disturbance) {
    const { world, interference, note } = disturbance;
    const kind = (['closed', 'silent', 'flooded'] as const)[world.seed % 3] ?? 'closed';
    note(`the event stream is ${kind}`);
    interference.reads = (program, side) => {
      if (program !== 'controller' || side !== 'docker' || kind === 'closed') return null;
      return {
        relay(path, answer, response) {
          if (!EVENTS.test(path)) return false;
          if (kind === 'flooded') for (let count = 0; count < FLOOD; count += 1) response.write(foreignEvent(count));
          answer.on('data', (chunk: Buffer) => void (kind === 'silent' || response.write(chunk)));
          answer.on('error', () => {}); // cut by us
          return true;
        },
      };
    };
    world.lane.proxies.controllerDocker.cutStreams();
    await pause(300);
    await removeByHand(world, 's2');
    await world.wait('I3 session s2 has no new container', async () => (await world.containerOf('s2')) !== null);
    await world.until('s2', 'Running');
    delete interference.reads;
    world.lane.proxies.controllerDocker.cutStreams();
    note('the event stream is as it should be');
  },
};

const foreignEvent = (count: number): string =>
  `${JSON.stringify({ Type: 'container', Action: 'exec_start', Actor: { ID: `${count}`.padStart(64, '0'), Attributes: { image: 'foreign' } }, time: 1, timeNano: 1e9 })}\n`;

async function removeByHand(world: World, alias: string): Promise<void> {
  const id = await world.containerOf(alias);
  if (id !== null) await world.lane.engine.remove(id);
}

const HOLD = 'faults.example/hold';

const f32: CatalogueFault = {
  id: 'F32',
  what: 'a foreign finalizer is never removed: the container goes anyway',
  seconds: 4,
  async run({ world, note }) {
    await world.create('s4', {}, { finalizers: [HOLD] });
    await world.until('s4', 'Running');
    note('s4 is deleted, and a foreign finalizer stays');
    await world.delete('s4');
    await world.wait(
      'I5 a foreign finalizer keeps the container of s4',
      async () => (await world.containerOf('s4')) === null,
    );
    await world.wait('I5 our own finalizer is still on s4', () => {
      const finalizers = world.session('s4')?.metadata.finalizers ?? [];
      return finalizers.length === 1 && finalizers[0] === HOLD;
    });
    const path = `${SESSIONS_PATH}/${world.fullName('s4')}`;
    await world.lane.cluster.api.call(
      'PATCH',
      path,
      { metadata: { finalizers: null } },
      'application/merge-patch+json',
    );
    await world.untilGone('s4');
  },
};

const f33: CatalogueFault = {
  id: 'F33',
  what: 'a foreign container carries all labels of s1: neither adopted nor killed',
  seconds: 5,
  async run(disturbance) {
    const { world, note, violate, later } = disturbance;
    const { engine } = world.lane;
    const own = await world.containerOf('s1');
    const found = own === null ? null : await engine.inspect(own);
    if (found === null) return;
    note('a foreign container with the labels of s1');
    const body = {
      Image: IMAGE,
      Cmd: ['/bin/sleep', '600'],
      Labels: found.Config.Labels,
      User: '1001:1001',
      HostConfig: { NetworkMode: 'none' },
    };
    const made = await engine.call('POST', `/containers/create?name=${FOREIGN_PREFIX}${world.fullName('x')}`, body);
    const { Id = '' } = made.body as { readonly Id?: string }; // the engine's documented answer
    later(() => engine.remove(Id));
    await engine.call('POST', `/containers/${Id}/start`);
    await touchAll(world);
    await pause(3_000);
    const after = await engine.inspect(Id);
    if (after?.State.Running !== true) violate('I7 a foreign container with our labels was killed');
    const session = world.session('s1');
    if (session?.status?.container?.id === Id) violate('I7 a foreign container with our labels was adopted');
    await engine.remove(Id);
  },
};

/** Has every session looked at again. */
async function touchAll(world: World): Promise<void> {
  for (const alias of ['s1', 's2']) await world.patch(alias, { metadata: { labels: { touched: String(world.seed) } } });
}

export const ENGINE_FAULTS: readonly CatalogueFault[] = [f14, f15, f16, f32, f33];
