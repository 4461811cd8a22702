// Looks at what a running container is attached to.

import { expect, test } from 'vitest';

import { createContainerView } from '../../../src/controller/container-view.ts';
import { createLeftovers } from '../../../src/controller/leftovers.ts';
import { performOnAttachments } from '../../../src/controller/perform-attachment.ts';
import { createSessionMemories } from '../../../src/controller/session-memory.ts';
import type { ObservedContainer } from '../../../src/model/container.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { aContainer } from '../../support/container-builder.ts';

const KEY = 'team-a/hello';
const signal = new AbortController().signal;

const running: ObservedContainer = {
  id: 'c1',
  state: 'running',
  createdMs: 0,
  startedMs: 0,
  finishedMs: null,
  exitCode: null,
  oomKilled: false,
  engineError: '',
  pid: 42,
  spec: aContainer(),
};

test('what a container is attached to is judged by the run of it that is seen after the look', async () => {
  let container: ObservedContainer = running;
  const engine = {
    inspect: async () => ({ ours: true, container }),
    attachmentsOf: async () => {
      container = { ...running, state: 'exited', pid: null }; // it ends between the inspect and this look, and no event has come yet
      return { networks: [], workspaces: [] };
    },
  } as unknown as ContainerEngine; // nothing else is asked
  const view = createContainerView(engine);
  view.replaceAll([{ id: 'c1', uid: 'u', namespace: 'team-a', name: 'hello', createdMs: 0, state: 'running' }]);
  expect(await view.containersOf(KEY, signal)).toMatchObject([{ state: 'running' }]);
  const memory = createSessionMemories().of(KEY, 'u');
  const step = { do: 'lookAtAttachments', uid: 'u', containerId: 'c1', pid: 42 } as const;
  await performOnAttachments({ engine, view, leftovers: createLeftovers() }, step, { key: KEY, memory }, signal);
  expect(await view.containersOf(KEY, signal)).toMatchObject([{ state: 'exited' }]);
});
