// Holding one lease: taking it when it is free or dead, renewing it in time, giving it back. Whether another holder lives is
// judged by the local monotonic clock alone: a record that did not change for its own duration is dead, whatever it says.

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { LeaseRecord, LeaseStore } from '../ports/nodes.ts';

export interface LeaseDurations {
  /** How long others must see no renewal before they take over. */
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  /** Without a renewal for this long the holder stops by itself; must be below leaseMs, the difference is the time to stop in. */
  readonly renewDeadlineMs: number;
  /** Pause between looks at a lease of somebody else, and between failed renewals. */
  readonly retryMs: number;
}

export const DEFAULT_LEASE_DURATIONS: LeaseDurations = {
  leaseMs: 15_000,
  renewEveryMs: 5_000,
  renewDeadlineMs: 10_000,
  retryMs: 2_000,
};

export interface LeaseClaim {
  readonly leases: LeaseStore;
  readonly name: string;
  /** Must differ between any two processes that could run at the same time. */
  readonly identity: string;
  readonly durations: LeaseDurations;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every successful renewal: the monotonic time at which it was sent. */
  readonly onRenewed?: (sinceMs: number) => void;
}

interface Taken {
  /** null when somebody deleted the lease: the next renewal makes it again. */
  readonly record: LeaseRecord | null;
  /** Monotonic time at which the last successful write was sent. */
  readonly sinceMs: number;
}

/** Writes a release even though the program stops: nobody waits longer than this for it. */
const RELEASE_DEADLINE_MS = 2_000;

/**
 * Resolves when the lease is ours. While another live holder has it, `whenHeld` decides: `wait` looks again, `refuse` rejects
 * with `conflict` as soon as that holder has been seen renewing. Faults of the API server are waited out in both cases.
 */
export async function takeLease(claim: LeaseClaim, whenHeld: 'wait' | 'refuse', signal: AbortSignal): Promise<Taken> {
  const { clock, log, name } = claim;
  let seen: { readonly mark: string; readonly sinceMs: number } | null = null;
  for (;;) {
    try {
      const record = await claim.leases.read(name, signal);
      const nowMs = clock.monotonicMs();
      if (record === null || isFree(record, claim.identity)) return await writeLease(claim, record, signal);
      const mark = `${record.holder} ${record.renewTime} ${record.resourceVersion}`;
      if (seen !== null && seen.mark !== mark && whenHeld === 'refuse') throw heldByAnother(name, record.holder);
      if (seen === null || seen.mark !== mark) seen = { mark, sinceMs: nowMs };
      else if (nowMs - seen.sinceMs >= record.durationSeconds * 1000) return await writeLease(claim, record, signal);
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      const error = asOperatorError(thrown);
      if (error instanceof HeldByAnother) throw error;
      log.debug('lease not taken', { lease: name, kind: error.kind, error: error.message });
    }
    await clock.sleep(claim.durations.retryMs, signal);
  }
}

/**
 * Renews until `signal` aborts (resolves) or the lease is lost (rejects with `conflict`): another holder wrote it, or no
 * renewal succeeded within the deadline. A write that hangs counts against the deadline too.
 */
export async function keepLease(claim: LeaseClaim, taken: Taken, signal: AbortSignal): Promise<void> {
  const { clock, durations, log, name } = claim;
  let current = taken;
  let pauseMs = durations.renewEveryMs;
  while (!signal.aborted) {
    const leftMs = current.sinceMs + durations.renewDeadlineMs - clock.monotonicMs();
    if (leftMs <= 0)
      throw new OperatorError('conflict', `lease ${name} was not renewed within ${durations.renewDeadlineMs} ms`);
    if (!(await slept(clock, Math.min(pauseMs, leftMs), signal))) return;
    try {
      const untilMs = current.sinceMs + durations.renewDeadlineMs;
      const before = current.record;
      current = await withinClock(clock, untilMs, (limited) => writeLease(claim, before, limited), signal);
      claim.onRenewed?.(current.sinceMs);
      pauseMs = durations.renewEveryMs;
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asOperatorError(thrown);
      log.warn('lease not renewed', { lease: name, kind: error.kind, error: error.message });
      pauseMs = durations.retryMs;
      if (!isLostRace(error)) continue;
      const own = await rereadOwn(claim, current, signal);
      if (own === null) continue;
      current = { ...current, record: own.record };
      pauseMs = 0;
    }
  }
}

