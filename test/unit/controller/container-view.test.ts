import { expect, test } from 'vitest';
import { createContainerView } from '../../../src/controller/container-view.ts';
import type { ContainerState } from '../../../src/model/container.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { aContainer } from '../../support/container-builder.ts';

const signal = new AbortController().signal;
const KEY = 'team-a/hello';
const summary = (id: string) => ({
  id,
  uid: 'u',
  namespace: 'team-a',
  name: 'hello',
  createdMs: 0,
  state: 'running' as const,
});

function setUp() {
  const inspected: string[] = [];
  const gone = new Set<string>();
  const foreign = new Set<string>();
  /** What happens on the engine while an inspect is under way. */
  const during: (() => void)[] = [];
  const states: ContainerState[] = [];
  const inspect: ContainerEngine['inspect'] = async (id) => {
    inspected.push(id);
    const state = states.shift() ?? 'running';
    await Promise.resolve();
    during.shift()?.();
    if (gone.has(id)) return null;
    if (foreign.has(id)) return { ours: false, id };
    const container = {
      id,
      state,
      createdMs: 0,
      startedMs: 0,
      finishedMs: null,
      exitCode: null,
      oomKilled: false,
      engineError: '',
      pid: null,
      spec: aContainer(),
    };
    return { ours: true, container };
  };
  const view = createContainerView({ inspect } as unknown as ContainerEngine); // the view asks for nothing else
  const ids = async () => (await view.containersOf(KEY, signal)).map(({ id }) => id);
  return { view, inspected, gone, foreign, ids, during, states };
}

test('before the first list nothing is known, which is not the same as nothing', async () => {
  const { view, ids } = setUp();
  await expect(ids()).rejects.toMatchObject({ kind: 'unavailable' });
  view.replaceAll([]);
  expect(await ids()).toEqual([]);
  view.forget('the engine is away');
  await expect(ids()).rejects.toMatchObject({ kind: 'unavailable' });
});

test('a container is inspected once, and again only after a reason to', async () => {
  const { view, inspected, ids } = setUp();
  view.replaceAll([summary('c1')]);
  await ids();
  await ids();
  expect(inspected).toEqual(['c1']);
  expect(view.note({ containerId: 'c1', namespace: 'team-a', name: 'hello', action: 'die' })).toBe(KEY);
  await ids();
  view.markStale(KEY);
  await ids();
  expect(inspected).toEqual(['c1', 'c1', 'c1']);
});

test('what is gone, or turns out not to be ours, is forgotten', async () => {
  const { view, gone, foreign, ids } = setUp();
  view.replaceAll([summary('c1'), summary('c2')]);
  gone.add('c1');
  foreign.add('c2');
  expect(await ids()).toEqual([]);
  expect(view.size()).toBe(0);
});

test('a later list adds what is new, and has what it lacks looked at before it is believed to be gone', async () => {
  const { view, inspected, gone, ids } = setUp();
  view.replaceAll([summary('c1')]);
  await ids();
  view.add(KEY, 'made-after-the-list-began');
  view.merge([summary('c2')], view.mark());
  gone.add('c1');
  expect((await ids()).sort()).toEqual(['c2', 'made-after-the-list-began']);
  expect(inspected.filter((id) => id === 'c1')).toHaveLength(2);
});

const event = (action: string) => ({ containerId: 'c1', namespace: 'team-a', name: 'hello', action });

test('an answer that was asked for before the container died is not believed', async () => {
  const { view, during, states } = setUp();
  view.replaceAll([summary('c1')]);
  states.push('running', 'exited');
  during.push(() => view.note(event('die')));
  const found = await view.containersOf(KEY, signal);
  expect(found.map(({ state }) => state)).toEqual(['exited']);
  expect((await view.containersOf(KEY, signal)).map(({ state }) => state)).toEqual(['exited']);
});

test('the echo of our own start is no reason to inspect again, but a start that the answer misses is', async () => {
  const { view, inspected, ids, during, states } = setUp();
  view.replaceAll([summary('c1')]);
  during.push(() => view.note(event('start')));
  await ids();
  view.note(event('start'));
  await ids();
  expect(inspected).toEqual(['c1']);

  view.markStale(KEY);
  states.push('created', 'running');
  during.push(() => view.note(event('start')));
  expect((await view.containersOf(KEY, signal)).map(({ state }) => state)).toEqual(['running']);
});

test('a list that shows another state than the known one causes a look', async () => {
  const { view, inspected, ids } = setUp();
  view.replaceAll([summary('c1')]);
  await ids();
  view.merge([summary('c1')], view.mark());
  await ids();
  expect(inspected).toEqual(['c1']);
  view.merge([{ ...summary('c1'), state: 'exited' }], view.mark());
  await ids();
  expect(inspected).toEqual(['c1', 'c1']);
});

test('what was learned after a list was asked for is newer than the list', async () => {
  const { view, inspected, ids } = setUp();
  view.replaceAll([summary('c1')]);
  const mark = view.mark();
  view.add(KEY, 'c2');
  await ids();
  expect(view.merge([{ ...summary('c1'), state: 'created' }], mark)).toEqual(new Set());
  await ids();
  expect(inspected).toEqual(['c1', 'c2']);
  expect(view.merge([{ ...summary('c1'), state: 'created' }], view.mark())).toEqual(new Set([KEY]));
});
