// What a run comes to: differences that nobody told of, differences that did not come, and an oracle that saw too little.

import { describe, expect, test } from 'vitest';

import type { Exemption } from '../../../support/oracle/run.ts';
import { blindness, type Seen, verdictOf } from '../../../support/oracle/verdict.ts';

const aContainer = (change: Partial<Seen> & { readonly differs?: readonly string[] } = {}): Seen => {
  const containerId = change.containerId ?? 'ab'.repeat(32);
  const differences = (change.differs ?? []).map((what) => ({ containerId, what, want: 'a', got: 'b' }));
  return { containerId, name: 'mcps-1', uid: '1', started: true, full: true, differences, ...change };
};
const times = (count: number, change: Partial<Seen>): readonly Seen[] =>
  Array.from({ length: count }, () => aContainer(change));

describe('the verdict over a run', () => {
  const told = (change: Partial<Exemption>): Exemption => ({ uid: '1', what: [], mustOccur: true, ...change });

  test('a difference that nobody told of is said with its container', () => {
    const { unexplained } = verdictOf([aContainer({ differs: ['HostConfig.Privileged'] })], []);
    expect(unexplained).toEqual(['mcps-1 (abababababab) HostConfig.Privileged: want a, got b']);
  });

  test.each<readonly [string, Exemption['what']]>([
    ['by its name', ['process.CapEff']],
    ['by how it begins', ['process.*']],
    ['with all others of its container', 'any'],
  ])('one that a test told of %s is explained', (_how, what) => {
    const verdict = verdictOf([aContainer({ differs: ['process.CapEff'] })], [told({ what })]);
    expect(verdict).toEqual({ unexplained: [], neverSeen: [], explained: 1 });
  });

  test('what was told of one container explains nothing of another', () => {
    const seen = [aContainer({ uid: '2', differs: ['process.CapEff'] })];
    expect(verdictOf(seen, [told({ what: 'any', mustOccur: false })]).unexplained).toHaveLength(1);
  });

  test('a difference that was told of and never came is said, unless it only might come', () => {
    const what = ['HostConfig.Privileged'];
    expect(verdictOf([aContainer()], [told({ what })]).neverSeen).toEqual(['1: HostConfig.Privileged']);
    expect(verdictOf([aContainer()], [told({ what: 'any' })]).neverSeen).toEqual(['1: no difference at all']);
    expect(verdictOf([aContainer()], [told({ what, mustOccur: false })]).neverSeen).toEqual([]);
  });

  test('what only the kernel shows is not missed of a container whose process was gone', () => {
    const what = ['process.CapEff', 'mountinfo[/]'];
    expect(verdictOf([aContainer({ full: false })], [told({ what })]).neverSeen).toEqual([]);
    expect(verdictOf([aContainer()], [told({ what })]).neverSeen).toHaveLength(2);
  });
});

describe('an oracle that saw too little', () => {
  const missed = (count: number) => Array.from({ length: count }, () => ({ name: 'mcps-gone', started: true }));

  test('says nothing of a few that were gone at once', () => {
    expect(blindness(times(10, {}), missed(5))).toEqual([]);
    expect(blindness(times(200, {}), missed(10))).toEqual([]);
  });

  test('says which when there are many', () => {
    const [problem] = blindness(times(10, {}), missed(6));
    expect(problem).toMatch(/^6 of 16 containers were gone before a look: mcps-gone, /);
  });

  test('says when it hardly saw a process', () => {
    expect(blindness(times(6, { full: false }), [])).toEqual([
      "only 0 of 6 started containers were seen with their process: is the engine's /proc here?",
    ]);
    expect(blindness(times(20, { full: false, started: false }), [])).toEqual([]);
  });
});
