import { expect, test } from 'vitest';
import { createImagePulls } from '../../../src/controller/image-pulls.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { createManualClock, settle } from '../process/manual-clock.ts';

function setUp() {
  const clock = createManualClock();
  const stop = new AbortController();
  const called: string[] = [];
  const under = new Map<string, PromiseWithResolvers<void>>();
  const pulled: string[] = [];
  const pullImage = (reference: string, signal: AbortSignal): Promise<void> => {
    pulled.push(reference);
    const pull = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => pull.reject(signal.reason), { once: true });
    under.set(reference, pull);
    return pull.promise;
  };
  const pulls = createImagePulls({ engine: { pullImage }, clock, onEnd: (key) => called.push(key) }, stop.signal);
  const end = async (reference: string, fault?: OperatorError): Promise<void> => {
    if (fault === undefined) under.get(reference)?.resolve();
    else under.get(reference)?.reject(fault);
    await settle();
  };
  return { clock, stop, called, pulled, pulls, end };
}

test('sessions that want one image share its pull, and each is told what came of it', async () => {
  const { called, pulled, pulls, end } = setUp();
  expect([pulls.ask('x:1', 'a'), pulls.ask('x:1', 'b'), pulls.ask('x:1', 'a')]).toEqual([null, null, null]);
  await end('x:1');
  expect(called).toEqual(['a', 'b']);
  expect([pulls.ask('x:1', 'a'), pulls.ask('x:1', 'b')]).toEqual([{ ok: true }, { ok: true }]);
  expect(pulled).toEqual(['x:1']);
});

test('a failure is told once to each, and the next ask pulls again', async () => {
  const { clock, pulled, pulls, end } = setUp();
  pulls.ask('x:1', 'a');
  pulls.ask('x:1', 'b');
  const fault = new OperatorError('invalid', 'no such image');
  await end('x:1', fault);
  await clock.advance(5_000);
  expect(pulls.ask('x:1', 'a')).toEqual({ ok: false, fault });
  expect(pulls.ask('x:1', 'b')).toEqual({ ok: false, fault });
  expect(pulls.ask('x:1', 'a')).toBe(null);
  expect(pulled).toEqual(['x:1', 'x:1']);
});

test('three images are pulled at a time', async () => {
  const { pulled, pulls, end } = setUp();
  for (const name of ['a:1', 'b:1', 'c:1', 'd:1']) pulls.ask(name, `for ${name}`);
  expect(pulled).toEqual(['a:1', 'b:1', 'c:1']);
  expect(pulls.size()).toBe(4);
  await end('b:1');
  expect(pulled).toEqual(['a:1', 'b:1', 'c:1', 'd:1']);
});

test('a pull that nobody asks for any more is ended', async () => {
  const { clock, pulls } = setUp();
  pulls.ask('x:1', 'a');
  await clock.advance(59_000);
  pulls.dropUnwanted();
  expect(pulls.size()).toBe(1);
  await clock.advance(1_000);
  pulls.dropUnwanted();
  await settle();
  expect(pulls.size()).toBe(0);
});

test('all pulls end with the signal', async () => {
  const { stop, pulls } = setUp();
  pulls.ask('x:1', 'a');
  stop.abort(new OperatorError('cancelled', 'stop'));
  await settle();
  expect(pulls.ask('x:1', 'a')).toMatchObject({ ok: false, fault: { kind: 'cancelled' } });
});
