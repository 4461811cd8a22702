// How many commands run in each session right now. Counted here because the node is the one place that sees them all.

export class ExecSlots {
  readonly #running = new Map<string, number>();

  /** A function that gives the slot back (once), or null when the session has `most` already. */
  take(sessionUid: string, most: number): (() => void) | null {
    const running = this.#running.get(sessionUid) ?? 0;
    if (running >= most) return null;
    this.#running.set(sessionUid, running + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#running.get(sessionUid) ?? 1) - 1;
      if (left > 0) this.#running.set(sessionUid, left);
      else this.#running.delete(sessionUid);
    };
  }
}
