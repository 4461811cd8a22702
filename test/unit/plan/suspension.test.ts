import { expect, test } from 'vitest';
import { nextStep } from '../../../src/plan/next-step.ts';
import { eventsFor } from '../../../src/plan/events.ts';
import { nextStatus } from '../../../src/plan/next-status.ts';
import { YOLO_ACKNOWLEDGEMENT } from '../../../src/model/policy-set.ts';
import { aPolicySet, chosenPolicies } from '../../support/policies.ts';
import {
  aStoredSession,
  aWorld,
  changeFirstContainer,
  changeSession,
  observationOf,
  runToRest,
  type World,
} from '../../support/story.ts';

test('S1.IR.01: while everything is suspended nothing starts, and what runs is removed', () => {
  const world = aWorld();
  expect(nextStep({ ...observationOf(world), suspension: 'stop' })).toMatchObject({
    step: { do: 'addFinalizer' },
  });
  runToRest(world);
  expect(world.containers).toHaveLength(1);
  expect(nextStep({ ...observationOf(world), suspension: 'stop' })).toMatchObject({ step: { do: 'remove' } });
  expect(nextStep({ ...observationOf({ ...world, containers: [] }), suspension: 'stop' })).toMatchObject({
    step: { do: 'rest' },
    report: { reason: 'Suspended', message: expect.stringContaining('policy suspendAll') },
  });
});

test('S1.IR.01: what runs stays where policy keeps it, and nothing new starts', () => {
  const world = aWorld();
  runToRest(world);
  expect(nextStep({ ...observationOf(world), suspension: 'refuse' })).toMatchObject({
    step: { do: 'rest' },
    report: { reason: 'Running' },
  });
  const withoutContainer = { ...observationOf({ ...world, containers: [] }), suspension: 'refuse' } as const;
  expect(nextStep(withoutContainer)).toMatchObject({ step: { do: 'rest' }, report: { reason: 'Suspended' } });
});

test('a namespace whose label names no profile starts nothing new; what runs goes on', () => {
  const namespaceProblems = chosenPolicies({}, { 'mcpsession.dev/profile': 'prod' }).problems;
  const world = aWorld();
  runToRest(world);
  expect(nextStep({ ...observationOf(world), namespaceProblems })).toMatchObject({ report: { reason: 'Running' } });
  const withoutContainer = { ...observationOf({ ...world, containers: [] }), namespaceProblems };
  expect(nextStep(withoutContainer)).toMatchObject({
    report: { reason: 'PolicyRejected', message: expect.stringContaining('MCPS-610') },
  });
});

test('S0.C1.08: a session under no rules says so in a condition and an event', () => {
  const { policy } = aPolicySet({ yolo: { enabled: true, acknowledge: YOLO_ACKNOWLEDGEMENT } }).profiles.sandbox;
  const world = aWorld({ policy, session: aStoredSession({ security: { privileged: true } }) });
  runToRest(world);
  const accepted = world.session?.status.conditions?.find(({ type }) => type === 'PolicyAccepted');
  expect(accepted).toMatchObject({ status: 'True', reason: 'PolicyBypassed' });
  const before = aStoredSession();
  const after = nextStatus(observationOf(world), nextStep(observationOf(world)));
  if (after === null) throw new Error('a running session has a status');
  expect(eventsFor(before, after).map(({ reason }) => reason)).toContain('PolicyBypassed');
  expect(eventsFor({ ...before, status: after }, after)).toEqual([]);
});

const WITH_PROGRAM = { command: ['/bin/server'] };
const setMode = (world: World, operatingMode: 'Running' | 'Suspended'): void =>
  changeSession(world, (session) => ({
    ...session,
    meta: { ...session.meta, generation: session.meta.generation + 1 },
    spec: session.spec === null ? null : { ...session.spec, operatingMode },
  }));

test.each([
  ['is stopped', (world: World) => changeFirstContainer(world, { state: 'exited', exitCode: 143, pid: null })],
  ['is removed', (world: World) => void (world.containers = [])],
])('a session that is resumed as soon as its container %s starts anew, and is not taken for over', (_name, end) => {
  const world = aWorld({ session: aStoredSession(WITH_PROGRAM) });
  runToRest(world);
  setMode(world, 'Suspended');
  // Only the first step towards its end: the session is resumed before the next look.
  expect(nextStep(observationOf(world)).step).toMatchObject({ do: 'stop' });
  // The API server could not be told; the node knows what it did.
  world.endedByUs = world.containers?.[0]?.id ?? null;
  end(world);
  setMode(world, 'Running');
  runToRest(world);
  expect(world.session?.status.finishedAt).toBeUndefined();
  expect(world.containers).toMatchObject([{ state: 'running' }]);
});
