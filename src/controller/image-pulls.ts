// Pulls, shared by the sessions that want the same image and apart from their looks: a registry that is slow keeps nobody but them
// waiting. What came of a pull is told to each session that waited for it.

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerEngine } from '../ports/container-engine.ts';

export type PullOutcome = { readonly ok: true } | { readonly ok: false; readonly fault: OperatorError };

export interface ImagePulls {
  /** Joins the pull of this image, or begins it. null while it is under way: the key is called at its end, and asks again now and then until then. */
  ask(reference: string, key: string): PullOutcome | null;
  /** Ends the pulls that nobody has asked for lately: their sessions are gone. */
  dropUnwanted(): void;
  /** Images that are being pulled or wait for their turn. */
  size(): number;
}

/** Images at a time; more only share the same line to the registries. */
const AT_A_TIME = 3;
/** Whoever waits asks more often than this (reconcile.ts). */
const UNWANTED_AFTER_MS = 60_000;
/** A session that comes just after the end shares the outcome. */
const GOOD_FOR_MS = 1_000;

interface Job {
  readonly reference: string;
  readonly stop: AbortController;
  readonly waiters: Set<string>;
  askedMs: number;
  started: boolean;
  outcome: PullOutcome | null;
  endedMs: number;
}

export interface ImagePullsOptions {
  readonly engine: Pick<ContainerEngine, 'pullImage'>;
  readonly clock: Clock;
  /** A pull that the key waits for has ended. */
  readonly onEnd: (key: string) => void;
}

/** All pulls end with `signal`. */
export function createImagePulls(options: ImagePullsOptions, signal: AbortSignal): ImagePulls {
  const { engine, clock, onEnd } = options;
  const jobs = new Map<string, Job>();

  const startNext = (): void => {
    const open = [...jobs.values()].filter(({ outcome }) => outcome === null);
    let free = AT_A_TIME - open.filter(({ started }) => started).length;
    for (const job of open) {
      if (job.started || free <= 0) continue;
      free -= 1;
      void run(job);
    }
  };

  const run = async (job: Job): Promise<void> => {
    job.started = true;
    const onAbort = (): void => job.stop.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    job.outcome = await engine.pullImage(job.reference, job.stop.signal).then(
      (): PullOutcome => ({ ok: true }),
      (thrown: unknown): PullOutcome => ({ ok: false, fault: asOperatorError(thrown) }),
    );
    signal.removeEventListener('abort', onAbort);
    job.endedMs = clock.monotonicMs();
    if (job.waiters.size === 0) jobs.delete(job.reference);
    for (const key of job.waiters) onEnd(key);
    startNext();
  };

  const isFresh = (job: Job): boolean => clock.monotonicMs() - job.endedMs < GOOD_FOR_MS;

  const begin = (reference: string): Job => {
    const job: Job = {
      reference,
      stop: new AbortController(),
      waiters: new Set(),
      askedMs: clock.monotonicMs(),
      started: false,
      outcome: null,
      endedMs: 0,
    };
    jobs.set(reference, job);
    return job;
  };

  return {
    ask(reference, key) {
      const known = jobs.get(reference);
      const usable = known !== undefined && (known.outcome === null || known.waiters.has(key) || isFresh(known));
      const job = usable ? known : begin(reference);
      job.askedMs = clock.monotonicMs();
      if (job.outcome === null) {
        job.waiters.add(key);
        startNext();
        return job.outcome;
      }
      job.waiters.delete(key);
      if (job.waiters.size === 0 && !isFresh(job)) jobs.delete(reference);
      return job.outcome;
    },
    dropUnwanted() {
      for (const job of jobs.values()) {
        if (clock.monotonicMs() - job.askedMs < UNWANTED_AFTER_MS) continue;
        jobs.delete(job.reference);
        job.stop.abort(new OperatorError('cancelled', `nobody waits for the pull of ${job.reference} any more`));
      }
    },
    size() {
      return [...jobs.values()].filter(({ outcome }) => outcome === null).length;
    },
  };
}
