// What outlives a controller: each test is two processes on one book, the second of which knows nothing else.

import { expect, test } from 'vitest';
import { keepEnding, lookAtLifetime } from '../../../src/controller/lifetime.ts';
import { createSessionMemories } from '../../../src/controller/session-memory.ts';
import type { ObservedContainer } from '../../../src/model/container.ts';
import type { McpSession, SessionStatus } from '../../../src/model/session.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { aStoredSession, aWorld, runToRest, STORY_NODE, STORY_START_MS } from '../../support/story.ts';
import { createManualClock } from '../process/manual-clock.ts';

type Change = Partial<Parameters<typeof lookAtLifetime>[0]> & { readonly status?: SessionStatus };

function aBook() {
  const grants = grantsInMemory(createManualClock());
  const aProcess = () => {
    const memory = createSessionMemories().of('team-a/hello', 'uid');
    return {
      memory,
      look: (atSeconds: number, { status = {}, ...change }: Change = {}) =>
        lookAtLifetime({
          grants,
          memory,
          session: aStoredSession({}, status),
          containers: [],
          own: null,
          isHeld: null,
          suspension: 'none',
          node: STORY_NODE,
          nowMs: STORY_START_MS + atSeconds * 1000,
          ...change,
        }),
    };
  };
  return { grants, aProcess };
}

function aContainer(change: Partial<ObservedContainer> = {}, attempt = 0): ObservedContainer {
  const world = aWorld();
  runToRest(world);
  const [made] = world.containers ?? [];
  if (made === undefined) throw new Error('the story made no container');
  return { ...made, ...change, spec: { ...made.spec, identity: { ...made.spec.identity, attempt } } };
}

const sinceStart = (ms: number | null) => (ms === null ? null : (ms - STORY_START_MS) / 1000);
const suspended = (): McpSession => aStoredSession({ operatingMode: 'Suspended' });

test('the startup deadline of a new session counts from its assignment, also when no controller was there', () => {
  const { aProcess } = aBook();
  expect(sinceStart(aProcess().look(100).wantedSinceMs)).toBe(0);
});

test('and goes on in the next process', () => {
  const { aProcess } = aBook();
  const first = aProcess();
  first.look(10, { own: aContainer() });
  expect(sinceStart(first.look(50).wantedSinceMs)).toBe(50); // its container was lost
  expect(sinceStart(aProcess().look(90).wantedSinceMs)).toBe(50);
});

test('a session that is resumed, or whose engine comes back, gets the whole of it', () => {
  const { aProcess } = aBook();
  const process = aProcess();
  process.look(10);
  process.look(20, { session: suspended() });
  expect(sinceStart(process.look(500).wantedSinceMs)).toBe(500);
  process.look(600, { containers: null });
  expect(sinceStart(process.look(700).wantedSinceMs)).toBe(700);
});

test('it does not pass while the operator has suspended everything', () => {
  const { aProcess } = aBook();
  const process = aProcess();
  process.look(10, { suspension: 'refuse' });
  process.look(300, { suspension: 'refuse' });
  expect(sinceStart(process.look(400).wantedSinceMs)).toBe(400);
});

test('an assignment that claims a time before the session, or after now, is not believed', () => {
  const at = (assignedAt: string): SessionStatus => ({
    assignment: { nodeName: 'node-1', attempt: 1, instanceGeneration: 1, assignedAt },
  });
  for (const [assignedAt, want] of [
    ['2020-01-01T00:00:00Z', 0],
    ['2030-01-01T00:00:00Z', 60],
  ] as const) {
    const { aProcess } = aBook();
    expect(sinceStart(aProcess().look(60, { status: at(assignedAt) }).wantedSinceMs)).toBe(want);
  }
});

