// Names that the node had before: what is asked, what is removed, and what is left alone while anybody is not sure.

import { expect, test } from 'vitest';
import { createFormerNames } from '../../../src/controller/former-names.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { AttachmentSummary } from '../../../src/model/attachments.ts';
import type { ObservedContainer } from '../../../src/model/container.ts';
import type { McpNode } from '../../../src/model/node.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { type Log, silentLog } from '../../../src/ports/log.ts';
import { aContainer } from '../../support/container-builder.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { keptInMemory } from '../../support/kept-text.ts';
import { aStoredSession } from '../../support/story.ts';
import { createManualClock, settle } from '../process/manual-clock.ts';
import { aNode } from './node-world.ts';

const EVERY_MS = 30_000;
const away = (): never => {
  throw new OperatorError('unavailable', 'it does not answer');
};

const { uid } = aStoredSession().meta;
const assignedTo = (nodeName: string): McpSession =>
  aStoredSession(
    {},
    { assignment: { nodeName, attempt: 1, instanceGeneration: 1, assignedAt: '2026-11-20T12:00:00Z' } },
  );

function heldContainer(change: { readonly id?: string; readonly named?: string } = {}): ObservedContainer {
  const base = aContainer();
  const spec = aContainer({
    identity: { ...base.identity, node: 'old', uid },
    containerName: change.named ?? base.containerName,
  });
  return {
    ...{ id: change.id ?? 'c1', state: 'running', createdMs: 0, startedMs: 0, finishedMs: null, exitCode: null },
    ...{ oomKilled: false, engineError: '', pid: 42, spec },
  };
}

/** An engine as the controller of the former name sees it, in memory. */
function engineWith(containers: ObservedContainer[], attachments: AttachmentSummary[] = []) {
  const calls: string[] = [];
  const engine = {
    list: async () => containers.map(({ id, state, createdMs, spec }) => ({ ...spec.identity, id, state, createdMs })),
    listAttachments: async () => attachments,
    inspect: async (id: string) => {
      const container = containers.find((each) => each.id === id);
      return container === undefined ? null : { ours: true as const, container };
    },
    remove: async (id: string) => {
      calls.push(`container ${id}`);
      containers.splice(0, containers.length, ...containers.filter((each) => each.id !== id));
    },
    removeNetwork: async (id: string) => {
      calls.push(`network ${id}`);
      attachments.splice(0, attachments.length, ...attachments.filter((each) => each.id !== id));
    },
    removeWorkspace: async (id: string) => {
      calls.push(`workspace ${id}`);
      attachments.splice(0, attachments.length, ...attachments.filter((each) => each.id !== id));
    },
  } as Partial<ContainerEngine> as ContainerEngine; // nothing else is asked
  return { engine, calls };
}

const network = (): AttachmentSummary => {
  const { node: _node, attempt: _attempt, specHash: _hash, ...identity } = aContainer().identity;
  return { kind: 'network', id: 'n1', persistent: false, identity: { ...identity, node: 'old' } };
};

/** Runs as a term does, with what a test makes the API server say. */
function aTerm(of: { readonly engine: ContainerEngine; readonly names?: readonly string[] }) {
  const clock = createManualClock();
  const kept = keptInMemory();
  const names = grantsInMemory(clock, { kept, formerNames: of.names ?? ['old'] });
  const asked: string[] = [];
  const told: string[] = [];
  const warnings: string[] = [];
  const removed: string[] = [];
  const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
  const world = {
    node: (() => null) as () => McpNode | null,
    session: (() => null) as () => McpSession | null,
    tell: () => {},
  };
  const end = new AbortController();
  const formerNames = createFormerNames({
    engineOf: (name) => {
      asked.push(name);
      return of.engine;
    },
    names,
    nodes: { read: async () => world.node() },
    store: { read: async () => world.session() },
    tell: async (message) => {
      world.tell();
      told.push(message);
    },
    onRemoved: ({ id }) => void removed.push(id),
    whenPublished: Promise.resolve(),
    clock,
    log,
  });
  const start = () => formerNames.run(EVERY_MS, end.signal);
  return { ...{ clock, kept, names, asked, told, warnings, removed, world, end }, start };
}

const aNodeObject = { name: 'old' } as McpNode; // only that there is one

test('without a former name nothing is asked', async () => {
  const { engine } = engineWith([heldContainer()]);
  const term = aTerm({ engine, names: [] });
  await term.start();
  expect(term.asked).toEqual([]);
});

test('while the McpNode is there its sessions keep what they have, and people are told once, also by later terms', async () => {
  const { engine, calls } = engineWith([heldContainer()], [network()]);
  const term = aTerm({ engine });
  term.world.node = () => aNodeObject;
  term.world.session = () => assignedTo('old');
  void term.start();
  await term.clock.advance(3 * EVERY_MS);
  void term.start();
  await term.clock.advance(EVERY_MS);
  expect(calls).toEqual([]);
  expect(term.told).toEqual([expect.stringContaining('1 container and 1 network or volume of sessions of old')]);
  expect(term.warnings).toEqual(['this machine was another node before']);
  expect(term.names.formerNames()).toEqual(['old']);
});

