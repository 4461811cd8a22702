// I16 of security.md: status never drives destruction. Whoever can write a status, but not the assignment (which names the node and
// is placement's alone), ends no container that the spec, the engine and the policy want.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { READY_REASONS } from '../../../src/model/conditions.ts';
import type { ObservedContainer } from '../../../src/model/container.ts';
import type { McpSession, SessionStatus } from '../../../src/model/session.ts';
import { nextStep } from '../../../src/plan/next-step.ts';
import type { Step } from '../../../src/plan/step.ts';
import { aStoredSession, aWorld, observationOf, runToRest, STORY_START_MS } from '../../support/story.ts';

const SLOW_MS = 60_000;

const text = fc.string({ maxLength: 20 });
const time = fc
  .integer({ min: STORY_START_MS - 10 * 86_400_000, max: STORY_START_MS + 10 * 86_400_000 })
  .map((ms) => new Date(ms).toISOString());
const condition = fc.record({
  type: fc.constantFrom('Ready', 'Finished', 'Stalled', 'PolicyAccepted', 'IsolationVerified'),
  status: fc.constantFrom('True' as const, 'False' as const, 'Unknown' as const),
  reason: fc.oneof(fc.constantFrom(...READY_REASONS), text),
  message: text,
  observedGeneration: fc.integer({ min: 0, max: 3 }),
  lastTransitionTime: time,
});
const forged = fc.record(
  {
    observedGeneration: fc.integer({ min: 0, max: 9 }),
    conditions: fc.array(condition, { maxLength: 4 }),
    container: fc.record({
      id: fc.constantFrom('c'.repeat(64), 'of-somebody-else'),
      shortId: text,
      imageDigest: text,
      runtime: text,
      startedAt: time,
      commands: fc.constantFrom('SessionInit' as const, 'EngineExec' as const),
    }),
    grantedExpiry: time,
    lastActivityTime: time,
    finishedAt: time,
    exitCode: fc.integer({ min: 0, max: 255 }),
    restartCount: fc.integer({ min: 0, max: 1_000 }),
  },
  { requiredKeys: [] },
);

const states = fc.constantFrom(
  'created',
  'running',
  'paused',
  'exited',
  'dead',
  'restarting',
  'removing',
) satisfies fc.Arbitrary<ObservedContainer['state']>;

function decide(session: McpSession, world: ReturnType<typeof aWorld>): Step {
  return nextStep(observationOf({ ...world, session })).step;
}

const ends = (step: Step): boolean => step.do === 'remove' || step.do === 'stop';

test.each(['Retain', 'Recreate'] as const)(
  'a forged status ends no container that an honest one would keep, under %s',
  (failurePolicy) => {
    const begun = aWorld({ session: aStoredSession({ failurePolicy }) });
    runToRest(begun);
    const { session } = begun;
    const own = begun.containers?.[0];
    if (session === null || own === undefined) throw new Error('the story made no container');
    fc.assert(
      fc.property(forged, states, fc.boolean(), (status, state, isDeleted) => {
        const meta = isDeleted ? { ...session.meta, deletionMs: STORY_START_MS } : session.meta;
        const honest = { ...session, meta, status: { assignment: session.status.assignment } as SessionStatus };
        const lying = { ...honest, status: { ...honest.status, ...status } as SessionStatus }; // any of its fields may be left out
        const world = { ...begun, containers: [{ ...own, state }] };
        const wanted = decide(honest, world);
        const got = decide(lying, world);
        if (ends(got)) expect(got).toEqual(wanted);
        // A container that is wanted gone goes, whatever is said, unless it has ended by itself and is kept to be looked at.
        if (ends(wanted) && state !== 'exited' && state !== 'dead') expect(ends(got)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  },
  SLOW_MS,
);
