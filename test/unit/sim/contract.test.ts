// The contract suite on the simulated API server, whose actions are let through as they come.

import { afterAll, beforeAll, describe } from 'vitest';

import { SimApiServer } from '../../sim/api/api-server.ts';
import { createSimClient } from '../../sim/api/sim-client.ts';
import { WatchHub } from '../../sim/api/watch.ts';
import { apiServerContract } from '../../sim/contract/api-server.contract.ts';
import { watchContract } from '../../sim/contract/watch.contract.ts';
import { Scheduler } from '../../sim/kit/scheduler.ts';
import { createSimClock, type Skewed, WORLD_START_MS } from '../../sim/kit/sim-clock.ts';

const scheduler = new Scheduler();
const server = new SimApiServer(() => WORLD_START_MS + scheduler.nowMs);
server.pageSize = 2;
const hub = new WatchHub(server);
const actor: Skewed = { name: 'test', alive: true, skewMs: 0, looks: 0 };
const link = { actor, to: 'the API server', state: 'up' as const, held: null, lagging: null, trap: null };
const client = createSimClient({ scheduler, server, hub, link });
const clock = createSimClock(scheduler, actor);
let names = 0;
const unique = (prefix: string): string => {
  names += 1;
  return `${prefix}-${names}`;
};
let pump: NodeJS.Immediate;

beforeAll(() => {
  const turn = (): void => {
    actor.looks = 0;
    scheduler.run(0);
    pump = setImmediate(turn);
  };
  turn();
});
afterAll(() => clearImmediate(pump));

describe('the simulated API server', () => {
  const given = () => ({ client, clock, namespace: 'team-a', unique, readEvent: client.readEvent });
  apiServerContract(given);
  watchContract(given);
});
