import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import { RECHECK_MS, whileAdmitted } from '../../../src/nodeapi/still-admitted.ts';

const never = new AbortController().signal;
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('the stream noticed'))));

/** Sleeps return at once, `answers` times; then never. */
function world(answers: readonly (OperatorError | null)[]) {
  const left = [...answers];
  const sleeps: number[] = [];
  const clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep: (ms: number, signal: AbortSignal) => {
      sleeps.push(ms);
      return left.length > 0 ? Promise.resolve() : untilAborted(signal);
    },
  };
  const check = () => {
    const answer = left.shift() ?? null;
    return answer === null ? Promise.resolve() : Promise.reject(answer);
  };
  return { clock, check, closing: never, sleeps };
}

const away = new OperatorError('unavailable', 'nobody can tell');
const no = new OperatorError('forbidden', 'no more');

describe('a stream', () => {
  test('is asked about every minute while it is open', async () => {
    const recheck = world([null, null]);
    const act = async () => {
      await expect.poll(() => recheck.sleeps.length).toBe(3);
      return 'done';
    };
    expect(await whileAdmitted(recheck, act, never)).toBe('done');
    expect(recheck.sleeps).toEqual([RECHECK_MS, RECHECK_MS, RECHECK_MS]);
  });

  test.each([
    { name: 'when the caller may no more', answers: [null, no], want: no },
    { name: 'when nobody could tell twice in a row', answers: [away, away], want: away },
    { name: 'when the answer after silence is no', answers: [away, no], want: no },
  ])('ends $name', async ({ answers, want }) => {
    await expect(whileAdmitted(world(answers), untilAborted, never)).rejects.toBe(want);
  });

  test('survives one check that nobody could answer', async () => {
    const recheck = world([away, null, away, null]);
    const act = async (signal: AbortSignal) => {
      await expect.poll(() => recheck.sleeps.length).toBe(5);
      return signal.aborted;
    };
    expect(await whileAdmitted(recheck, act, never)).toBe(false);
  });

  test('ends with the node API, and with its client', async () => {
    const closing = AbortSignal.abort(away);
    const act = (signal: AbortSignal) => (signal.aborted ? Promise.reject(new Error('x')) : untilAborted(signal));
    await expect(whileAdmitted({ ...world([]), closing }, act, never)).rejects.toBe(away);
    const client = new AbortController();
    const run = whileAdmitted(world([]), untilAborted, client.signal);
    client.abort();
    await expect(run).rejects.toThrow('the stream noticed');
  });
});
