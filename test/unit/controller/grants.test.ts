import { expect, test } from 'vitest';
import { createGrantBook, readNodeState } from '../../../src/controller/grants.ts';
import { type ClockAnchor, nodeStateSchema, type SessionGrant } from '../../../src/model/node-state.ts';
import { type Log, type LogFields, silentLog } from '../../../src/ports/log.ts';
import { keptInMemory } from '../../support/kept-text.ts';
import { createManualClock } from '../process/manual-clock.ts';

const identity = { cluster: 'cluster-1', nodeName: 'node-1' };

const aGrant = (change: Partial<SessionGrant> = {}): SessionGrant => ({
  uid: 'u1',
  namespace: 'team-a',
  name: 'hello',
  expiryMs: 5_000_000,
  idleTimeoutSeconds: 900,
  running: { containerId: 'c1', sinceMs: 1_000_000 },
  lastActivityMs: null,
  busy: false,
  wantedSinceMs: null,
  instanceGeneration: 1,
  attempt: 0,
  stopped: null,
  ended: null,
  ...change,
});

function aBook(kept = keptInMemory()) {
  const clock = createManualClock();
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (message: string, _fields?: LogFields) => void warnings.push(message) };
  const anchor = { value: null as ClockAnchor | null };
  const book = createGrantBook({ kept, identity, sessions: [], anchor: () => anchor.value, clock, log });
  return { book, clock, kept, anchor, warnings, onDisk: () => nodeStateSchema.parse(JSON.parse(kept.text ?? 'null')) };
}

test('a promise is on the disk when it is settled, and the next process reads it', async () => {
  const { book, kept } = aBook();
  book.put(aGrant());
  await book.settled();
  expect(await readNodeState(kept, identity, silentLog)).toMatchObject({ clock: null, sessions: [aGrant()] });
});

test('activity is written at most every five seconds, however many commands there are, and not lost', async () => {
  const { book, clock, kept, onDisk } = aBook();
  book.put(aGrant());
  await clock.advance(60_000);
  const before = kept.writes;
  for (let count = 0; count < 200; count += 1) {
    book.noteActivity('u1', { lastActivityMs: clock.nowMs(), busy: count % 2 === 0 });
    await clock.advance(100);
  }
  const lastMs = clock.nowMs() - 100;
  await clock.advance(5_000);
  expect(kept.writes - before).toBeLessThanOrEqual(6);
  expect(onDisk().sessions[0]).toMatchObject({ lastActivityMs: lastMs, busy: false });
  expect(clock.sleepers).toBe(0);
});

test('the first command after a quiet time is on the disk at once', async () => {
  const { book, clock, onDisk } = aBook();
  book.put(aGrant());
  await clock.advance(60_000);
  book.noteActivity('u1', { lastActivityMs: clock.nowMs(), busy: true });
  await book.settled();
  expect(onDisk().sessions[0]?.busy).toBe(true);
});

test('the same again writes nothing', async () => {
  const { book, clock, kept } = aBook();
  for (let count = 0; count < 10; count += 1) {
    book.put(aGrant());
    book.forget('unknown');
    book.keepOnly(new Set(['u1']));
    await clock.advance(10_000);
  }
  expect(kept.writes).toBe(1);
});

test('a disk that fails is told once, tried again, and holds everything when it works', async () => {
  const { book, clock, kept, warnings, onDisk } = aBook();
  kept.fault = 'write';
  book.put(aGrant());
  book.put(aGrant({ uid: 'u2' }));
  await clock.advance(60_000);
  expect(warnings).toHaveLength(1);
  kept.fault = null;
  await clock.advance(10_000);
  expect(onDisk().sessions.map(({ uid }) => uid)).toEqual(['u1', 'u2']);
});

test('a disk that hangs keeps nobody waiting for longer than two seconds', async () => {
  const kept = { ...keptInMemory(), replace: () => new Promise<void>(() => {}) };
  const { book, clock } = aBook(kept);
  book.put(aGrant());
  let isSettled = false;
  void book.settled().then(() => (isSettled = true));
  await clock.advance(1_900);
  expect(isSettled).toBe(false);
  await clock.advance(200);
  expect(isSettled).toBe(true);
});

