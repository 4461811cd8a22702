import { expect, test } from 'vitest';
import { CANARY, spilledSecrets } from '../../faults/judge/canary.ts';
import { resourceProblems } from '../../faults/judge/resources.ts';
import { compareSummaries, summaryOf } from '../../faults/judge/summary.ts';
import { wrongVictims } from '../../faults/judge/victims.ts';
import { newLife } from '../../faults/rig/container-life.ts';
import { traceProblems } from '../../faults/judge/trace.ts';
import type { KubeObject } from '../../faults/rig/api.ts';
import type { Effect } from '../../faults/proxy/director.ts';

const clean = { 's1#1': { creates: 1, starts: 1, removes: 1 } };
const strict = { slack: 0, fewerIsFine: false };

test('counts what was done for each incarnation of a session', () => {
  const life = { ...newLife({ action: 'create', id: '', labels: {}, timeNano: 0 }), gone: true };
  const containers = [
    { ...life, id: 'a', uid: 'u1', starts: 1 },
    { ...life, id: 'b', uid: 'u2', starts: 2, gone: false },
  ];
  const incarnations = [
    { alias: 's1', uid: 'u1', ordinal: 1 },
    { alias: 's1', uid: 'u2', ordinal: 2 },
  ];
  expect(summaryOf(incarnations, containers)).toEqual({
    's1#1': { creates: 1, starts: 1, removes: 1 },
    's1#2': { creates: 1, starts: 2, removes: 0 },
  });
});

test('a second container is a violation, unless there was a crash', () => {
  const got = { 's1#1': { creates: 2, starts: 1, removes: 1 } };
  expect(compareSummaries(clean, got, strict)).toEqual(['I9 session s1#1: 2 creates, 1 without faults']);
  expect(compareSummaries(clean, got, { ...strict, slack: 1 })).toEqual([]);
});

test('fewer are a violation where the workload leaves no choice', () => {
  const got = { 's1#1': { creates: 0, starts: 0, removes: 0 } };
  expect(compareSummaries(clean, got, strict)).toHaveLength(3);
  expect(compareSummaries(clean, got, { ...strict, fewerIsFine: true })).toEqual([]);
  expect(compareSummaries(clean, {}, strict)).toEqual(['I9 session s1#1 was never made']);
});

const effect = (change: Partial<Effect>): Effect => ({
  ...{
    n: 1,
    program: 'controller',
    api: 'docker',
    method: 'DELETE',
    path: `/v1.41/containers/${'ab'.repeat(32)}?force=1`,
    body: '',
  },
  ...{ kind: 'remove', detail: '', object: {}, atMs: 0, session: 's1', status: 204, fault: null },
  ...change,
});

test('what destroys must name a container id', () => {
  expect(traceProblems([effect({})])).toEqual([]);
  const path = '/v1.41/containers/mcps-1?force=1';
  expect(traceProblems([effect({ path })])).toEqual([`I7 a destructive call by name: DELETE ${path}`]);
});

test('the same request over and over in a second is a hot loop; spread over time it is patience', () => {
  const often = (everyMs: number) => Array.from({ length: 20 }, (_, index) => effect({ atMs: index * everyMs }));
  expect(traceProblems(often(40))).toEqual(['I10 20 requests in a second: controller remove of s1']);
  expect(traceProblems(often(500))).toEqual([]);
});

test('a controller at rest that holds too much is told of', () => {
  const answer = { say: 'debug', pending: null, rssBytes: 1e8, openFiles: 40, activeResources: 20 } as const;
  expect(resourceProblems(answer)).toEqual([]);
  expect(resourceProblems({ ...answer, rssBytes: 1e9, openFiles: 1_000, activeResources: 1_000 })).toHaveLength(3);
});

const NODE = { 'mcpsession.dev/node': 'n1', 'mcpsession.dev/instance-generation': '1', 'mcpsession.dev/uid': 'u1' };

function aVictim(change: { readonly status?: object; readonly metadata?: object; readonly diedAtMs?: number | null }) {
  const session = {
    metadata: { creationTimestamp: '2026-01-01T00:00:00Z', ...change.metadata },
    spec: { operatingMode: 'Running', lifetime: { ttlSeconds: 3_600 } },
    status: {
      conditions: [{ type: 'Ready', status: 'True', reason: 'Running', message: '' }],
      assignment: { nodeName: 'n1', instanceGeneration: 1 },
      ...change.status,
    },
  } as unknown as KubeObject; // the fields that are looked at
  const life = newLife({ action: 'create', id: 'c1', labels: NODE, timeNano: 0 });
  const whenGone = { session, atMs: Date.parse('2026-01-01T00:10:00Z') };
  return { ...life, gone: true, diedAtMs: change.diedAtMs ?? null, whenGone };
}

const victims = (change: Parameters<typeof aVictim>[0], mayEnd: readonly string[] = []) =>
  wrongVictims({
    containers: [aVictim(change)],
    effects: [effect({ object: { containerId: 'c1' }, atMs: 100 })],
    mayEnd,
    epochMs: 1_000,
  });

test('a container that a program removed while its session lived is a wrong victim', () => {
  expect(victims({})).toEqual(['I7 container c1 of session s1 was removed, and nobody had ended it']);
  expect(victims({ diedAtMs: 1_110 })).toHaveLength(1);
});

test.each([
  { name: 'had ended before', given: { diedAtMs: 1_090 } },
  { name: 'is deleted', given: { metadata: { deletionTimestamp: '2026-01-01T00:09:00Z' } } },
  { name: 'is over', given: { status: { finishedAt: '2026-01-01T00:09:00Z' } } },
  { name: 'lives on elsewhere', given: { status: { assignment: { nodeName: 'n2', instanceGeneration: 2 } } } },
  { name: 'has had its time', given: { metadata: { creationTimestamp: '2025-12-31T23:00:00Z' } } },
  {
    name: 'is said to be refused',
    given: { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'PolicyRejected', message: '' }] } },
  },
])('nobody is a wrong victim whose session $name', ({ given }) => {
  expect(victims(given)).toEqual([]);
});

test('what the workload itself ends is no wrong victim', () => {
  expect(victims({}, ['s1'])).toEqual([]);
});

test('a secret in a log or in what is written to the API server is told of, without itself', () => {
  const create = effect({ kind: 'create', body: CANARY });
  expect(spilledSecrets([{ atMs: 0, text: 'controller: step create' }], [create])).toEqual([]);
  const log = { atMs: 0, text: `controller: ${' '.repeat(80)} ${CANARY}` };
  const found = spilledSecrets([log], [effect({ api: 'kube', kind: 'status', body: CANARY })]);
  expect(found).toHaveLength(2);
  expect(found.join()).not.toContain(CANARY);
});
