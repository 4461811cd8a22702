// Work that only one process may do at a time: runAsLeader waits for its turn and comes back after a loss, holdLease is for
// work that belongs to this process alone (one controller per node) and refuses when another one does it.

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import { keepLease, type LeaseClaim, releaseLease, takeLease } from './lease-holder.ts';

export { DEFAULT_LEASE_DURATIONS, type LeaseClaim, type LeaseDurations } from './lease-holder.ts';

export interface Leadership extends LeaseClaim {
  /** `tenure` answers by the clock alone: a process that was frozen asks it before it acts, ahead of every timer. */
  readonly lead: (signal: AbortSignal, tenure: Tenure) => Promise<void>;
  /** While another live holder has it: wait for one's turn (default), or reject with `conflict`, naming that holder. */
  readonly whenHeld?: 'wait' | 'refuse';
}

/**
 * Runs `lead` while this process holds the lease; its signal aborts when leadership is lost or `signal` aborts, and the lease
 * is given back only after `lead` has settled. Resolves when `signal` aborts or `lead` returns; rejects when `lead` rejects for
 * a reason of its own. A process can be frozen between two timers: what must never be done by two asks `tenure` just before.
 */
export async function runAsLeader(claim: Leadership, signal: AbortSignal): Promise<void> {
  checkDurations(claim);
  while (!signal.aborted) {
    const term = await leadOnce(claim, signal);
    if (term === 'done') return;
  }
}

async function leadOnce(claim: Leadership, signal: AbortSignal): Promise<'done' | 'lost'> {
  const held = await holdWhenFree(claim, claim.whenHeld ?? 'wait', signal).catch((thrown: unknown) => {
    if (signal.aborted) return null;
    throw thrown;
  });
  if (held === null) return 'done';
  claim.log.info('leadership taken', { lease: claim.name });
  try {
    await claim.lead(held.signal, held);
    return held.lost() && !signal.aborted ? 'lost' : 'done';
  } catch (thrown) {
    if (!held.signal.aborted) throw thrown;
    return held.lost() && !signal.aborted ? 'lost' : 'done';
  } finally {
    await held.release();
    claim.log.info('leadership given up', { lease: claim.name, lost: held.lost() });
  }
}

export interface Tenure {
  /** Whether nobody else can have taken the lease yet: the last renewal is younger than the renew deadline. */
  readonly holds: () => boolean;
}

export interface HeldLease extends Tenure {
  /** Aborts when the lease is lost or the signal given to holdLease aborts. */
  readonly signal: AbortSignal;
  readonly lost: () => boolean;
  /** Stops renewing and gives the lease back. Never rejects. */
  readonly release: () => Promise<void>;
}

/**
 * Takes the lease for this process alone. Rejects with `conflict`, naming the holder, when another one keeps renewing it;
 * waits out a holder that died.
 */
export function holdLease(claim: LeaseClaim, signal: AbortSignal): Promise<HeldLease> {
  checkDurations(claim);
  return holdWhenFree(claim, 'refuse', signal);
}

async function holdWhenFree(claim: LeaseClaim, whenHeld: 'wait' | 'refuse', signal: AbortSignal): Promise<HeldLease> {
  const taken = await takeLease(claim, whenHeld, signal);
  const work = new AbortController();
  const renewal = new AbortController();
  let isLost = false;
  let renewedMs = taken.sinceMs;
  const onAbort = () => work.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  // Renewal goes on while the work winds down: nobody else may start before it has ended.
  const renewing = keepLease({ ...claim, onRenewed: (sinceMs) => (renewedMs = sinceMs) }, taken, renewal.signal).catch(
    (thrown: unknown) => {
      isLost = true;
      claim.log.warn('lease lost', { lease: claim.name, error: asOperatorError(thrown).message });
      work.abort(new OperatorError('conflict', `lease ${claim.name} is lost`, { cause: thrown }));
    },
  );
  return {
    signal: work.signal,
    lost: () => isLost,
    holds: () => !isLost && claim.clock.monotonicMs() - renewedMs < claim.durations.renewDeadlineMs,
    async release() {
      signal.removeEventListener('abort', onAbort);
      renewal.abort();
      await renewing;
      renewedMs = Number.NEGATIVE_INFINITY; // whoever still asks may do nothing any more
      if (!isLost) await releaseLease(claim);
    },
  };
}

function checkDurations({ durations, name }: LeaseClaim): void {
  const { renewEveryMs, renewDeadlineMs, leaseMs } = durations;
  if (renewEveryMs < renewDeadlineMs && renewDeadlineMs < leaseMs) return;
  throw new OperatorError(
    'invalid',
    `lease ${name}: renewEveryMs ${renewEveryMs} < renewDeadlineMs ${renewDeadlineMs} < leaseMs ${leaseMs} must hold`,
  );
}