test('people who could not be told are told later', async () => {
  const { engine } = engineWith([heldContainer()]);
  const term = aTerm({ engine });
  term.world.node = () => aNodeObject;
  term.world.session = () => assignedTo('old');
  term.world.tell = away;
  void term.start();
  await settle();
  term.world.tell = () => {};
  await term.clock.advance(EVERY_MS);
  expect(term.told).toHaveLength(1);
});

test('while the McpNode is there what placement moved away goes all the same, and nobody is told', async () => {
  const { engine, calls } = engineWith([heldContainer()], [network()]);
  const term = aTerm({ engine });
  term.world.node = () => aNodeObject;
  term.world.session = () => assignedTo('new');
  void term.start();
  await settle();
  expect(calls).toEqual(['container c1', 'network n1']);
  expect(term.told).toEqual([]);
});

test('McpNode and session gone: container, network, then the name, which is off the disk too', async () => {
  const { engine, calls } = engineWith([heldContainer()], [network()]);
  const term = aTerm({ engine });
  const running = term.start();
  await settle();
  expect(calls).toEqual(['container c1', 'network n1']);
  expect(term.removed).toEqual(['c1']);
  await term.clock.advance(EVERY_MS);
  await running; // nothing is left to look after
  expect(term.names.formerNames()).toEqual([]);
  expect(JSON.parse(term.kept.text ?? '')).toMatchObject({ formerNames: [] });
});

test('a session that is still assigned to the former name waits; what placement moved away goes at the next look', async () => {
  const { engine, calls } = engineWith([heldContainer()]);
  const term = aTerm({ engine });
  term.world.session = () => assignedTo('old');
  void term.start();
  await term.clock.advance(3 * EVERY_MS);
  expect(calls).toEqual([]);
  term.world.session = () => assignedTo('node-1');
  await term.clock.advance(EVERY_MS);
  expect(calls).toEqual(['container c1']);
});

test.each([
  { what: 'the McpNode', cut: (world: ReturnType<typeof aTerm>['world']) => (world.node = away) },
  { what: 'the session', cut: (world: ReturnType<typeof aTerm>['world']) => (world.session = away) },
])('an API server that does not answer for $what is no word that it is gone', async ({ cut }) => {
  const { engine, calls } = engineWith([heldContainer()]);
  const term = aTerm({ engine });
  cut(term.world);
  void term.start();
  await term.clock.advance(2 * EVERY_MS);
  expect(calls).toEqual([]);
  term.world.node = () => null;
  term.world.session = () => null;
  await term.clock.advance(EVERY_MS);
  expect(calls).toEqual(['container c1']);
});

test.each(['list', 'listAttachments'] as const)(
  'an engine whose %s fails has not said that nothing is left',
  async (call) => {
    const { engine } = engineWith([]);
    const term = aTerm({ engine: { ...engine, [call]: async () => away() } });
    void term.start();
    await term.clock.advance(2 * EVERY_MS);
    expect(term.names.formerNames()).toEqual(['old']);
  },
);

test('a container that cannot be removed keeps its network, not its neighbour, and is tried again', async () => {
  const stuck = heldContainer({ id: 'stuck' });
  const neighbour = heldContainer();
  const other = { ...neighbour.spec.identity, uid: 'other', name: 'other' };
  const { engine, calls } = engineWith(
    [stuck, { ...neighbour, spec: { ...neighbour.spec, identity: other, containerName: 'mcps-other' } }],
    [network()],
  );
  let isStuck = true;
  const remove: ContainerEngine['remove'] = (id, signal) =>
    isStuck && id === 'stuck' ? away() : engine.remove(id, signal);
  const term = aTerm({ engine: { ...engine, remove } });
  void term.start();
  await settle();
  expect(calls).toEqual(['container c1']);
  isStuck = false;
  await term.clock.advance(EVERY_MS);
  expect(calls).toEqual(['container c1', 'container stuck', 'network n1']);
});

test('a copy that inherited our labels and has another name is left alone', async () => {
  const { engine, calls } = engineWith([heldContainer({ named: 'a-copy' })]);
  const term = aTerm({ engine });
  void term.start();
  await term.clock.advance(2 * EVERY_MS);
  expect(calls).toEqual([]);
  expect(term.removed).toEqual([]);
});

test('a process that was frozen for longer than its lease removes nothing, until it has the node again', async () => {
  const { engine, calls } = engineWith([heldContainer()]);
  const on = { list: away as () => void };
  const list: ContainerEngine['list'] = async (signal) => {
    on.list();
    return engine.list(signal);
  };
  const grants = grantsInMemory(createManualClock(), { formerNames: ['old'] });
  const node = await aNode({
    grants,
    formerNames: { engineOf: () => ({ ...engine, list }), tell: () => Promise.resolve() },
  });
  let looks = 0;
  on.list = () => {
    looks += 1;
    node.clock.jump(11_000); // no timer has run since
  };
  await node.clock.advance(30_000);
  expect({ looks, calls }).toEqual({ looks: 1, calls: [] });
  on.list = () => {};
  await node.clock.advance(60_000);
  expect(calls).toEqual(['container c1']);
  expect(node.orphans).toEqual([uid]);
  await node.stop();
});
