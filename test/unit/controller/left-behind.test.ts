import { expect, test } from 'vitest';
import { createLeftBehind } from '../../../src/controller/left-behind.ts';
import type { ContainerState } from '../../../src/model/container.ts';
import { aStoredSession } from '../../support/story.ts';

const session = aStoredSession();
const listed = (name: string, state: ContainerState, uid = name) => ({
  id: name,
  uid,
  namespace: 'team-a',
  name,
  state,
});

function begun(...containers: readonly ReturnType<typeof listed>[]) {
  const told: string[] = [];
  const leftBehind = createLeftBehind(() => told.push('empty'));
  leftBehind.begin(containers, [session]);
  return { leftBehind, told };
}

test('what runs and belongs to no session of the node counts until a look finds nothing that has to go', () => {
  const own = listed('hello', 'running', session.meta.uid);
  const { leftBehind, told } = begun(own, listed('moved', 'running'), listed('stopped', 'paused'));
  expect(leftBehind.count()).toBe(2);
  leftBehind.settled('team-a/hello');
  leftBehind.settled('team-a/moved');
  leftBehind.settled('team-a/moved');
  expect({ count: leftBehind.count(), told }).toEqual({ count: 1, told: [] });
  leftBehind.settled('team-a/stopped');
  expect({ count: leftBehind.count(), told }).toEqual({ count: 0, told: ['empty'] });
});

test('a container that has ended holds nobody up', () => {
  expect(begun(listed('gone', 'exited'), listed('new', 'created'), listed('bad', 'dead')).leftBehind.count()).toBe(0);
});

test('an earlier incarnation under the name of a session counts', () => {
  expect(begun(listed('hello', 'running', 'another-uid')).leftBehind.count()).toBe(1);
});
