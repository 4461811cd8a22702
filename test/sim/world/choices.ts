// What the world does next while faults are allowed, chosen at random: mostly messages are delivered, sometimes time goes on, and now and
// then somebody does something.

import type { SimRandom } from '../kit/random.ts';
import type { Act, Hand } from './acts.ts';
import { TEMPLATES } from './templates.ts';
import type { World } from './world.ts';

/** Index of a ready action, -1 for the next timer, or an act. */
export type Choice = number | Act;

export const NEXT_TIMER = -1;

/** Names are few, so that they are used again. */
export const NAMES = ['a', 'b'] as const;
const HANDS: readonly Hand[] = ['exit', 'kill', 'oom', 'remove', 'pause', 'unpause'];
const TWO_HOURS_MS = 7_200_000;

export interface Appetite {
  /** Acts of users per step. */
  readonly users: number;
  /** Faults per step. */
  readonly faults: number;
}

export function choose(world: World, random: SimRandom, appetite: Appetite): Choice {
  const dice = random.next();
  if (dice < appetite.faults) return fault(world, random);
  if (dice < appetite.faults + appetite.users) return userAct(random);
  const { length } = world.scheduler.ready;
  if (length === 0 || random.chance(0.06)) return NEXT_TIMER;
  return length === 1 || random.chance(0.5) ? 0 : random.below(length);
}

export function userAct(random: SimRandom): Act {
  const name = random.pick(NAMES);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 9:
      return { do: 'delete', name };
    case 2:
      return { do: 'mode', name, operatingMode: 'Suspended' };
    case 3:
      return { do: 'mode', name, operatingMode: 'Running' };
    case 4:
      return { do: 'extend', name, ttlSeconds: random.pick([30, 1800, 7200]) };
    case 5:
      return random.chance(0.3)
        ? { do: 'policy', name: random.pick(['normal', 'strict', 'suspended', 'kept']) }
        : { do: 'annotate', name, value: String(random.below(100)) };
    default:
      return { do: 'create', name, template: random.below(TEMPLATES.length) };
  }
}

const someTime = (random: SimRandom): number => random.pick([0, 500, 3_000, 12_000, 40_000]);

function fault(world: World, random: SimRandom): Act {
  const kind = random.below(28);
  const process = world.processes[random.below(Math.max(world.processes.length, 1))]?.name ?? 'nobody';
  const node = random.pick(world.nodes).name;
  const index = random.below(8);
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return { do: 'crash', process, backMs: someTime(random), arrives: random.chance(0.5) };
    case 3:
      return { do: 'stop', process, backMs: someTime(random) };
    case 4:
      return { do: 'twin', process };
    case 5:
      return { do: 'jump', process, ms: random.chance(0.5) ? TWO_HOURS_MS : -TWO_HOURS_MS };
    case 6:
      return { do: 'cut', process, how: random.chance(0.5) ? 'cut' : 'refused', healMs: someTime(random) };
    case 7:
      return { do: 'apiAway', healMs: someTime(random) };
    case 8:
    case 9:
      return { do: 'loseReply', index, silently: random.chance(0.3) };
    case 10:
      return { do: 'refuse', index, retryAfterSeconds: random.below(3) };
    case 11:
      return { do: 'duplicate', index };
    case 12:
      return { do: 'endWatch', index, how: random.pick(['end', 'reset', 'silence']) };
    case 13:
      return random.chance(0.5) ? { do: 'loseEvent', index } : { do: 'repeatEvent', index };
    case 14:
      return random.chance(0.5) ? { do: 'compact' } : { do: 'bookmark', index };
    case 15:
      return { do: 'engineAway', node, backMs: someTime(random), kills: random.chance(0.5) };
    case 16:
      return { do: 'engineHangs', node, backMs: someTime(random) };
    case 17:
      return random.chance(0.5) ? { do: 'nodeDies', node, backMs: someTime(random) } : { do: 'endEngineEvents', node };
    case 18:
      return random.chance(0.8)
        ? { do: 'hand', node, index, how: random.pick(HANDS) }
        : { do: 'takeName', node, name: random.pick(NAMES) };
    case 19:
      return { do: 'lag', process, revisions: random.below(12) };
    case 20:
      return past(random, process);
    case 21: {
      const how = random.chance(0.5) ? 'cut' : 'refused';
      return { do: 'outage', process: random.chance(0.5) ? process : null, how, healMs: random.pick(BEYOND_LEASES_MS) };
    }
    default:
      return trap(random, process);
  }
}

const BEYOND_LEASES_MS = [20_000, 45_000, 90_000] as const;

function past(random: SimRandom, process: string): Act {
  const meanwhile = random.chance(0.7) ? { index: random.below(8), how: random.pick(IN_ABSENCE) } : null;
  const times = { backMs: random.pick([0, 500, 3_000]), behindMs: random.pick([500, 1_500, 10_000]) };
  return { do: 'past', process, ...times, revisions: random.below(16), meanwhile };
}

const IN_ABSENCE: readonly Hand[] = ['remove', 'remove', 'exit', 'kill', 'pause'];

function trap(random: SimRandom, process: string): Act {
  const answer = random.pick(['refused', 'lost', 'kept', 'kept'] as const);
  const meanwhile = random.pick(answer === 'kept' ? AT_AN_EFFECT : BESIDE_A_LOSS);
  const of = random.chance(0.7) ? 'engine' : 'api';
  return { do: 'trap', process, of, answer, meanwhile, name: random.pick(NAMES) };
}

const AT_AN_EFFECT = ['crash', 'delete', 'delete', 'suspend'] as const;
const BESIDE_A_LOSS = ['nothing', 'nothing', 'crash', 'delete'] as const;
