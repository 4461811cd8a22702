import { expect, test } from 'vitest';
import { parseCommand } from '../../../../src/cli/arguments.ts';
import { extendSession } from '../../../../src/cli/session/extend.ts';
import { OperatorError } from '../../../../src/lib/errors.ts';
import type { McpSession } from '../../../../src/model/session.ts';
import { aStoredSession } from '../../../support/story.ts';

const { signal } = new AbortController();

function aStore(session: McpSession | null) {
  const world = { session, conflicts: 0, written: [] as number[] };
  const sessions = {
    read: async () => world.session,
    setTimeToLive: async (seen: McpSession, ttlSeconds: number) => {
      if (world.conflicts > 0) {
        world.conflicts -= 1;
        throw new OperatorError('conflict', 'the object has been modified');
      }
      world.written.push(ttlSeconds);
      return seen;
    },
  };
  const run = (kind: 'to' | 'by', seconds: number) =>
    extendSession({ namespace: 'team-a', name: 'hello', extend: { kind, seconds } }, sessions, signal);
  return { world, run };
}

test.each([
  { argv: ['--ttl', '2h', 's1'], want: { kind: 'to', seconds: 7200 } },
  { argv: ['--ttl', '90', 's1'], want: { kind: 'to', seconds: 90 } },
  { argv: ['s1', '--by', '30m'], want: { kind: 'by', seconds: 1800 } },
])('extend $argv', ({ argv, want }) => {
  const parsed = parseCommand(['extend', ...argv]);
  expect(parsed).toMatchObject({ ok: true, value: { run: 'extend', options: { session: 's1', extend: want } } });
});

test.each([
  { argv: [], problem: /name the session/ },
  { argv: ['s1'], problem: /--ttl .* or --by/ },
  { argv: ['--ttl', '1h', '--by', '1h', 's1'], problem: /--ttl .* or --by/ },
  { argv: ['--by', '1 week', 's1'], problem: /must be a number of seconds, or a duration/ },
  { argv: ['--by', '0', 's1'], problem: /must be a number of seconds/ },
])('extend $argv is refused', ({ argv, problem }) => {
  const parsed = parseCommand(['extend', ...argv]);
  expect(parsed.ok ? [] : parsed.error.join('; ')).toMatch(problem);
});

test('the whole lifetime counts from the creation, and more is added to what there is, once', async () => {
  const to = aStore(aStoredSession());
  expect(await to.run('to', 7200)).toBe('session "hello" ends at 2026-11-20T14:00:00Z (lifetime.ttlSeconds 7200)');
  const by = aStore(aStoredSession());
  by.world.conflicts = 2;
  expect(await by.run('by', 600)).toContain('lifetime.ttlSeconds 4200');
  expect(by.world.written).toEqual([4200]);
});

test('less time, a session that is over and one that is missing are refused in words', async () => {
  await expect(aStore(aStoredSession()).run('to', 60)).rejects.toThrow(
    /has 3600 s from its creation on, which is more/,
  );
  await expect(aStore(null).run('to', 60)).rejects.toThrow('no session "hello" in namespace "team-a"');
  const over = aStoredSession({}, { finishedAt: '2026-11-20T12:30:00Z' });
  await expect(aStore(over).run('by', 60)).rejects.toThrow(/is over; create a new one/);
});
