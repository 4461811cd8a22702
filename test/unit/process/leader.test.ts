import { expect, test } from 'vitest';

import { holdLease, type LeaseDurations, runAsLeader } from '../../../src/process/leader.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { createLeaseServer } from './leases.ts';
import { createManualClock, settle } from './manual-clock.ts';

const durations: LeaseDurations = { leaseMs: 15_000, renewEveryMs: 3_000, renewDeadlineMs: 10_000, retryMs: 1_000 };

function setUp() {
  const clock = createManualClock();
  const server = createLeaseServer(clock);
  /** Who leads, and every moment with more than one leader. */
  const leading = new Set<string>();
  const history: string[] = [];

  const candidate = (identity: string) => {
    const leases = server.connect();
    const stop = new AbortController();
    const lead = async (signal: AbortSignal): Promise<void> => {
      leading.add(identity);
      history.push([...leading].join('+'));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      leading.delete(identity);
    };
    const claim = { leases, name: 'placement', identity, durations, clock, log: silentLog };
    const running = runAsLeader({ ...claim, lead }, stop.signal);
    return { leases, stop, running, claim };
  };
  return { clock, server, leading, history, candidate };
}

test('the first candidate leads and the second waits', async () => {
  const { clock, leading, candidate } = setUp();
  candidate('a');
  await settle();
  candidate('b');
  await clock.advance(60_000);
  expect([...leading]).toEqual(['a']);
});

test('a leader that is cut off stops before the other one starts', async () => {
  const { clock, leading, history, candidate } = setUp();
  const a = candidate('a');
  await settle();
  candidate('b');
  await clock.advance(4_000);
  a.leases.mode = 'cut';
  await clock.advance(30_000);
  expect([...leading]).toEqual(['b']);
  expect(history).toEqual(['a', 'b']);
});

test('a renewal that hangs counts against the deadline', async () => {
  const { clock, leading, candidate } = setUp();
  const a = candidate('a');
  await clock.advance(100);
  a.leases.mode = 'hang';
  await clock.advance(9_899);
  expect([...leading]).toEqual(['a']);
  await clock.advance(1);
  expect([...leading]).toEqual([]);
});

test('a leader that was frozen past the renew deadline knows it before any timer tells it', async () => {
  const { clock, server } = setUp();
  let tenure: { readonly holds: () => boolean } | null = null;
  const stop = new AbortController();
  const claim = { leases: server.connect(), name: 'placement', identity: 'a', durations, clock, log: silentLog };
  const lead = async (signal: AbortSignal, given: { readonly holds: () => boolean }): Promise<void> => {
    tenure = given;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  };
  const running = runAsLeader({ ...claim, lead }, stop.signal);
  await clock.advance(30_000);
  const holds = () => tenure?.holds();
  expect(holds()).toBe(true);
  clock.jump(9_000);
  expect(holds()).toBe(true);
  clock.jump(1_000);
  expect(holds()).toBe(false);
  stop.abort(new Error('stop'));
  await clock.advance(1);
  await running;
});

test('a leader that was cut off for less than the deadline goes on', async () => {
  const { clock, history, candidate } = setUp();
  const a = candidate('a');
  await clock.advance(3_500);
  a.leases.mode = 'cut';
  await clock.advance(5_000);
  a.leases.mode = 'ok';
  await clock.advance(30_000);
  expect(history).toEqual(['a']);
});

test('a renewal whose answer was lost is recognised as our own', async () => {
  const { clock, history, candidate } = setUp();
  const a = candidate('a');
  await clock.advance(2_000);
  a.leases.mode = 'answer-lost';
  await clock.advance(1_000);
  a.leases.mode = 'ok';
  await clock.advance(30_000);
  expect(history).toEqual(['a']);
});

test('a deleted lease is made again by its holder', async () => {
  const { clock, server, history, candidate } = setUp();
  candidate('a');
  await settle();
  server.records.clear();
  await clock.advance(30_000);
  expect(history).toEqual(['a']);
  expect(server.records.get('placement')?.holder).toBe('a');
});

test('a leader whose lease somebody else wrote stops at its next renewal', async () => {
  const { clock, server, leading, candidate } = setUp();
  candidate('a');
  await settle();
  server.records.set('placement', { holder: 'b', durationSeconds: 15, renewTime: 'x', resourceVersion: '99' });
  await clock.advance(3_000);
  expect([...leading]).toEqual([]);
});

test('shutdown gives the lease back, so that the next one need not wait', async () => {
  const { clock, leading, candidate } = setUp();
  const a = candidate('a');
  await settle();
  candidate('b');
  a.stop.abort(new Error('stop'));
  await a.running;
  await clock.advance(1_000);
  expect([...leading]).toEqual(['b']);
});

test('a lease is not given back before the work has ended', async () => {
  const { clock, server } = setUp();
  const stop = new AbortController();
  const work = Promise.withResolvers<void>();
  const claim = { leases: server.connect(), name: 'placement', identity: 'a', durations, clock, log: silentLog };
  const running = runAsLeader({ ...claim, lead: () => work.promise }, stop.signal);
  await settle();
  stop.abort(new Error('stop'));
  await clock.advance(5_000);
  expect(server.records.get('placement')?.holder).toBe('a');
  work.resolve();
  await running;
  expect(server.records.get('placement')?.holder).toBe('');
});

test('a failure of the work itself rejects, and the lease is free', async () => {
  const { clock, server } = setUp();
  const claim = { leases: server.connect(), name: 'placement', identity: 'a', durations, clock, log: silentLog };
  const lead = () => Promise.reject(new Error('broken'));
  await expect(runAsLeader({ ...claim, lead }, new AbortController().signal)).rejects.toThrow('broken');
  expect(server.records.get('placement')?.holder).toBe('');
});

test('the holder is judged by our own clock, whatever its record says', async () => {
  const { clock, server, leading, candidate } = setUp();
  server.records.set('placement', {
    holder: 'dead',
    durationSeconds: 15,
    renewTime: '2999-01-01',
    resourceVersion: '1',
  });
  candidate('a');
  await clock.advance(14_000);
  expect([...leading]).toEqual([]);
  await clock.advance(2_000);
  expect([...leading]).toEqual(['a']);
});

test('a second holder of a held lease is refused with the name of the first', async () => {
  const { clock, candidate } = setUp();
  const first = candidate('node-1/first');
  await settle();
  const refused = holdLease({ ...first.claim, identity: 'node-1/second' }, new AbortController().signal);
  const checked = expect(refused).rejects.toThrow(
    'lease placement is held and renewed by "node-1/first": another process does this work already; stop it first',
  );
  await clock.advance(5_000);
  await checked;
});

test('a held lease of a dead holder is taken over after its duration', async () => {
  const { clock, server, candidate } = setUp();
  const dead = candidate('dead');
  await settle();
  dead.leases.mode = 'cut';
  const claim = { ...dead.claim, leases: server.connect(), identity: 'next' };
  const held = holdLease(claim, new AbortController().signal);
  await clock.advance(16_000);
  const lease = await held;
  expect(lease.signal.aborted).toBe(false);
  await lease.release();
  expect(server.records.get('placement')?.holder).toBe('');
});

test('durations that leave no time to stop are refused', () => {
  const { clock, server } = setUp();
  const claim = { leases: server.connect(), name: 'x', identity: 'a', clock, log: silentLog };
  const wrong = { ...durations, renewDeadlineMs: 15_000 };
  expect(() => holdLease({ ...claim, durations: wrong }, new AbortController().signal)).toThrow(
    'lease x: renewEveryMs 3000 < renewDeadlineMs 15000 < leaseMs 15000 must hold',
  );
});
