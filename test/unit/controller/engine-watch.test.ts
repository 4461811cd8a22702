import { afterEach, beforeEach, expect, test } from 'vitest';
import { createContainerView } from '../../../src/controller/container-view.ts';
import { createEngineWatch } from '../../../src/controller/engine-watch.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { STORY_NODE } from '../../support/story.ts';
import { createManualClock, type ManualClock } from '../process/manual-clock.ts';

let clock: ManualClock;
let stop: AbortController;
beforeEach(() => {
  clock = createManualClock();
  stop = new AbortController();
});
afterEach(() => stop.abort());

/** An engine whose every try says what `says` says; null: it answers. */
function watch(says: { now: (tries: number) => string | null }) {
  const told: string[] = [];
  let looks = 0;
  let tries = 0;
  const facts = async () => {
    tries += 1;
    const why = says.now(tries);
    if (why !== null) throw new OperatorError('unavailable', why);
    return STORY_NODE;
  };
  const engine = {
    facts,
    list: async () => [],
    ping: async () => {},
    watchEvents: (_onEvent: unknown, signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  } as unknown as ContainerEngine; // nothing else is asked for here
  const engineWatch = createEngineWatch({
    engine,
    view: createContainerView(engine),
    clock,
    random: () => 0.5,
    log: silentLog,
    onUp: () => told.push('up'),
    onListed: () => {},
    onChangeOfAll: () => (looks += 1),
    onDown: (why) => told.push(why),
    onChange: () => {},
  });
  void engineWatch.run(stop.signal);
  return { told, looks: () => looks };
}

test('a reason that has become another one for good replaces the one before, and costs no look at the sessions', async () => {
  const says = { now: (): string | null => 'no Docker Engine answers' };
  const { told, looks } = watch(says);
  await clock.advance(20_000);
  expect(told).toEqual(['no Docker Engine answers']);
  says.now = () => 'the engine is too old';
  await clock.advance(20_000);
  expect(told).toEqual(['no Docker Engine answers', 'the engine is too old']);
  expect(looks()).toBe(1);
  says.now = () => null;
  await clock.advance(10_000);
  expect(told.at(-1)).toBe('up');
});

test('words that differ from try to try are told once', async () => {
  const { told } = watch({ now: (tries) => `the connection broke, try ${tries}` });
  await clock.advance(60_000);
  expect(told).toEqual(['the connection broke, try 1']);
});
