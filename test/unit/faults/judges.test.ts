import { expect, test } from 'vitest';
import { resourceProblems } from '../../faults/judge/resources.ts';
import { compareSummaries, summaryOf } from '../../faults/judge/summary.ts';
import { traceProblems } from '../../faults/judge/trace.ts';
import type { Effect } from '../../faults/proxy/director.ts';

const clean = { 's1#1': { creates: 1, starts: 1, removes: 1 } };
const strict = { slack: 0, fewerIsFine: false };

test('counts what was done for each incarnation of a session', () => {
  const life = { generation: '1', name: '', running: false, gone: true };
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
