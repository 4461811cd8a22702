// The two steps that touch values of Secrets: a look before the container, and the hand-over to its session init.

import { expect, test } from 'vitest';
import { perform, type PerformDependencies } from '../../../src/controller/perform.ts';
import { failingAct } from '../../../src/controller/step-kinds.ts';
import { createSessionMemories, failureOf } from '../../../src/controller/session-memory.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { EnvironmentEntry } from '../../../src/model/container.ts';
import type { Reference } from '../../../src/model/references.ts';
import type { Step } from '../../../src/plan/step.ts';

const signal = new AbortController().signal;
const DB: Reference = { kind: 'Secret', name: 'db', key: 'url', variable: 'DB', optional: false };
const VALUE = 'hunter2';

function setUp(given: { isHeld?: boolean | null; readFault?: OperatorError; silent?: boolean } = {}) {
  const asked: string[] = [];
  let released: readonly EnvironmentEntry[] | null = null;
  const deps = {
    inits: {
      open: async () => {},
      whenReady: async () => {
        if (given.silent === true) throw new OperatorError('unavailable', 'the session init does not answer');
        asked.push('ready');
      },
      isHeld: () => given.isHeld ?? null,
      release: async (_containerId: string, environment: readonly EnvironmentEntry[]) => {
        asked.push('release');
        released = environment;
      },
      onWayChange: () => () => {},
    },
    references: {
      read: async (namespace: string, references: readonly Reference[]) => {
        asked.push(`read ${namespace}/${references.map(({ name }) => name).join()}`);
        if (given.readFault !== undefined) throw given.readFault;
        return references.map(({ variable }) => ({ name: variable, value: VALUE }));
      },
    },
  } as unknown as PerformDependencies; // these steps need nothing else
  const key = 'team-a/hello';
  const memory = createSessionMemories().of(key, 'uid');
  const run = (step: Step) => perform(deps, step, { key, session: null, memory }, signal);
  return { asked, memory, run, released: () => released };
}

const release = (...references: readonly Reference[]): Step => ({ do: 'release', containerId: 'c', references });

test('the look before the container keeps no value', async () => {
  const { asked, memory, run } = setUp();
  await run({ do: 'lookAtReferences', references: [DB] });
  expect(asked).toEqual(['read team-a/db']);
  expect(memory.referencesReadable).toBe(true);
  expect(JSON.stringify(memory)).not.toContain(VALUE);
});

test('values are read when the session init waits for them, and handed over', async () => {
  const { asked, memory, run, released } = setUp({ isHeld: true });
  await run(release(DB));
  expect(asked).toEqual(['ready', 'read team-a/db', 'release']);
  expect(released()).toEqual([{ name: 'DB', value: VALUE }]);
  expect(JSON.stringify(memory)).not.toContain(VALUE);
});

test('a session with host paths alone is released without asking for anything', async () => {
  const { asked, run, released } = setUp({ isHeld: true });
  await run(release());
  expect(asked).toEqual(['ready', 'release']);
  expect(released()).toEqual([]);
});

test('a session that an earlier controller released needs its Secrets no more', async () => {
  const { asked, run } = setUp({ isHeld: false });
  await run(release(DB));
  expect(asked).toEqual(['ready']);
});

test('nothing is released without all of its values', async () => {
  const { asked, run } = setUp({ isHeld: true, readFault: new OperatorError('not-found', 'there is no Secret db') });
  await expect(run(release(DB))).rejects.toThrow('there is no Secret db');
  expect(asked).toEqual(['ready', 'read team-a/db']);
});

test('nothing is read for a session init that does not answer', async () => {
  const { asked, run } = setUp({ silent: true });
  await expect(run(release(DB))).rejects.toMatchObject({ kind: 'unavailable' });
  expect(asked).toEqual([]);
});

test.each(['not-found', 'forbidden', 'invalid', 'unavailable'] as const)(
  'a person can mend what %s says, so it is tried again',
  (kind) => {
    const act = failingAct(release(DB)) ?? 'observe';
    const failure = failureOf({ act, error: new OperatorError(kind, 'why'), before: null, nowMs: 0, random: () => 1 });
    expect(failure).toMatchObject({ act: 'release', retryable: true, engineAway: kind === 'unavailable' });
  },
);
