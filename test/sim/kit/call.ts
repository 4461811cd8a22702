// One call from a process to the other side: sent, arrived (its effect), answered; each a step of the world, and each can be lost.

import { asOperatorError, OperatorError } from '../../../src/lib/errors.ts';
import type { Actor, Scheduler, Timer } from './scheduler.ts';

/** The way from a process to one other side. */
export interface Link {
  readonly actor: Actor;
  readonly to: string;
  /** "cut": nothing gets through and nobody says so; "refused": the other side is away. */
  state: 'up' | 'cut' | 'refused';
  /** The other side is there and does not answer: what arrives waits. */
  readonly held: Held[] | null;
  /** The server behind it is not up to date; null when it is. */
  lagging: Lag | null;
  /** What happens to the next request that changes something; null: nothing. */
  trap: Trap | null;
}

export interface Lag {
  /** The next list of sessions is answered from it, once; then null. */
  revision: number | null;
  /** For so long after that list watches of sessions tell nothing new. */
  readonly behindMs: number;
  /** When that ends, in milliseconds since the world began. */
  untilMs: number;
}

/** A fault that waits for an effect: those are rare among all the messages, and what goes wrong around them is what counts. */
export interface Trap {
  /** "refused": lost before its effect; "lost": after it; "kept": answered. The one who asked hears of a reset, if it lives. */
  readonly answer: 'refused' | 'lost' | 'kept';
  /** What the world does at that moment. */
  readonly meanwhile: () => void;
}

/** Of a session; leases, nodes and events are no effects. */
const isEffect = (what: string): boolean =>
  /^(engine (create|start|stop|remove|network|volume) |(PUT|PATCH|DELETE) .*\/mcpsessions\/)/.test(what);

/** A call that arrived while the other side does not answer. */
export interface Held {
  arrive(): void;
  refuse(fault: OperatorError): void;
}

export interface CallOptions<T> {
  readonly scheduler: Scheduler;
  readonly link: Link;
  readonly what: string;
  /** null: the signal alone ends it. */
  readonly deadline: { readonly ms: number; readonly what: string } | null;
  /** The effect. Throws OperatorError for a refusal. */
  readonly handle: () => T;
  /** Any answer has come, a refusal too; told before the one who asked. */
  readonly onAnswer?: () => void;
  /** What the one who asked hears when its signal ends the wait: as the client says it that this call stands for. */
  readonly cancelled: (signal: AbortSignal, what: string) => OperatorError;
}

export class Call<T> {
  readonly #options: CallOptions<T>;
  readonly #settled = Promise.withResolvers<T>();
  #over = false;
  #deadline: Timer | null = null;
  #signal: AbortSignal | null = null;

  constructor(options: CallOptions<T>) {
    this.#options = options;
  }

  begin(signal: AbortSignal): Promise<T> {
    const { scheduler, link, what, deadline } = this.#options;
    const { promise } = this.#settled;
    if (!link.actor.alive) return promise; // a dead process hears of nothing
    if (signal.aborted) {
      this.#fail(this.#options.cancelled(signal, what));
      return promise;
    }
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (deadline !== null) {
      const late = (): void =>
        this.#fail(new OperatorError('timeout', `${deadline.what} did not finish within ${deadline.ms} ms`));
      this.#deadline = scheduler.after(deadline.ms, link.actor, 'deadline', late);
    }
    scheduler.add(new Arrival(this, link.actor, what));
    return promise;
  }

  get link(): Link {
    return this.#options.link;
  }

  /** The request reaches the other side, unless the way is cut. */
  arrive(): void {
    const { link, what } = this.#options;
    if (link.state === 'cut') return;
    if (link.state === 'refused') return this.#answer(() => this.#fail(refused(link)));
    if (link.held !== null) {
      link.held.push(this);
      return;
    }
    const { trap } = link;
    if (trap === null || !isEffect(what)) return this.#takeEffect(true);
    link.trap = null;
    if (trap.answer === 'refused') this.#answer(() => this.#fail(reset(what)));
    else this.#takeEffect(trap.answer === 'kept');
    trap.meanwhile();
  }

  #takeEffect(isAnswered: boolean): void {
    const { handle, onAnswer, what } = this.#options;
    if (!isAnswered) {
      withoutFault(handle);
      return this.#answer(() => this.#fail(reset(what)));
    }
    try {
      const answer = handle();
      this.#answer(() => {
        if (!this.#over) onAnswer?.();
        this.#succeed(answer);
      });
    } catch (thrown) {
      const fault = asOperatorError(thrown);
      this.#answer(() => {
        if (!this.#over) onAnswer?.();
        this.#fail(fault);
      });
    }
  }

  /** Answered without any effect. */
  refuse(fault: OperatorError): void {
    this.#fail(fault);
  }

  #answer(deliver: () => void): void {
    const { scheduler, link, what } = this.#options;
    if (link.actor.alive && !this.#over) scheduler.add(new Reply(this, link.actor, what, deliver));
  }

  readonly #onAbort = (): void => {
    const { cancelled, what } = this.#options;
    if (this.#signal !== null) this.#fail(cancelled(this.#signal, what));
  };

  #succeed(answer: T): void {
    if (this.#over) return;
    this.#close();
    this.#settled.resolve(answer);
  }

  #fail(fault: OperatorError): void {
    if (this.#over) return;
    this.#close();
    if (this.#options.link.actor.alive) this.#settled.reject(fault);
  }

  #close(): void {
    this.#over = true;
    this.#deadline?.cancel();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}

/** A request on its way. */
export class Arrival {
  readonly kind = 'arrive';
  readonly call: Pick<Call<unknown>, 'arrive' | 'refuse' | 'link'>;
  readonly actor: Actor;
  readonly what: string;

  constructor(call: Pick<Call<unknown>, 'arrive' | 'refuse' | 'link'>, actor: Actor, what: string) {
    this.call = call;
    this.actor = actor;
    this.what = what;
  }

  run(): void {
    this.call.arrive();
  }
}

/** An answer on its way. */
export class Reply {
  readonly kind = 'reply';
  readonly call: Pick<Call<unknown>, 'refuse' | 'link'>;
  readonly actor: Actor;
  readonly what: string;
  readonly #deliver: () => void;

  constructor(call: Pick<Call<unknown>, 'refuse' | 'link'>, actor: Actor, what: string, deliver: () => void) {
    this.call = call;
    this.actor = actor;
    this.what = what;
    this.#deliver = deliver;
  }

  run(): void {
    if (this.call.link.state !== 'cut') this.#deliver();
  }
}

/** A refusal that nobody hears of. */
function withoutFault(handle: () => unknown): void {
  try {
    handle();
  } catch (thrown) {
    asOperatorError(thrown);
  }
}

const refused = ({ to }: Link): OperatorError =>
  new OperatorError('unavailable', `${to} does not answer (ECONNREFUSED)`);

export const reset = (what: string): OperatorError =>
  new OperatorError('unavailable', `${what}: the connection was lost (ECONNRESET)`);

/** As src/kube/kube-client.ts: a signal's own fault is what went wrong. */
export function cancelledForReason(signal: AbortSignal, what: string): OperatorError {
  const { reason } = signal as { reason: unknown }; // lib types it as any
  if (reason instanceof OperatorError) return reason;
  return cancelledPlainly(signal, what);
}

/** As src/docker/engine-client.ts: whatever the signal says, nobody waits any more. */
export const cancelledPlainly = (signal: AbortSignal, what: string): OperatorError =>
  new OperatorError('cancelled', `${what} was cancelled`, { cause: signal.reason });
