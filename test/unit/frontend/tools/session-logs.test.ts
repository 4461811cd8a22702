import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../src/lib/errors.ts';
import type { LogLine, LogQuery } from '../../../../src/model/node-protocol.ts';
import { ALICE, condition, frontendWorld, sessionNamed, START_MS } from '../../../support/frontend-fakes.ts';
import { callTool } from '../in-process.ts';

const line = (text: string, change: Partial<LogLine> = {}): LogLine => ({
  atMs: START_MS,
  stream: 'stdout',
  text,
  cursor: 'c1',
  ...change,
});

function worldWith(lines: readonly LogLine[], end = { cursor: 'c9', truncated: false }) {
  const world = frontendWorld({ sessions: [sessionNamed({ name: 's1', owner: ALICE.username })] });
  const queries: LogQuery[] = [];
  world.nodeAccess.logs = async (_session, query, onLine) => {
    queries.push(query);
    for (const entry of lines) await onLine(entry);
    return end;
  };
  const read = (args: Record<string, unknown> = {}) =>
    callTool(world, { caller: ALICE, name: 'session_logs', args: { session: 's1', ...args } });
  return { world, queries, read };
}

describe('session_logs', () => {
  test('shows lines with their times and streams, as a stranger’s text', async () => {
    const { read } = worldWith([line('a\u001b[2J'), line('b', { stream: 'stderr', droppedBytes: 5, cursor: 'c2' })]);
    const answer = await read();
    expect(answer.structured).toEqual({
      session: 's1',
      source: 'main command',
      lines: [
        { time: '2026-11-20T17:00:00Z', stream: 'stdout', text: 'a' },
        { time: '2026-11-20T17:00:00Z', stream: 'stderr', text: '[... 5 bytes were not kept ...] b' },
      ],
      line_count: 2,
      next_cursor: 'c9',
      truncated: false,
      delimiter: expect.stringMatching(/^untrusted-output-[0-9a-f]{16}$/) as unknown,
      untrusted: true,
    });
    expect(answer.text).toContain(
      `<${String(answer.structured?.['delimiter'])} logs>\n2026-11-20T17:00:00Z stdout a\n`,
    );
  });

  test('asks for the last lines, or for what came since', async () => {
    const { queries, read } = worldWith([]);
    await read();
    await read({ tail: 5, since: '5m', grep: 'x' });
    await read({ tail: 5, cursor: 'c3' });
    const none = { tail: null, sinceMs: null, grep: null, cursor: null, follow: false, most: 10_000 };
    expect(queries).toEqual([
      { ...none, tail: 100 },
      { ...none, tail: 5, sinceMs: START_MS - 300_000, grep: 'x' },
      { ...none, cursor: 'c3', most: 5 },
    ]);
  });

  test('an answer has a size; the rest begins at its cursor', async () => {
    const lines = Array.from({ length: 30 }, (_, at) => line('x'.repeat(60_000), { cursor: `c${at}` }));
    const { structured, text } = await worldWith(lines).read();
    expect(structured).toMatchObject({ line_count: 16, next_cursor: 'c15', truncated: true });
    expect(text).toMatch(/^16 lines\. There is more\. Next: session_logs with cursor="c15"\./);
    expect(text.length).toBeLessThan(70_000);
  });

  test('says what is wrong with an argument', async () => {
    const { read, queries } = worldWith([]);
    expect((await read({ since: 'soon' })).text).toContain('since: must be a duration such as 30s, 5m, 2h, 1d,');
    expect(queries).toEqual([]);
  });

  test('works after the end of the session', async () => {
    const { world, read } = worldWith([line('last words')]);
    const ended = { conditions: [condition('Finished', 'True', 'Exited', 'the main program ended')] };
    world.sessions.stored.set(
      'agents/s1',
      sessionNamed({
        name: 's1',
        owner: ALICE.username,
        status: {
          ...ended,
          assignment: {
            nodeName: 'node-1',
            attempt: 1,
            instanceGeneration: 1,
            assignedAt: new Date(START_MS).toISOString(),
          },
        },
      }),
    );
    expect((await read()).structured).toMatchObject({ line_count: 1 });
  });

  test('what the node refuses is told', async () => {
    const { world, read } = worldWith([]);
    world.nodeAccess.logs = () =>
      Promise.reject(new OperatorError('invalid', 'the cursor is not one that a log gave out'));
    expect((await read({ cursor: 'x' })).text).toMatch(
      /^\[INVALID_ARGUMENT\] .*the cursor is not one that a log gave out\./,
    );
  });
});
