// The watch over the engine's events, against an engine in memory.

import { describe, expect, test } from 'vitest';

import type { EngineEvent, EngineReader } from '../../../support/oracle/engine-socket.ts';
import type { Inspected } from '../../../support/oracle/subject.ts';
import { startWatcher } from '../../../support/oracle/watcher.ts';
import { aSubject } from './a-subject.ts';

const RUN = { id: '0123abcd', quietMs: 5 };
const OWN = { 'mcpsession.dev/cluster': 'test-r0123abcd-x', 'mcpsession.dev/uid': 'u', name: 'mcps-u' };

let lastTime = 0;
const anEvent = (containerId: string, change: Partial<EngineEvent> = {}): EngineEvent => {
  lastTime += 1;
  return { containerId, action: 'create', labels: OWN, timeNano: lastTime, ...change };
};

/** Containers that are there, without a process, so that nothing of this machine is read. */
function anEngine(events: readonly EngineEvent[], there: ReadonlyMap<string, Inspected | Error>): EngineReader {
  return {
    inspect: async (id) => {
      const found = there.get(id) ?? null;
      if (found instanceof Error) throw found;
      return found;
    },
    volume: async () => null,
    events: (_since, onEvent, signal) => {
      for (const event of events) onEvent(event);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  };
}

const stopped = (change: (host: Record<string, unknown>) => void = () => {}): Inspected =>
  aSubject(({ inspected, host }) => {
    inspected['State'] = { Pid: 0, Status: 'created' };
    change(host);
  }).inspected;

const watch = (events: readonly EngineEvent[], there: ReadonlyMap<string, Inspected | Error> = new Map()) =>
  startWatcher(anEngine(events, there), RUN).stop();

describe('the watch of the oracle', () => {
  test('looks at every container of ours, and gives what is different', async () => {
    const there = new Map([
      ['a', stopped()],
      ['b', stopped((host) => (host['Privileged'] = true))],
    ]);
    const { seen, faults } = await watch([anEvent('a'), anEvent('b'), anEvent('b', { action: 'start' })], there);
    expect(faults).toEqual([]);
    expect(seen.map(({ containerId, started, differences }) => [containerId, started, differences.length])).toEqual([
      ['a', false, 0],
      ['b', true, 2], // at its creation and at its start
    ]);
  });

  test('names what was gone before it could look', async () => {
    const { seen, missed } = await watch([anEvent('gone'), anEvent('gone', { action: 'start' })]);
    expect(seen).toEqual([]);
    expect(missed).toEqual([{ name: 'mcps-u', started: true }]);
  });

  test('leaves other runs and other software alone', async () => {
    const other = { 'mcpsession.dev/cluster': 'test-rffffffff-x' };
    const { seen, missed, foreign } = await watch([
      anEvent('other', { labels: other }),
      anEvent('database', { labels: { name: 'database' } }),
    ]);
    expect({ seen, missed, foreign }).toEqual({ seen: [], missed: [], foreign: 1 });
  });

  test('looks at a container of ours that names no run', async () => {
    const labels = { 'mcpsession.dev/uid': 'u', name: 'mcps-u' };
    const { seen } = await watch([anEvent('a', { labels })], new Map([['a', stopped()]]));
    expect(seen).toHaveLength(1);
  });

  test('an event that the engine tells twice is looked at once', async () => {
    const event = anEvent('a');
    const there = new Map([['a', stopped((host) => (host['Privileged'] = true))]]);
    const { seen } = await watch([event, event], there);
    expect(seen[0]?.differences).toHaveLength(1);
  });

  test('an engine that does not answer is a fault, not silence', async () => {
    const { faults } = await watch([anEvent('a')], new Map([['a', new Error('no answer')]]));
    expect(faults).toEqual(['a could not be examined: Error: no answer']);
  });
});
