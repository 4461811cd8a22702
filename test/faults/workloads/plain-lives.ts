// W1 to W5: one or two sessions, created, used up, deleted, recreated.

import { patience } from '../rig/patience.ts';
import { GONE, READY, type Workload } from './workload.ts';

export const w1: Workload = {
  id: 'W1',
  what: 'create, Ready, delete',
  weight: 1,
  async run(world) {
    await world.create('s1');
    await world.until('s1', 'Running');
    await world.delete('s1');
    await world.untilGone('s1');
    return { s1: GONE };
  },
};

export const w2: Workload = {
  id: 'W2',
  what: 'create, delete before Ready; a second session stays',
  weight: 1,
  loose: true,
  async run(world) {
    await world.create('s1');
    await world.create('s2');
    // Somewhere between assignment and Ready, by the seed.
    const { effects } = world.lane.hooks?.director ?? { effects: [] };
    const enough = 2 + (world.seed % 4);
    await world.wait(
      'I3 nothing is done for session s1',
      () => effects.filter(({ session, n }) => session === 's1' && n > 0).length >= enough,
    );
    await world.delete('s1');
    await world.untilGone('s1');
    await world.until('s2', 'Running');
    return { s1: GONE, s2: READY };
  },
};

export const w3: Workload = {
  id: 'W3',
  what: 'create, TTL expiry; deleted by ttlSecondsAfterFinished',
  weight: 1.5,
  loose: true,
  async run(world) {
    await world.create('s1', { lifetime: { ttlSeconds: ttl(), ttlSecondsAfterFinished: 86_400 } });
    await world.create('s2', { lifetime: { ttlSeconds: ttl(), ttlSecondsAfterFinished: 0 } });
    await world.until('s1', 'SessionExpired');
    await world.untilGone('s2');
    return { s1: { is: 'finished', reasons: ['SessionExpired'] }, s2: GONE };
  },
};
const TTL_SECONDS = 5;
/** A machine that is busy must still get to the start before the end. */
const ttl = (): number => Math.ceil(TTL_SECONDS * patience());

const ENDINGS = [
  { alias: 's1', spec: { command: ['/bin/sh', '-c', 'sleep 0.3'] }, reasons: ['Exited'] },
  { alias: 's2', spec: { command: ['/bin/sh', '-c', 'sleep 0.3; kill -9 $$'] }, reasons: ['Exited'] },
] as const;

export const w4: Workload = {
  id: 'W4',
  what: 'the command of a session exits 0 or is killed; one is made again by its failurePolicy',
  weight: 2,
  loose: true,
  async run(world) {
    for (const { alias, spec } of ENDINGS) await world.create(alias, { ...spec, sessionInit: 'Enabled' });
    await Promise.all(ENDINGS.map(({ alias, reasons }) => world.until(alias, reasons)));
    return Object.fromEntries(ENDINGS.map(({ alias, reasons }) => [alias, { is: 'finished', reasons }] as const));
  },
};

export const w5: Workload = {
  id: 'W5',
  what: 'delete and recreate under the same name, twice',
  weight: 1.5,
  async run(world) {
    await world.create('s1');
    await world.until('s1', 'Running');
    await world.delete('s1');
    await world.untilGone('s1');
    await world.create('s1');
    await world.until('s1', 'Running');
    return { s1: READY };
  },
};
