import { expect, test } from 'vitest';
import { type Heartbeat, type LeaseSeen, lifeOf, type NodeLife, noteHeartbeats } from '../../../src/plan/node-life.ts';

/** One look: what the lease says, and how long after the look before. */
interface Look {
  readonly lease: LeaseSeen;
  readonly sinceMs: number;
}

const held = (renewTime: string): LeaseSeen => ({ holder: 'a', durationSeconds: 15, renewTime });
const released: LeaseSeen = { holder: '', durationSeconds: 1, renewTime: 'end' };
const looks = (count: number, lease: LeaseSeen, sinceMs = 2_000): readonly Look[] =>
  Array.from({ length: count }, () => ({ lease, sinceMs }));

function livesOf(seen: readonly Look[]): readonly NodeLife[] {
  let beats: ReadonlyMap<string, Heartbeat> = new Map();
  return seen.map(({ lease, sinceMs }, index) => {
    beats = noteHeartbeats({ before: beats, seen: new Map([['a', lease]]), sinceMs: index === 0 ? null : sinceMs });
    return lifeOf(beats.get('a') ?? null);
  });
}

const lastOf = (seen: readonly Look[]): NodeLife | undefined => livesOf(seen).at(-1);

test.each([
  { name: 'that was just seen for the first time is alive', seen: looks(1, held('1')), life: 'alive' },
  { name: 'that renews is alive', seen: [...looks(5, held('1')), ...looks(1, held('2'))], life: 'alive' },
  { name: 'is silent once its lease has run out', seen: looks(9, held('1')), life: 'silent' },
  { name: 'is lost after 35 s of silence', seen: looks(19, held('1')), life: 'lost' },
  { name: 'is gone after a minute', seen: looks(31, held('1')), life: 'gone' },
  {
    name: 'whose controller has stopped takes nothing at once',
    seen: [...looks(1, held('1')), ...looks(1, released)],
    life: 'silent',
  },
  {
    name: 'whose controller has stopped is lost as late as a silent one',
    seen: [...looks(1, held('1')), ...looks(18, released)],
    life: 'lost',
  },
  { name: 'without a lease takes nothing', seen: looks(1, null), life: 'silent' },
  { name: 'without a lease is lost in the end', seen: looks(19, null), life: 'lost' },
] as const)('a node $name', ({ seen, life }) => {
  expect(lastOf(seen)).toBe(life);
});

test('time in which placement could not look is no silence of the node', () => {
  const away = { lease: held('1'), sinceMs: 600_000 };
  expect(lastOf([...looks(2, held('1')), away])).toBe('alive');
  expect(lastOf([...looks(2, held('1')), away, ...looks(1, held('2'))])).toBe('alive');
  expect(lastOf([...looks(2, held('1')), away, ...looks(15, held('1'))])).toBe('lost');
});

test('the clock of the node counts for nothing: only that it renews', () => {
  expect(lastOf([...looks(5, held('2031')), ...looks(1, held('1970'))])).toBe('alive');
});

test('a node that was lost takes sessions again after it has renewed twice', () => {
  const back = [...looks(20, held('1')), ...looks(1, held('2')), ...looks(1, held('3'))];
  expect(livesOf(back).slice(-3)).toEqual(['lost', 'silent', 'alive']);
});

test('a node that flaps faster than a loss is never lost, and one that flaps slower never gone', () => {
  const flapping = (pause: number) =>
    Array.from({ length: 10 }, (_, index) => looks(pause, held(String(index)))).flat();
  expect(new Set(livesOf(flapping(10)))).toEqual(new Set(['alive', 'silent']));
  expect(livesOf(flapping(25))).not.toContain('gone');
});
