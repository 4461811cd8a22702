// A status that says "finished" and cannot be what our own controller wrote: the session goes on, and its object is not deleted
// (security.md I16).

import { describe, expect, test } from 'vitest';
import type { Condition } from '../../../src/model/conditions.ts';
import type { SessionStatus } from '../../../src/model/session.ts';
import { nextStep } from '../../../src/plan/next-step.ts';
import {
  aStoredSession,
  aWorld,
  changeSession,
  observationOf,
  runToRest,
  STORY_START_MS,
  type World,
} from '../../support/story.ts';

const LONG_AGO = '2001-01-01T00:00:00Z';
const finished = (reason: string, status: Condition['status'] = 'True'): SessionStatus['conditions'] => [
  { type: 'Finished', status, reason, message: '', observedGeneration: 1, lastTransitionTime: LONG_AGO },
];

function aSessionThatSays(status: Partial<SessionStatus>, failurePolicy: 'Retain' | 'Recreate' = 'Retain'): World {
  const world = aWorld({ session: aStoredSession({ failurePolicy }) });
  changeSession(world, (session) => ({ ...session, status: { ...session.status, ...status } }));
  return world;
}

describe('a session that waits for its container starts, and its status is mended, when', () => {
  test.each([
    ['no condition says Finished', { finishedAt: LONG_AGO }, 'Retain'],
    ['Finished is False', { finishedAt: LONG_AGO, conditions: finished('NotFinished', 'False') }, 'Retain'],
    ['it is no end that there is', { finishedAt: LONG_AGO, conditions: finished('Bored') }, 'Retain'],
    ['failurePolicy does not let it end so', { finishedAt: LONG_AGO, conditions: finished('Exited') }, 'Recreate'],
  ] as const)('%s', (_why, status, failurePolicy) => {
    const world = aSessionThatSays(
      { ...status, conditions: [...('conditions' in status ? (status.conditions ?? []) : [])] },
      failurePolicy,
    );
    runToRest(world);
    expect(world.session).not.toBeNull();
    expect(world.containers?.[0]?.state).toBe('running');
    expect(world.session?.status.finishedAt).toBeUndefined();
  });
});

test('an end before the session was made counts from its creation', () => {
  const world = aSessionThatSays({ finishedAt: LONG_AGO, conditions: [...(finished('Exited') ?? [])] });
  world.nowMs = STORY_START_MS + 10_000;
  expect(nextStep(observationOf(world)).step).toEqual({ do: 'rest', wakeAfterMs: 290_000 });
});

test('an end that comes after one that was forged has its own time', () => {
  const world = aSessionThatSays({ finishedAt: LONG_AGO });
  world.nowMs = STORY_START_MS + 7_200_000;
  runToRest(world);
  expect(world.session?.status.finishedAt).toBe('2026-11-20T14:00:00Z');
});
