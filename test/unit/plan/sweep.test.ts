import { expect, test } from 'vitest';
import { keysToLookAt } from '../../../src/plan/sweep.ts';
import { aStoredSession } from '../../support/story.ts';

const session = aStoredSession(
  {},
  {
    container: { id: 'c1', shortId: 'c1', imageDigest: 'local', runtime: 'runc', startedAt: '2026-11-20T12:00:00Z' },
  },
);
const own = { id: 'c1', uid: session.meta.uid, namespace: 'team-a', name: 'hello' };

test('agreement is nothing to look at', () => {
  expect(keysToLookAt([own], [session])).toEqual({ orphans: new Set(), missing: new Set() });
});

test('a container of an unknown UID, even under a known name, is looked at', () => {
  const older = { ...own, id: 'c0', uid: 'older' };
  expect(keysToLookAt([own, older], [session]).orphans).toEqual(new Set(['team-a/hello']));
});

test('a session whose container is not listed is looked at, unless it has finished', () => {
  expect(keysToLookAt([], [session]).missing).toEqual(new Set(['team-a/hello']));
  const finished = { ...session, status: { ...session.status, finishedAt: '2026-11-20T12:00:00Z' } };
  expect(keysToLookAt([], [finished]).missing).toEqual(new Set());
});
