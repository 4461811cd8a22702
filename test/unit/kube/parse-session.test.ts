import { expect, test } from 'vitest';

import { parseSession, parseStatus } from '../../../src/kube/parse-session.ts';
import { aSessionSpec } from '../../support/session-builder.ts';

const metadata = {
  name: 's1',
  namespace: 'team-a',
  uid: 'u1',
  resourceVersion: '42',
  generation: 3,
  creationTimestamp: '2026-01-31T12:00:00Z',
  finalizers: ['mcpsession.dev/container'],
  labels: { app: 'x' },
  annotations: { note: 'kept', 'kubectl.kubernetes.io/last-applied-configuration': '{"huge":1}' },
};
const spec = { image: 'docker.io/library/busybox:1' };

test('reads metadata, fills spec defaults and forgets what nobody reads', () => {
  expect(parseSession({ metadata, spec })).toEqual({
    meta: {
      name: 's1',
      namespace: 'team-a',
      uid: 'u1',
      resourceVersion: '42',
      generation: 3,
      creationMs: Date.UTC(2026, 0, 31, 12),
      deletionMs: null,
      finalizers: ['mcpsession.dev/container'],
      labels: { app: 'x' },
      annotations: { note: 'kept' },
    },
    spec: aSessionSpec(spec),
    problems: [],
    status: {},
  });
});

test('a deleted session says since when', () => {
  const deleted = parseSession({ metadata: { ...metadata, deletionTimestamp: '2026-01-31T13:00:00Z' }, spec });
  expect(deleted?.meta.deletionMs).toBe(Date.UTC(2026, 0, 31, 13));
});

test('a spec of another release is no spec, with the reason', () => {
  const session = parseSession({ metadata, spec: { ...spec, teleport: true } });
  expect(session?.spec).toBe(null);
  expect(session?.problems.map(({ path, message }) => ({ path, message }))).toEqual([
    { path: 'spec.teleport', message: 'unknown field "teleport"' },
  ]);
});

test.each([8080, 1.1, true, false])('S0.H1.04: the value %j without quotes is told to get them', (value) => {
  const session = parseSession({ metadata, spec: { ...spec, env: [{ name: 'A', value }] } });
  expect(session?.problems).toMatchObject([{ path: 'spec.env[0].value', fix: 'put it in quotes, so that it is text' }]);
});

test.each([
  { name: 'text', raw: 'x' },
  { name: 'nothing', raw: null },
  { name: 'a list', raw: [] },
  { name: 'an object without a uid', raw: { metadata: { name: 'a', resourceVersion: '1' } } },
])('$name is no session', ({ raw }) => expect(parseSession(raw)).toBe(null));

test.each([
  { name: 'reads as it is', raw: { restartCount: 2 }, want: { restartCount: 2 } },
  {
    name: 'loses fields of a newer release, at any depth',
    raw: { restartCount: 2, warp: 1, policy: { profile: 'sandbox', hash: 'h', signature: 's' } },
    want: { restartCount: 2, policy: { profile: 'sandbox', hash: 'h' } },
  },
  { name: 'that does not fit reads as none', raw: { restartCount: 'two' }, want: {} },
  { name: 'that is no object reads as none', raw: 'broken', want: {} },
  { name: 'that is missing reads as none', raw: undefined, want: {} },
])('a status $name', ({ raw, want }) => expect(parseStatus(raw)).toEqual(want));

test.each([
  { name: 'the same generation keeps the spec that was read before', change: {}, kept: true },
  { name: 'another generation is read anew', change: { generation: 4 }, kept: false },
  { name: 'another incarnation is read anew', change: { uid: 'u2' }, kept: false },
])('$name', ({ change, kept }) => {
  const known = parseSession({ metadata, spec });
  const next = parseSession({ metadata: { ...metadata, resourceVersion: '43', ...change }, spec, status: {} }, known);
  expect(next?.spec === known?.spec).toBe(kept);
  expect(next?.meta.resourceVersion).toBe('43');
});
