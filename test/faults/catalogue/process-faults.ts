// F1, F2, F13, F24, F34: what can happen to the controller's own process.

import { randomUUID } from 'node:crypto';
import { randomFrom } from '../plans/random.ts';
import { Program } from '../rig/program.ts';
import { pause, Violation } from '../rig/world.ts';
import type { CatalogueFault, Disturbance } from './disturbance.ts';

const KILLING_MS = 12_000;
const ATTEMPT_MS = 8_000;
const CLOCK_STEP_MS = 2 * 3_600_000;
const DRAIN_MS = 10_000;
const ENGINE_HANGS_MS = 3_000;

const f1: CatalogueFault = {
  id: 'F1',
  what: 'the controller is killed every 200 to 2,000 ms',
  seconds: 15,
  async run({ world, note }) {
    const random = randomFrom(world.seed);
    const untilMs = performance.now() + KILLING_MS;
    while (performance.now() < untilMs) {
      await pause(200 + 1_800 * random());
      note('SIGKILL to the controller');
      world.lane.controller.kill(0);
    }
  },
};

const f2: CatalogueFault = {
  id: 'F2',
  what: 'a second controller for the same node: it must refuse, or wait and do nothing',
  seconds: 10,
  async run({ world, note, violate, later }) {
    const { lane } = world;
    note('a second controller starts');
    let served = false;
    const rival = new Program({
      ...lane.controller.options,
      order: () => ({
        ...lane.controller.options.order(),
        identity: `rival-${randomUUID()}`,
        stateDir: `${lane.dir}/rival-${randomUUID()}`,
      }),
      onUnasked: () => {}, // that is how it refuses
    });
    rival.start();
    later(async () => rival.close());
    const untilMs = performance.now() + ATTEMPT_MS;
    while (performance.now() < untilMs && rival.running) {
      const answer = await rival.debug();
      served ||= answer !== null && answer.pending !== null;
      await pause(100);
    }
    if (served) violate('I2 a second controller served the node while the first one held its lease');
    rival.close();
  },
};

const f13: CatalogueFault = {
  id: 'F13',
  what: 'the engine does not answer for 3 s while the controller starts anew: what nobody has listed yet is not lost',
  seconds: 8,
  async run({ world, note, later }) {
    const { lane } = world;
    await world.create('s4', { failurePolicy: 'Retain' });
    await world.until('s4', 'Running');
    const before = await world.containerOf('s4');
    note('the engine hangs, and the controller starts anew');
    lane.controller.kill(null);
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    lane.closed.set('docker', { how: 'silent', opened, open });
    later(async () => open());
    lane.controller.start();
    await pause(ENGINE_HANGS_MS);
    lane.closed.delete('docker');
    open();
    note('the engine answers again');
    if (world.session('s4')?.status?.finishedAt !== undefined)
      throw new Violation('I3 session s4 was given up while nobody could know whether its container is there');
    await world.until('s4', 'Running');
    if ((await world.containerOf('s4')) !== before) throw new Violation('I7 session s4 lost its container');
    await world.delete('s4');
    await world.untilGone('s4');
  },
};

const f24: CatalogueFault = {
  id: 'F24',
  what: 'the clock of the node jumps by two hours, forth or back',
  seconds: 3,
  async run({ world, note, later }) {
    const offsetMs = world.seed % 2 === 0 ? CLOCK_STEP_MS : -CLOCK_STEP_MS;
    note(`the clock jumps by ${offsetMs} ms`);
    world.lane.controller.order({ order: 'clock', offsetMs });
    later(async () => world.lane.controller.order({ order: 'clock', offsetMs: 0 }));
    await pause(2_000);
  },
};

const f34: CatalogueFault = {
  id: 'F34',
  what: 'SIGTERM while a session starts: the controller drains within 10 s and gives its lease back',
  seconds: 5,
  async run(disturbance) {
    const { world, note, violate } = disturbance;
    const { lane } = world;
    note('SIGTERM to the controller');
    const tookMs = await lane.controller.stop();
    if (tookMs === null || tookMs > DRAIN_MS)
      violate(`F34 the controller took ${tookMs ?? 'more than 15,000'} ms to end, not ${DRAIN_MS}`);
    const holder = await leaseHolder(disturbance);
    if (holder !== '') violate(`F34 the lease is still held by ${holder} after the end of the controller`);
    lane.controller.start();
  },
};

async function leaseHolder({ world }: Disturbance): Promise<string> {
  const { cluster, nodeName } = world.lane;
  const path = `/apis/coordination.k8s.io/v1/namespaces/mcpsession-system/leases/mcpsession-node-${nodeName}`;
  const lease = (await cluster.api.must('GET', path)) as { readonly spec: { readonly holderIdentity?: string } }; // a Lease
  return lease.spec.holderIdentity ?? '';
}

export const PROCESS_FAULTS: readonly CatalogueFault[] = [f1, f2, f13, f24, f34];
