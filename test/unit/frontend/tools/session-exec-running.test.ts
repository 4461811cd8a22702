import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../src/lib/errors.ts';
import type { ExecRecord } from '../../../../src/model/node-protocol.ts';
import { execRecord } from '../../../support/cli-fakes.ts';
import { ALICE, frontendWorld, sessionNamed } from '../../../support/frontend-fakes.ts';
import { callTool } from '../in-process.ts';

const RUNNING: Partial<ExecRecord> = { running: true, exitCode: null };

/** A command that runs: `records` are what one look after the other sees, the last one for ever; `stdout` is all it ever writes. */
function worldWith(records: readonly Partial<ExecRecord>[], stdout = '') {
  const world = frontendWorld({ sessions: [sessionNamed({ name: 's1', owner: ALICE.username })] });
  const calls: string[] = [];
  let looks = 0;
  Object.assign(world.nodeAccess, {
    execRecord: (_session, execId, waitMs) => {
      calls.push(`look ${waitMs}`);
      const record = records[Math.min(looks, records.length - 1)];
      looks += 1;
      return Promise.resolve(execRecord({ execId, ...record }));
    },
    execInput: (_session, { stdin, endInput, sendSignal }) => {
      calls.push(`input ${stdin === null ? '-' : Buffer.from(stdin).toString('utf8')} ${endInput} ${sendSignal}`);
      return Promise.resolve();
    },
    execKill: (_session, execId) => {
      calls.push('kill');
      return Promise.resolve(execRecord({ execId, killed: true }));
    },
    execOutput: (_session, { stream, offset, limit }) => {
      const data = Buffer.from(stream === 'stdout' ? stdout : '').subarray(offset, offset + limit);
      return Promise.resolve({
        offset,
        data: data.toString('base64'),
        nextOffset: offset + data.byteLength,
        end: false,
        record: execRecord(records.at(-1)),
      });
    },
  } satisfies Partial<typeof world.nodeAccess>);
  const act = (args: Record<string, unknown>) =>
    callTool(world, { caller: ALICE, name: 'session_exec', args: { session: 's1', exec_id: 'ex1', ...args } });
  return { world, calls, act };
}

describe('session_exec with an exec_id', () => {
  test('passes input on and shows what came in answer, from where it was', async () => {
    const { calls, act } = worldWith(
      [
        { ...RUNNING, stdoutBytes: 4 },
        { ...RUNNING, stdoutBytes: 4 },
        { ...RUNNING, stdoutBytes: 7 },
        { ...RUNNING, stdoutBytes: 9 },
      ],
      '>>> 42\n>>',
    );
    const answer = await act({ stdin: '6*7\n' });
    expect(answer.structured).toMatchObject({ exec_id: 'ex1', running: true, stdout: '42\n>>', next_offset: 9 });
    // It had written and then stopped: nobody waits any longer.
    expect(calls).toEqual(['look 0', 'input 6*7\n false null', 'look 250', 'look 250', 'look 250', 'look 250']);
  });

  test('waits for a silent command no longer than it was told', async () => {
    const { calls, act } = worldWith([RUNNING]);
    await act({ stdin: 'x', timeout_seconds: 1 });
    expect(calls.filter((call) => call === 'look 250')).toHaveLength(4);
  });

  test('closes input, sends signals, and says how the command ended', async () => {
    const { calls, act } = worldWith([RUNNING, { exitCode: null, signal: 15 }]);
    const answer = await act({ signal: 'TERM', close_stdin: true });
    expect(calls).toEqual(['look 0', 'input - true 15', 'look 250']);
    expect(answer.structured).toMatchObject({ running: false, exit_code: null, signal: 15 });
  });

  test('KILL takes the whole tree', async () => {
    const { calls, act } = worldWith([RUNNING, { exitCode: null, killed: true }]);
    const answer = await act({ signal: 'KILL' });
    expect(calls).toEqual(['look 0', 'kill', 'look 250']);
    expect(answer.text).toMatch(/^Exit code unknown \(the command was killed\) after 12 ms\./);
  });

  test.each([
    { kind: 'not-found', code: 'EXEC_NOT_FOUND' },
    { kind: 'conflict', code: 'CONFLICT' },
  ] as const)('the node answers $kind', async ({ kind, code }) => {
    const { world, act } = worldWith([RUNNING]);
    world.nodeAccess.execInput = () => Promise.reject(new OperatorError(kind, 'm'));
    expect((await act({ stdin: 'x' })).text.startsWith(`[${code}] m.`)).toBe(true);
  });
});
