// What can happen next in a simulated world, and its time. Nothing happens by itself: whoever drives the world chooses one of the ready
// actions, or lets time go on to the next timer.

/** Somebody who can crash: then nothing that it waits for ever comes. */
export interface Actor {
  readonly name: string;
  alive: boolean;
}

export type ActionKind =
  | 'arrive' // a request reaches the other side and has its effect
  | 'reply' // its answer reaches the one who asked
  | 'event' // of a watch or of an engine
  | 'turn'; // a turn of the event loop

export interface Action {
  readonly kind: ActionKind;
  /** null for what belongs to no process. */
  readonly actor: Actor | null;
  /** For the timeline. Example: "PUT /apis/...". */
  readonly what: string;
  run(): void;
}

export interface Timer {
  cancel(): void;
}

interface PendingTimer extends Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly actor: Actor | null;
  readonly what: string;
  fire: (() => void) | null;
}

export class Scheduler {
  /** Milliseconds since the world began; a clock that never jumps. */
  nowMs = 0;
  /** In the order in which they became possible. */
  readonly ready: Action[] = [];
  /** Binary heap, the earliest first. */
  readonly #timers: PendingTimer[] = [];
  #order = 0;

  add(action: Action): void {
    this.ready.push(action);
  }

  /** Takes the action at `index` out and runs it, unless its actor is dead. */
  run(index: number): Action | null {
    const action = this.ready[index];
    if (action === undefined) return null;
    if (index === 0) this.ready.shift();
    else this.ready.splice(index, 1);
    if (action.actor === null || action.actor.alive || action.kind === 'arrive') action.run();
    return action;
  }

  after(ms: number, actor: Actor | null, what: string, fire: () => void): Timer {
    const timer: PendingTimer = {
      dueMs: this.nowMs + Math.max(ms, 0),
      order: this.#order++,
      actor,
      what,
      fire,
      cancel() {
        timer.fire = null;
      },
    };
    this.#push(timer);
    return timer;
  }

  /** When the next timer is due; null when there is none. */
  nextDueMs(): number | null {
    this.#dropDead();
    return this.#timers[0]?.dueMs ?? null;
  }

  /** Lets time go on to the next timer and fires it; null when there is none. */
  runTimer(): Pick<PendingTimer, 'actor' | 'what'> | null {
    this.#dropDead();
    const timer = this.#pop();
    if (timer === null) return null;
    this.nowMs = Math.max(this.nowMs, timer.dueMs);
    const fire = timer.fire;
    timer.fire = null;
    fire?.();
    return timer;
  }

  /** Takes out what `actor` waits for; of the requests on their way those stay that `arrives` says. */
  forget(actor: Actor, arrives: () => boolean): void {
    const kept = this.ready.filter((action) => action.actor !== actor || (action.kind === 'arrive' && arrives()));
    this.ready.length = 0;
    this.ready.push(...kept);
  }

  #dropDead(): void {
    for (let first = this.#timers[0]; first !== undefined; first = this.#timers[0]) {
      if (first.fire !== null && (first.actor === null || first.actor.alive)) return;
      this.#pop();
    }
  }

  #push(timer: PendingTimer): void {
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, timer)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = timer;
  }

  #pop(): PendingTimer | null {
    const heap = this.#timers;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(timer: PendingTimer): void {
    const heap = this.#timers;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, child)) {
        below += 1;
        child = right;
      }
      if (isBefore(timer, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = timer;
  }
}

const isBefore = (left: PendingTimer, right: PendingTimer): boolean =>
  left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