/** Gives the lease back so that the next holder need not wait. Best effort: a failure only means that others wait it out. */
export async function releaseLease(claim: LeaseClaim): Promise<void> {
  try {
    const untilMs = claim.clock.monotonicMs() + RELEASE_DEADLINE_MS;
    await withinClock(
      claim.clock,
      untilMs,
      async (signal) => {
        const record = await claim.leases.read(claim.name, signal);
        if (record?.holder !== claim.identity) return;
        const { resourceVersion } = record;
        await claim.leases.write(claim.name, { holder: '', durationSeconds: 1, resourceVersion }, signal);
      },
      new AbortController().signal,
    );
  } catch (thrown) {
    claim.log.debug('lease not released', { lease: claim.name, error: asOperatorError(thrown).message });
  }
}

class HeldByAnother extends OperatorError {}

function heldByAnother(name: string, holder: string): HeldByAnother {
  return new HeldByAnother(
    'conflict',
    `lease ${name} is held and renewed by ${JSON.stringify(holder)}: another process does this work already; stop it first`,
  );
}

const isFree = (record: LeaseRecord, identity: string): boolean => record.holder === '' || record.holder === identity;

async function writeLease(claim: LeaseClaim, before: LeaseRecord | null, signal: AbortSignal): Promise<Taken> {
  // The time of sending, not of the answer: others may have counted from any moment in between.
  const sinceMs = claim.clock.monotonicMs();
  const lease = {
    holder: claim.identity,
    durationSeconds: Math.ceil(claim.durations.leaseMs / 1000),
    resourceVersion: before?.resourceVersion ?? null,
  };
  return { record: await claim.leases.write(claim.name, lease, signal), sinceMs };
}

const isLostRace = (error: OperatorError): boolean =>
  error.kind === 'conflict' || error.kind === 'not-found' || error.kind === 'already-exists';

/**
 * After a lost race: the lost answer of our own renewal leaves a record that still names us, and a deleted lease is nobody's;
 * another holder is a loss. null when nobody can tell: unknown is not lost, the deadline decides.
 */
async function rereadOwn(
  claim: LeaseClaim,
  current: Taken,
  signal: AbortSignal,
): Promise<{ readonly record: LeaseRecord | null } | null> {
  const untilMs = current.sinceMs + claim.durations.renewDeadlineMs;
  const read = (limited: AbortSignal) => claim.leases.read(claim.name, limited);
  const found = await withinClock(claim.clock, untilMs, read, signal).then(
    (record) => ({ record }),
    () => null,
  );
  if (found?.record == null || found.record.holder === claim.identity) return found;
  throw new OperatorError('conflict', `lease ${claim.name} was taken over by ${JSON.stringify(found.record.holder)}`);
}

/** Like withDeadline, by the injected clock: an absolute monotonic time after which the signal given to `act` aborts. */
async function withinClock<T>(
  clock: Clock,
  untilMs: number,
  act: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = new AbortController();
  clock.sleep(Math.max(untilMs - clock.monotonicMs(), 0), timer.signal).then(
    () => controller.abort(new OperatorError('timeout', 'the lease was not answered in time')),
    () => {}, // finished in time
  );
  try {
    return await act(controller.signal);
  } finally {
    timer.abort();
    signal.removeEventListener('abort', onAbort);
  }
}

async function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (thrown) {
    if (signal.aborted) return false;
    throw thrown;
  }
}
