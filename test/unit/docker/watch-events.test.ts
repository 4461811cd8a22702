import { expect, test } from 'vitest';

import { engineEvent, WATCHED_ACTIONS } from '../../../src/docker/watch-events.ts';
import { labelsOf } from '../../../src/docker/identity-labels.ts';
import { aContainer } from '../../support/container-builder.ts';

const home = { cluster: 'cluster-1', nodeName: 'node-1' };
const Attributes = { ...labelsOf(aContainer().identity), image: 'x', name: 'mcps-1' };
const line = { Type: 'container', Action: 'die', Actor: { ID: 'abc', Attributes }, time: 1 };

test.each(WATCHED_ACTIONS)('passes on %s with the session', (Action) => {
  expect(engineEvent({ ...line, Action }, home)).toEqual({
    containerId: 'abc',
    namespace: 'team-a',
    name: 'hello',
    action: Action,
  });
});

test.each([
  { name: 'a command, whose line may hold a secret', given: { ...line, Action: 'exec_create: sh -c secret' } },
  { name: 'an image', given: { ...line, Type: 'image' } },
  {
    name: 'a container of another cluster',
    given: { ...line, Actor: { ID: 'a', Attributes: { ...Attributes, 'mcpsession.dev/cluster': 'x' } } },
  },
  { name: 'a container without labels', given: { ...line, Actor: { ID: 'a', Attributes: {} } } },
  { name: 'nonsense', given: 'x' },
])('drops $name', ({ given }) => {
  expect(engineEvent(given, home)).toBeNull();
});
