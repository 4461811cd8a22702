import { expect, test } from 'vitest';
import { attach } from '../../../../../src/cli/session/exec/attach.ts';
import { OperatorError } from '../../../../../src/lib/errors.ts';
import type { ExecRecord } from '../../../../../src/model/node-protocol.ts';
import { clientOf, execRecord, fakeAccess, fakeConsole } from '../../../../support/cli-fakes.ts';

/** A command whose output is `steps`, one more at every look; the last look finds it ended. */
function commandWith(
  steps: readonly { readonly stdout: string; readonly stderr?: string }[],
  last: Partial<ExecRecord>,
) {
  let step = 0;
  const waits: number[] = [];
  const record = (): ExecRecord =>
    step === steps.length - 1 ? execRecord(last) : execRecord({ running: true, exitCode: null });
  const access = fakeAccess({
    execOutput: (_session, { stream, offset, limit }) => {
      const whole = Buffer.from(steps[step]?.[stream] ?? '', 'utf8');
      const data = whole.subarray(offset, offset + limit);
      const nextOffset = offset + data.byteLength;
      const end = step === steps.length - 1 && nextOffset === whole.byteLength;
      return Promise.resolve({ offset, data: data.toString('base64'), nextOffset, end, record: record() });
    },
    execRecord: (_session, _execId, waitMs) => {
      waits.push(waitMs);
      if (step < steps.length - 1) step += 1;
      return Promise.resolve(record());
    },
  });
  return { access, waits };
}

test('prints what is kept from the start, then what comes, and passes on the code', async () => {
  const { access } = commandWith([{ stdout: 'a' }, { stdout: 'ab', stderr: 'e' }, { stdout: 'abc', stderr: 'ef' }], {
    exitCode: 4,
  });
  const console = fakeConsole();
  expect(await attach('ex1', { console, client: clientOf(access) }, new AbortController().signal)).toBe(4);
  expect({ out: console.stdout.text(), err: console.stderr.text() }).toEqual({ out: 'abc', err: 'ef' });
});

test('looks less often at a silent command', async () => {
  const { access, waits } = commandWith([...Array.from({ length: 6 }, () => ({ stdout: 'a' })), { stdout: 'a' }], {});
  await attach('ex1', { console: fakeConsole(), client: clientOf(access) }, new AbortController().signal);
  expect(waits).toEqual([250, 500, 1000, 2000, 2000, 2000, 0]);
});

test('reads pages until there is no more, and says what was not kept', async () => {
  const asked: number[] = [];
  const access = fakeAccess({
    execOutput: (_session, { stream, offset }) => {
      asked.push(offset);
      const page = stream === 'stderr' || offset > 0 ? { offset, data: '', nextOffset: offset } : null;
      const first = { offset: 100, data: Buffer.from('tail').toString('base64'), nextOffset: 104 };
      return Promise.resolve({ ...(page ?? first), end: page !== null, record: execRecord() });
    },
    execRecord: () => Promise.resolve(execRecord()),
  });
  const console = fakeConsole();
  await attach('ex1', { console, client: clientOf(access) }, new AbortController().signal);
  expect({ asked, out: console.stdout.text(), err: console.stderr.text() }).toEqual({
    asked: [0, 104, 0],
    out: 'tail',
    err: '[... 100 bytes of stdout were not kept ...]\n',
  });
});

test('does not wait for a stream that something left behind holds open', async () => {
  const access = fakeAccess({
    execOutput: (_session, { offset }) =>
      Promise.resolve({ offset, data: '', nextOffset: offset, end: false, record: execRecord() }),
    execRecord: () => Promise.resolve(execRecord({ exitCode: 0, leftRunning: true })),
  });
  expect(await attach('ex1', { console: fakeConsole(), client: clientOf(access) }, new AbortController().signal)).toBe(
    0,
  );
});

test('a command that nobody knows is a fault', async () => {
  const access = fakeAccess({ execOutput: () => Promise.reject(new OperatorError('not-found', 'no command ex1')) });
  await expect(
    attach('ex1', { console: fakeConsole(), client: clientOf(access) }, new AbortController().signal),
  ).rejects.toThrow('no command ex1');
});
