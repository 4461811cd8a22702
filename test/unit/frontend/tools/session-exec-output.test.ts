import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../src/lib/errors.ts';
import { execRecord } from '../../../support/cli-fakes.ts';
import { ALICE, frontendWorld, sessionNamed } from '../../../support/frontend-fakes.ts';
import { callTool } from '../in-process.ts';

/** A command whose stdout is `outputs`, one more at every look at its record; the last one is all. */
function worldWith(outputs: readonly (string | Buffer)[], change: { readonly keptFrom?: number } = {}) {
  const world = frontendWorld({ sessions: [sessionNamed({ name: 's1', owner: ALICE.username })] });
  const limits: number[] = [];
  let look = 0;
  const record = () =>
    look < outputs.length - 1 ? execRecord({ running: true, exitCode: null }) : execRecord({ exitCode: 3 });
  Object.assign(world.nodeAccess, {
    execOutput: (_session, { offset, limit }) => {
      limits.push(limit);
      const whole = Buffer.from(outputs[look] ?? '');
      const from = Math.max(offset, change.keptFrom ?? 0);
      const data = whole.subarray(from, from + limit);
      const nextOffset = from + data.byteLength;
      const end = look >= outputs.length - 1 && nextOffset >= whole.byteLength;
      return Promise.resolve({ offset: from, data: data.toString('base64'), nextOffset, end, record: record() });
    },
    execRecord: () => {
      look = Math.min(look + 1, outputs.length - 1);
      return Promise.resolve(record());
    },
  } satisfies Partial<typeof world.nodeAccess>);
  const read = (args: Record<string, unknown> = {}) =>
    callTool(world, { caller: ALICE, name: 'session_exec_output', args: { session: 's1', exec_id: 'ex1', ...args } });
  return { world, limits, read };
}

describe('session_exec_output', () => {
  test('shows a page, fenced, and where the next one begins', async () => {
    const { read } = worldWith(['a\u001b[2Jb\nc\n']);
    const answer = await read();
    expect(answer.structured).toEqual({
      session: 's1',
      exec_id: 'ex1',
      chunk: 'ab\nc\n',
      offset: 0,
      next_offset: 9,
      eof: true,
      running: false,
      exit_code: 3,
      untrusted: true,
    });
    expect(answer.text).toMatch(
      /^Bytes 0 to 9\. That is the end\.\nWhat stands between [\s\S]*<(untrusted-output-\w+) stdout>\nab\nc\n<\/\1>$/,
    );
  });

  test('pages put together are the whole output, cut at lines', async () => {
    const whole = Array.from({ length: 200 }, (_, at) => `line ${at} é🙂\n`).join('');
    const { read } = worldWith([whole]);
    let offset = 0;
    let text = '';
    for (let eof = false; !eof; ) {
      const { structured } = await read({ offset, limit: 300 });
      const chunk = String(structured?.['chunk']);
      expect(chunk.endsWith('\n')).toBe(true);
      text += chunk;
      offset = Number(structured?.['next_offset']);
      eof = structured?.['eof'] === true;
    }
    expect({ text, offset }).toEqual({ text: whole, offset: Buffer.byteLength(whole) });
  });

  test('moves on through what is no text', async () => {
    const { read } = worldWith([Buffer.alloc(600, 0x80)]);
    expect((await read({ limit: 256 })).structured).toMatchObject({ next_offset: 256, eof: false });
  });

  test('says what was not kept', async () => {
    const { read } = worldWith(['0123456789tail\n'], { keptFrom: 10 });
    const answer = await read({ offset: 2 });
    expect(answer.structured).toMatchObject({ chunk: 'tail\n', offset: 10, next_offset: 15 });
    expect(answer.text).toMatch(/^8 bytes from offset 2 on were not kept\. Bytes 10 to 15\./);
  });

  test('waits for new output only when it is told to, and no longer', async () => {
    const now = await worldWith(['', '', 'late\n']).read();
    expect(now.structured).toMatchObject({ chunk: '', next_offset: 0, eof: false, running: true, exit_code: null });
    const later = await worldWith(['', '', 'late\n']).read({ wait_seconds: 30 });
    expect(later.structured).toMatchObject({ chunk: 'late\n', eof: true });
    const never = worldWith([...Array.from({ length: 50 }, () => ''), 'x']);
    expect((await never.read({ wait_seconds: 2 })).structured).toMatchObject({ chunk: '' });
    expect(never.limits).toHaveLength(5);
  });

  test('shows only lines that match, looks further for them, and goes on after the last one it looked at', async () => {
    const { read, limits } = worldWith([`${'no\n'.repeat(100)}error 1\nno\nerror 2\nno\nerro`, 'unused']);
    const first = await read({ grep: '^error', limit: 256 });
    expect(first.structured).toMatchObject({ chunk: 'error 1\nerror 2\n', next_offset: 322, eof: false });
    expect(limits).toEqual([1_048_576]);
  });

  test('an expression that would be slow elsewhere is not slow here, and a wrong one is refused', async () => {
    const { read } = worldWith([`${'a'.repeat(50_000)}!\n`]);
    expect((await read({ grep: '^(a+)+$' })).structured).toMatchObject({ chunk: '', eof: true });
    const wrong = await read({ grep: '(?=x)' });
    expect(wrong.text).toContain(
      '[INVALID_ARGUMENT] grep: must be an RE2 expression (no look-around, no back-references).',
    );
  });

  test.each([
    { kind: 'not-found', code: 'EXEC_NOT_FOUND' },
    { kind: 'expired', code: 'OUTPUT_GONE' },
  ] as const)('the node answers $kind', async ({ kind, code }) => {
    const { world, read } = worldWith(['']);
    world.nodeAccess.execOutput = () => Promise.reject(new OperatorError(kind, 'm'));
    expect((await read()).text.startsWith(`[${code}] m.`)).toBe(true);
  });
});
