import { expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/model/policy.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { waitForQuota } from '../../support/quota-turn.ts';
import { aStoredSession, STORY_START_MS } from '../../support/story.ts';

const policy = defaultPolicy();

function aSession(uid: string, change: Partial<McpSession['meta']> = {}, node: string | null = null): McpSession {
  const session = aStoredSession();
  const { assignment: _assignment, ...status } = session.status;
  return {
    ...session,
    meta: { ...session.meta, uid, name: uid, ...change },
    status: node === null ? status : session.status,
  };
}

/** Numbered names in the order of their UIDs. */
const many = (count: number, node: string | null = null) =>
  Array.from({ length: count }, (_, index) => aSession(`u${String(index).padStart(2, '0')}`, {}, node));

/** Assigns one after another in the given order, as placement does. */
function assigned(order: readonly McpSession[]): readonly string[] {
  const all = new Map(order.map((session) => [session.meta.uid, session]));
  for (const { meta } of order) {
    const session = all.get(meta.uid);
    if (session === undefined || waitForQuota(session, all.values(), policy) !== null) continue;
    all.set(meta.uid, { ...session, status: aStoredSession().status });
  }
  return [...all.values()].filter(({ status }) => status.assignment !== undefined).map(({ meta }) => meta.uid);
}

test('S4.DEV.03: of fifty at once the first ten get a node, by time and then by UID, whatever order they are looked at in', () => {
  const fifty = many(50);
  const first = fifty.slice(0, 10).map(({ meta }) => meta.uid);
  expect(assigned(fifty)).toEqual(first);
  expect([...assigned(fifty.toReversed())].sort()).toEqual(first);
});

test('S4.DEV.03: an older session goes before a younger one with a smaller UID', () => {
  const older = aSession('zz', { creationMs: STORY_START_MS - 1000 });
  const young = many(10);
  expect(waitForQuota(older, [...young, older], policy)).toBeNull();
  expect(waitForQuota(young[9] ?? older, [...young, older], policy)?.reason).toBe('NoEligibleNode');
});

test('S4.DEV.03: what has a node keeps its place before older ones that have none', () => {
  const older = aSession('aa', { creationMs: STORY_START_MS - 1000 });
  expect(waitForQuota(older, [...many(10, 'node-1'), older], policy)).toEqual({
    reason: 'NoEligibleNode',
    message:
      '[MCPS-411] metadata.namespace: the namespace has 10 unfinished sessions; policy limits.perNamespace is 10; fix: delete one of them, or wait until one ends; the session waits for its turn',
  });
});

test('S4.DEV.03: an owner waits across namespaces', () => {
  const annotations = { 'mcpsession.dev/owner': 'dana' };
  const elsewhere = many(3, 'node-1').map((session, index) => ({
    ...session,
    meta: { ...session.meta, namespace: `team-${index}`, annotations },
  }));
  const mine = aSession('zz', { annotations });
  expect(waitForQuota(mine, [...elsewhere, mine], policy)?.message).toContain('[MCPS-410]');
  const others = aSession('zz', { annotations: { 'mcpsession.dev/owner': 'erin' } });
  expect(waitForQuota(others, [...elsewhere, others], policy)).toBeNull();
});

test('S4.DEV.03: a place is free again when a session ends or is deleted', () => {
  const full = many(10, 'node-1');
  const waiting = aSession('zz');
  const [first, ...rest] = full;
  if (first === undefined) throw new Error('no session');
  const ended = { ...first, status: { ...first.status, finishedAt: '2026-11-20T12:00:00Z' } };
  const deleted = { ...first, meta: { ...first.meta, deletionMs: STORY_START_MS } };
  expect(waitForQuota(waiting, [...full, waiting], policy)).not.toBeNull();
  expect(waitForQuota(waiting, [ended, ...rest, waiting], policy)).toBeNull();
  expect(waitForQuota(waiting, [deleted, ...rest, waiting], policy)).toBeNull();
});
