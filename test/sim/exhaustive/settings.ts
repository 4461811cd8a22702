// The small worlds that are explored. Each is as large as half a minute of one core allows; `large` ones take longer.

import { STORY_NODE } from '../../support/story.ts';
import type { Setting } from './model.ts';

const NOTHING = { crash: 0, takeover: 0, lost: 0, delete: 0, recreate: 0, move: 0 } as const;

/** One node, whose lease two controllers compete for. */
const ONE_NODE = { nodeOf: [0, 0], nodes: [STORY_NODE] } as const;
const ONE_NAME = { ...ONE_NODE, sessions: 1, symmetric: false } as const;

export const SETTINGS: readonly Setting[] = [
  {
    ...ONE_NODE,
    name: 'two names',
    about: 'two sessions on one node with two controllers; one crash, one lost answer, one deletion',
    sessions: 2,
    symmetric: true,
    budgets: { ...NOTHING, crash: 1, lost: 1, delete: 1 },
    grain: 'coarse',
    lateArrivals: false,
  },
  {
    ...ONE_NAME,
    name: 'same name again',
    about: 'a session is deleted and made again under its name; two controllers, one crash',
    budgets: { ...NOTHING, crash: 1, delete: 1, recreate: 1 },
    grain: 'coarse',
    lateArrivals: false,
  },
  {
    ...ONE_NAME,
    name: 'late arrivals',
    about:
      'what a killed controller sent can arrive at any later time; every read is an action of its own; one deletion',
    budgets: { ...NOTHING, crash: 1, delete: 1 },
    grain: 'fine',
    lateArrivals: true,
  },
  {
    ...ONE_NAME,
    name: 'late answers',
    about: 'a request whose answer is lost can arrive at any later time; one deletion',
    budgets: { ...NOTHING, lost: 1, delete: 1 },
    grain: 'coarse',
    lateArrivals: true,
  },
  {
    ...ONE_NAME,
    name: 'lost lease',
    about:
      'the lease goes to the other controller while a request is under way, which can arrive at any later time; one deletion',
    budgets: { ...NOTHING, takeover: 1, delete: 1 },
    grain: 'coarse',
    lateArrivals: true,
  },
];

export const LARGE_SETTINGS: readonly Setting[] = [
  {
    ...ONE_NAME,
    name: 'same name again, answers lost',
    about: 'a session is deleted and made again under its name; two controllers, one crash, one lost answer',
    budgets: { ...NOTHING, crash: 1, lost: 1, delete: 1, recreate: 1 },
    grain: 'coarse',
    lateArrivals: false,
  },
  {
    ...ONE_NAME,
    name: 'same name again, late arrivals',
    about: 'a session is deleted and made again under its name while requests of a killed controller are under way',
    budgets: { ...NOTHING, crash: 1, delete: 1, recreate: 1 },
    grain: 'coarse',
    lateArrivals: true,
  },
  {
    ...ONE_NAME,
    name: 'everything late',
    about: 'one session, one crash, one lost answer, one deletion, and whatever was sent can arrive at any later time',
    budgets: { ...NOTHING, crash: 1, lost: 1, delete: 1 },
    grain: 'coarse',
    lateArrivals: true,
  },
];
