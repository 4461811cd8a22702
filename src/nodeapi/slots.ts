// How many of a kind (commands, streams, file requests) a session has right now. Counted here because the node is the one place
// that sees them all.

export class Slots {
  readonly #taken = new Map<string, number>();

  /** A function that gives the slot back (once), or null when the session has `most` already. */
  take(sessionUid: string, most: number): (() => void) | null {
    const taken = this.#taken.get(sessionUid) ?? 0;
    if (taken >= most) return null;
    this.#taken.set(sessionUid, taken + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#taken.get(sessionUid) ?? 1) - 1;
      if (left > 0) this.#taken.set(sessionUid, left);
      else this.#taken.delete(sessionUid);
    };
  }
}
