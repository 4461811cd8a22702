import { expect, test } from 'vitest';
import { parseLogs } from '../../../../src/cli/arguments/logs.ts';
import { renderLine, runLogs } from '../../../../src/cli/session/logs.ts';
import { OperatorError } from '../../../../src/lib/errors.ts';
import type { LogLine, LogQuery } from '../../../../src/model/node-protocol.ts';
import { clientOf, fakeAccess, fakeConsole } from '../../../support/cli-fakes.ts';
import { START_MS } from '../../../support/frontend-fakes.ts';

const line = (text: string, change: Partial<LogLine> = {}): LogLine => ({
  atMs: START_MS + 123,
  stream: 'stdout',
  text,
  cursor: 'c1',
  ...change,
});

type Answer = readonly [readonly LogLine[], string, boolean];

/** A node that gives one answer after the other. */
function logsOf(answers: readonly Answer[]) {
  const queries: LogQuery[] = [];
  const access = fakeAccess({
    logs: async (_session, query, onLine) => {
      const [lines, cursor, truncated] = answers[queries.length] ?? [[], '', false];
      queries.push(query);
      for (const entry of lines) await onLine(entry);
      return { cursor, truncated };
    },
  });
  return { queries, access };
}

function optionsOf(argv: readonly string[]) {
  const parsed = parseLogs([...argv, 's1']);
  if (!parsed.ok) throw new Error(parsed.error.join());
  return parsed.value;
}

test.each([
  { name: 'as it is into a pipe', how: { timestamps: false, isTerminal: false }, want: 'a\u001b[2Jb\n' },
  { name: 'without escapes to a terminal', how: { timestamps: false, isTerminal: true }, want: 'ab\n' },
  {
    name: 'with its time',
    how: { timestamps: true, isTerminal: true },
    want: '2026-11-20T17:00:00.123Z ab\n',
  },
])('a line is shown $name', ({ how, want }) => {
  expect(renderLine(line('a\u001b[2Jb'), how)).toBe(want);
});

test('each stream goes to its own, and what was lost is said', async () => {
  const { access } = logsOf([[[line('out'), line('err', { stream: 'stderr', droppedBytes: 7 })], 'c2', false]]);
  const console = fakeConsole();
  expect(await runLogs(optionsOf([]), { console, client: clientOf(access) }, new AbortController().signal)).toBe(0);
  expect({ out: console.stdout.text(), err: console.stderr.text() }).toEqual({
    out: 'out\n',
    err: '[... 7 bytes were not kept ...]\nerr\n',
  });
});

test('asks for what was asked for', async () => {
  const { access, queries } = logsOf([[[], 'c', false]]);
  const options = optionsOf(['--tail', '5', '--since', '5m', '--grep', 'x']);
  await runLogs(options, { console: fakeConsole(), client: clientOf(access) }, new AbortController().signal);
  expect(queries).toEqual([
    { tail: 5, sinceMs: START_MS - 300_000, grep: 'x', cursor: null, follow: false, most: 10_000 },
  ]);
});

test('reads page after page, and stops when nothing moves on', async () => {
  const { access, queries } = logsOf([
    [[line('a')], 'c1', true],
    [[line('b')], 'c2', true],
    [[], 'c2', true],
  ]);
  const console = fakeConsole();
  await runLogs(optionsOf([]), { console, client: clientOf(access) }, new AbortController().signal);
  expect(console.stdout.text()).toBe('a\nb\n');
  expect(queries.map(({ cursor }) => cursor)).toEqual([null, 'c1', 'c2']);
});

test('prints where to go on for whoever asked with a cursor', async () => {
  const { access } = logsOf([[[line('a')], 'c9', false]]);
  const console = fakeConsole();
  await runLogs(optionsOf(['--cursor', '']), { console, client: clientOf(access) }, new AbortController().signal);
  expect(console.stderr.text()).toBe('next cursor: c9\n');
});

test('a follower that is stopped ends well; one that lost its connection says where to go on', async () => {
  const controller = new AbortController();
  const stopped = fakeAccess({
    logs: async (_session, _query, onLine) => {
      await onLine(line('a'));
      controller.abort();
      throw new OperatorError('cancelled', 'stopped');
    },
  });
  const world = { console: fakeConsole(), client: clientOf(stopped) };
  expect(await runLogs(optionsOf(['-f']), world, controller.signal)).toBe(0);

  const lost = fakeAccess({
    logs: async (_session, _query, onLine) => {
      await onLine(line('a', { cursor: 'c5' }));
      throw new OperatorError('unavailable', 'gone');
    },
  });
  await expect(
    runLogs(optionsOf(['-f']), { console: fakeConsole(), client: clientOf(lost) }, new AbortController().signal),
  ).rejects.toMatchObject({ kind: 'unavailable', message: 'gone; go on with --cursor c5' });
});