test('cluster time is part of the file, written when it becomes known and when it moves', async () => {
  const { book, clock, anchor, kept, onDisk } = aBook();
  book.noteClock();
  expect(kept.writes).toBe(0);
  for (const bootedAtMs of [1_000, 1_100, 9_000]) {
    anchor.value = { bootId: 'b', bootedAtMs, writtenAtMs: bootedAtMs + 5 };
    book.noteClock();
    await clock.advance(10_000);
  }
  expect(kept.writes).toBe(2);
  expect(onDisk().clock?.bootedAtMs).toBe(9_000);
});

test.each([
  { name: 'truncated', text: '{"version":1,"clu' },
  { name: 'of a later version', text: '{"version":2,"sessions":[]}' },
  {
    name: 'of another node',
    text: JSON.stringify({ version: 1, cluster: 'cluster-1', nodeName: 'n2', clock: null, sessions: [aGrant()] }),
    formerNames: ['n2'],
  },
  {
    name: 'of another cluster, whose node had another name',
    text: JSON.stringify({ version: 1, cluster: 'c2', nodeName: 'n2', formerNames: ['n1'], clock: null, sessions: [] }),
  },
  {
    name: 'with a time that is none',
    text: JSON.stringify({ version: 1, ...identity, clock: null, sessions: [aGrant({ expiryMs: -1 })] }),
  },
])('a file $name is told and means that no session and no time is known', async ({ text, formerNames = [] }) => {
  const { warnings } = aBook();
  const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
  expect(await readNodeState(keptInMemory(text), identity, log)).toEqual({ clock: null, sessions: [], formerNames });
  expect(warnings).toHaveLength(1);
});

test('a file of a release that knew no former names is read, and has none', async () => {
  const text = JSON.stringify({ version: 1, ...identity, clock: null, sessions: [aGrant()] });
  const { sessions, formerNames } = await readNodeState(keptInMemory(text), identity, silentLog);
  expect({ sessions, formerNames }).toEqual({ sessions: [aGrant()], formerNames: [] });
});

/** What a process of this name finds, which writes its book and is killed at once. */
async function asNode(nodeName: string, kept: ReturnType<typeof keptInMemory>): Promise<readonly string[]> {
  const of = { cluster: 'cluster-1', nodeName };
  const { sessions, formerNames } = await readNodeState(kept, of, silentLog);
  const given = { kept, identity: of, sessions, formerNames, anchor: () => null };
  const book = createGrantBook({ ...given, clock: createManualClock(), log: silentLog });
  book.begin();
  await book.settled();
  return book.formerNames();
}

test('names of the machine outlive processes and renamings, until the name comes back or nothing is left of it', async () => {
  const kept = keptInMemory();
  expect(await asNode('x', kept)).toEqual([]);
  expect(await asNode('y', kept)).toEqual(['x']);
  expect(await asNode('y', kept)).toEqual(['x']);
  expect(await asNode('z', kept)).toEqual(['x', 'y']);
  expect(await asNode('x', kept)).toEqual(['y', 'z']);
});

test('a name that is forgotten is off the disk, and the others stay', async () => {
  const kept = keptInMemory();
  await asNode('x', kept);
  await asNode('y', kept);
  const of = { cluster: 'cluster-1', nodeName: 'z' };
  const { formerNames } = await readNodeState(kept, of, silentLog);
  const given = { kept, identity: of, sessions: [], formerNames, anchor: () => null };
  const book = createGrantBook({ ...given, clock: createManualClock(), log: silentLog });
  book.forgetName('x');
  await book.settled();
  expect(await asNode('z', kept)).toEqual(['y']);
});

test('a renaming that was killed before it wrote anything is found again', async () => {
  const kept = keptInMemory();
  await asNode('x', kept);
  for (let start = 0; start < 2; start += 1) {
    expect((await readNodeState(kept, { ...identity, nodeName: 'y' }, silentLog)).formerNames).toEqual(['x']);
  }
});
