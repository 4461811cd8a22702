// What the programs rely on of the events of an engine. Runs on the simulated engine and on the real one.

import { expect, test } from 'vitest';

import type { ContainerEngine, EngineEvent } from '../../../src/ports/container-engine.ts';
import { waitFor } from '../../support/wait-for.ts';
import { aSubject, type EngineUnderTest, started as startedIn, type SubjectOptions } from './engine-under-test.ts';

const { signal } = new AbortController();

export function engineEventsContract(given: () => EngineUnderTest): void {
  const watching = (engine: ContainerEngine) => {
    const events: EngineEvent[] = [];
    const stop = new AbortController();
    const watch = engine.watchEvents((event) => events.push(event), stop.signal);
    return {
      events,
      actionsOf: (id: string) => events.filter(({ containerId }) => containerId === id).map(({ action }) => action),
      end: () => (stop.abort(new Error('over')), watch),
    };
  };
  const started = async (options: SubjectOptions = {}) => (await startedIn(given(), options)).id;
  const gone = (of: ReturnType<typeof watching>, id: string) =>
    waitFor('the container is destroyed', () => of.actionsOf(id).includes('destroy'));

  test('a life is told in order, with whose it is', async () => {
    const watch = watching(given().engine);
    const id = await started();
    await given().engine.stop(id, 5, signal);
    await given().engine.remove(id, signal);
    await gone(watch, id);
    expect(watch.actionsOf(id)).toEqual(['create', 'start', 'kill', 'die', 'stop', 'destroy']);
    const ofIt = watch.events.filter(({ containerId }) => containerId === id);
    for (const event of ofIt) expect(event).toMatchObject({ namespace: 'team-a', name: 'contract' });
    await watch.end();
  });

  test('the removal of one that runs ends it first, and of one that does not run nothing ends', async () => {
    const watch = watching(given().engine);
    const [id, paused] = [await started(), await started()];
    await given().engine.remove(id, signal);
    await given().hands.pause(paused);
    await given().engine.remove(paused, signal);
    const fresh = (await given().engine.create(aSubject(given()).spec, signal)).id;
    await given().engine.stop(fresh, 1, signal);
    await given().engine.remove(fresh, signal);
    await gone(watch, fresh);
    expect(watch.actionsOf(id)).toEqual(['create', 'start', 'kill', 'die', 'destroy']);
    expect(watch.actionsOf(paused)).toEqual(['create', 'start', 'pause', 'kill', 'die', 'destroy']);
    expect(watch.actionsOf(fresh)).toEqual(['create', 'destroy']);
    await watch.end();
  });

  test('an end by itself is told, and what was done already is not told again', async () => {
    const watch = watching(given().engine);
    const id = await started({ change: { entrypoint: ['sh', '-c'], command: ['exit 7'] } });
    await given().hands.awaitEnd(id, { exitCode: 7, oomKilled: false });
    await given().engine.stop(id, 1, signal);
    await given().engine.remove(id, signal);
    await given().engine.remove(id, signal);
    await gone(watch, id);
    expect(watch.actionsOf(id)).toEqual(['create', 'start', 'die', 'destroy']);
    await watch.end();
  });

  test('nothing is told of containers of others or of another node', async () => {
    const { engine, hands } = given();
    const watch = watching(engine);
    const foreign = await hands.makeForeignContainer(aSubject(given()).name);
    const ofOtherNode = await hands.makeContainerOfOtherNode();
    for (const id of [foreign, ofOtherNode]) await hands.removeContainer(id);
    const id = await started();
    await engine.remove(id, signal);
    await gone(watch, id);
    expect([watch.actionsOf(foreign), watch.actionsOf(ofOtherNode)]).toEqual([[], []]);
    await watch.end();
  });

  test('who listens late hears of the last moment, and who has stopped of nothing more', async () => {
    const id = await started();
    const late = watching(given().engine);
    await waitFor('what was before is told', () => late.actionsOf(id).includes('start'));
    await late.end();
    const heard = late.events.length;
    const other = watching(given().engine);
    await given().engine.remove(id, signal);
    await gone(other, id);
    expect(late.events).toHaveLength(heard);
    await other.end();
    const over = new AbortController();
    over.abort(new Error('over'));
    await given().engine.watchEvents(() => {}, over.signal);
  });
}