test("the engine's times, which follow the node's clock, decide neither idle time nor pause", () => {
  for (const offMs of [-7_200_000, 7_200_000]) {
    const { aProcess } = aBook();
    const process = aProcess();
    const own = aContainer({ startedMs: STORY_START_MS + offMs });
    expect(sinceStart(process.look(10, { own }).runningSinceMs)).toBe(10);
    expect(sinceStart(aProcess().look(30, { own }).runningSinceMs)).toBe(10);
    const ended = aContainer({ state: 'exited', finishedMs: STORY_START_MS + offMs });
    expect(sinceStart(process.look(40, { own: ended }).exitedSinceMs)).toBe(40);
    expect(sinceStart(process.look(45, { own: ended }).exitedSinceMs)).toBe(40);
  }
});

test('an attempt that the API server never heard of is counted', () => {
  const { aProcess } = aBook();
  aProcess().look(10, { own: aContainer({ state: 'exited' }, 3) });
  expect(aProcess().look(20).attemptSeen).toBe(3);
});

test('what was going on as the last process ended counts until now', () => {
  const { aProcess, grants } = aBook();
  const own = aContainer();
  aProcess().look(10, { own });
  const { uid } = aStoredSession().meta;
  grants.noteActivity(uid, { lastActivityMs: STORY_START_MS + 20_000, busy: true });
  expect(sinceStart(aProcess().look(100, { own }).lastActivityMs)).toBe(100);
});

const EXITED = {
  type: 'Finished',
  status: 'True',
  reason: 'Exited',
  message: '',
  observedGeneration: 1,
  lastTransitionTime: '2026-11-20T12:00:10Z',
} as const;

test('nothing is kept of a session that is over, deleted, or of another node', () => {
  const { aProcess, grants } = aBook();
  const { uid } = aStoredSession().meta;
  const deleted = { ...aStoredSession(), meta: { ...aStoredSession().meta, deletionMs: STORY_START_MS } };
  const gone: Change[] = [
    { status: { finishedAt: '2026-11-20T12:00:10Z', conditions: [EXITED] } },
    { session: deleted },
    { status: { assignment: undefined } },
  ];
  for (const change of gone) {
    const process = aProcess();
    process.look(10);
    expect(grants.of(uid)).not.toBeNull();
    process.look(20, change);
    expect(grants.of(uid)).toBeNull();
  }
});

test('a status that claims an end keeps the grant of a container that runs', () => {
  const { aProcess, grants } = aBook();
  aProcess().look(10, { own: aContainer(), status: { finishedAt: '2026-11-20T12:00:05Z' } });
  expect(grants.of(aStoredSession().meta.uid)?.ended).toBeNull();
});

test('a container that the node ended for a suspension is known by whoever comes next, until there is another one', async () => {
  const { grants, aProcess } = aBook();
  const own = aContainer();
  const session = suspended();
  aProcess().look(10, { session, own });
  const step = { do: 'remove', containerId: own.id } as const;
  await keepEnding(grants, { session }, { step, report: { reason: 'Deleting', message: '' } });
  expect(aProcess().look(20, { session }).endedByUs).toBeNull();
  await keepEnding(grants, { session }, { step, report: { reason: 'Suspended', message: '' } });
  expect(aProcess().look(30, { session }).endedByUs).toBe(own.id);
  expect(aProcess().look(40).endedByUs).toBe(own.id);
  expect(aProcess().look(50, { own: aContainer({ id: 'another' }) }).endedByUs).toBeNull();
});

test.each(['PolicyRejected', 'NodeLost'] as const)(
  'a container that the node ended with %s, from which a session can come back, is known by whoever comes next',
  async (reason) => {
    const { grants, aProcess } = aBook();
    const own = aContainer();
    const session = aStoredSession();
    aProcess().look(10, { session, own });
    const step = { do: 'remove', containerId: own.id } as const;
    await keepEnding(grants, { session }, { step, report: { reason, message: '' } });
    expect(aProcess().look(20, { session }).endedByUs).toBe(own.id);
  },
);
