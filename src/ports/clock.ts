// Time as an argument, so that no program needs to wait in a test.

export interface Clock {
  /** Milliseconds since the epoch; may jump. For comparing with times of the API server and for showing. */
  nowMs(): number;
  /** Milliseconds of a clock that never jumps; for deadlines and durations. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the reason of `signal` when that is aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The one clock of a machine that nobody sets: it outlives processes, and begins anew with each boot. */
export interface BootClock {
  /** Names the boot: times of two boots cannot be compared. */
  readonly bootId: string;
  /** Milliseconds since the boot, those in which the machine slept included. */
  sinceBootMs(): number;
}
