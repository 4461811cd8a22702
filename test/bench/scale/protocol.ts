// What the processes of rows 15 to 18 tell each other.

/** One complete list and what it caused. */
export interface Resync {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Longest time in which the event loop could do nothing else. */
  readonly blockMs: number;
  /** Growth of the resident set, before garbage is collected. */
  readonly rssMib: number;
  /** Growth of the heap, after garbage is collected. */
  readonly heldBytes: number;
}

export interface Subject {
  /** Resolves when a complete list is known, the first time and each time after. */
  list(): Promise<void>;
  /** A better measure of the block than the delay of the loop, where there is one. */
  readonly blockMs?: () => number;
}
