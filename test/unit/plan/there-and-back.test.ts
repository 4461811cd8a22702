// Whatever is changed about a session that can be changed, and changed back, leaves it as it was (security.md 1, Acto).

import { type Arbitrary, array, assert, constant, constantFrom, integer, oneof, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionSpec } from '../../../src/model/session-spec.ts';
import { isVacated } from '../../../src/plan/drain.ts';
import { assignAnew, aStoredSession, aWorld, runToRest, type World } from '../../support/story.ts';

type Mutable = Pick<SessionSpec, 'operatingMode' | 'lifetime'>;

const NOW_SECONDS = 600;
const seconds = (min: number, max: number) => integer({ min, max });
/** Nothing ends by itself in the ten minutes that the world is old. */
const mutable: Arbitrary<Mutable> = record({
  operatingMode: constantFrom('Running', 'Suspended'),
  lifetime: record({
    ttlSeconds: seconds(NOW_SECONDS + 1, 28_800),
    idleTimeoutSeconds: oneof(constant(0), seconds(NOW_SECONDS + 1, 28_800)),
    startupDeadlineSeconds: seconds(NOW_SECONDS + 1, 3_600),
    ttlSecondsAfterFinished: seconds(1, 604_800),
  }),
});
const failurePolicy = constantFrom('Retain', 'Recreate');
const command = constantFrom<string[]>([], ['/bin/server']);

function apply(world: World, change: Mutable): void {
  const { session } = world;
  if (session?.spec == null) throw new Error('the session is gone');
  const meta = { ...session.meta, generation: session.meta.generation + 1 };
  world.session = { ...session, meta, spec: { ...session.spec, ...change } };
  runToRest(world);
  if (!wantsRoom(world)) return;
  assignAnew(world);
  runToRest(world);
}

/** Placement has room for it whenever it resumes. */
const wantsRoom = ({ session }: World): boolean =>
  session?.spec?.operatingMode === 'Running' && session.status.finishedAt === undefined && isVacated(session);

/** Everything but how often it was changed, and when. */
function stateOf({ session, containers }: World) {
  const { status, spec } = session as McpSession; // asked for sessions that are there
  const { observedGeneration: _observed, conditions = [], assignment, vacatedGeneration, isolation, ...told } = status;
  return {
    spec,
    // The identity counts the generations; every other control is the same.
    controls: isolation?.controls.filter(({ id }) => id !== 'identity'),
    isVacated: vacatedGeneration === assignment?.instanceGeneration,
    told: { ...told, restartCount: told.restartCount ?? 0, container: { ...told.container, startedAt: '' } },
    conditions: conditions.map(
      ({ observedGeneration: _generation, lastTransitionTime: _since, ...condition }) => condition,
    ),
    containers: (containers ?? []).map(({ state, spec: { containerName: _name, identity, ...has } }) => ({
      state,
      has,
      identity: { ...identity, instanceGeneration: 0 },
    })),
  };
}

test('A, then anything, then A again is A', () => {
  assert(
    property(mutable, array(mutable, { maxLength: 6 }), failurePolicy, command, (start, walk, policy, argv) => {
      const world = aWorld({ session: aStoredSession({ ...start, failurePolicy: policy, command: argv }) });
      runToRest(world);
      world.nowMs += NOW_SECONDS * 1000;
      apply(world, start);
      const before = stateOf(world);
      for (const step of walk) apply(world, step);
      apply(world, start);
      expect(stateOf(world)).toEqual(before);
    }),
    { numRuns: 60 },
  );
});

test('an end is for good, whatever is changed afterwards', () => {
  assert(
    property(mutable, array(mutable, { minLength: 1, maxLength: 6 }), failurePolicy, (start, walk, policy) => {
      const world = aWorld({ session: aStoredSession({ ...start, failurePolicy: policy }) });
      runToRest(world);
      world.nowMs += start.lifetime.ttlSeconds * 1000;
      runToRest(world);
      for (const step of walk) {
        apply(world, step);
        expect(world.containers).toEqual([]);
        expect(world.session?.status.finishedAt).toBeDefined();
      }
    }),
    { numRuns: 60 },
  );
});
