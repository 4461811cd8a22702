// At most one channel to each container, made when somebody needs it and made again when it broke. The engine decides whether a
// container has ended; only a container that runs can have a session init that does not answer.

import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { asOperatorError, isFault, OperatorError } from '../../lib/errors.ts';
import { orAborted } from '../../process/deadline.ts';
import { shortId } from '../engine-errors.ts';
import { Channel } from './channel.ts';
import { ContainerEnded, InitSilent } from './faults.ts';
import { NONCE_BYTES } from './messages.ts';

export interface SessionChannelsParts {
  /** The hijacked stream. */
  readonly attach: (containerId: string, signal: AbortSignal) => Promise<Duplex>;
  /** Whether the engine says so. Rejects with `not-found` for a container that is gone. */
  readonly runs: (containerId: string, signal: AbortSignal) => Promise<boolean>;
  /** The session init answers on a new channel. */
  readonly onReady: (containerId: string, isHeld: boolean) => void;
  /** A channel on which it answered has ended. */
  readonly onLost: (containerId: string, fault: OperatorError) => void;
  /** The container runs, and the session init does not answer. */
  readonly onSilent: (containerId: string) => void;
  /** Milliseconds instead of those below. */
  readonly patience?: Partial<typeof PATIENCE>;
}

export interface SessionChannels {
  /** Attaches and says HELLO, without waiting for an answer: for a container that is about to start. */
  open(containerId: string, signal: AbortSignal): Promise<void>;
  /**
   * A channel on which the init has answered. Rejects with ContainerEnded, InitSilent, `not-found`, `cancelled`, or a fault of the
   * engine. Callers share one attempt, which goes on when one of them leaves.
   */
  reach(containerId: string, signal: AbortSignal): Promise<Channel>;
  alive(containerId: string): boolean;
  /** Lets go; whoever waits gets `unavailable`. */
  close(containerId: string): void;
  closeAll(): void;
}

const PATIENCE = {
  /** For one HELLO_ACK. */
  answerMs: 4_000,
  /** Between two looks at the engine while waiting for it. */
  lookMs: 250,
  /** For all attempts together. */
  connectMs: 12_000,
  /** After another controller took over. */
  supersededMs: 30_000,
};
const FIRST_BACKOFF_MS = 20;
const LONGEST_BACKOFF_MS = 1_000;

interface Slot {
  readonly closed: AbortController;
  channel: Channel | null;
  opening: Promise<Channel> | null;
  reaching: Promise<Channel> | null;
  supersededUntilMs: number;
}

export function createSessionChannels(parts: SessionChannelsParts): SessionChannels {
  const { attach, runs, onReady, onLost } = parts;
  const patience = { ...PATIENCE, ...parts.patience };
  const slots = new Map<string, Slot>();

  function slotOf(containerId: string): Slot {
    const found = slots.get(containerId);
    if (found !== undefined) return found;
    const made = { closed: new AbortController(), channel: null, opening: null, reaching: null, supersededUntilMs: 0 };
    slots.set(containerId, made);
    return made;
  }

  /** The one open channel, acknowledged or not. */
  function opened(containerId: string, slot: Slot): Promise<Channel> {
    if (slot.channel !== null && slot.channel.fault === null) return Promise.resolve(slot.channel);
    slot.opening ??= openChannel(containerId, slot).finally(() => {
      slot.opening = null;
    });
    return slot.opening;
  }

  async function openChannel(containerId: string, slot: Slot): Promise<Channel> {
    const stream = await attach(containerId, slot.closed.signal);
    const channel = new Channel(stream, randomBytes(NONCE_BYTES));
    if (slot.closed.signal.aborted) channel.end(letGo(containerId));
    slot.channel = channel;
    channel.acknowledged.then(
      ({ main }) => {
        onReady(containerId, main === 'held');
        channel.listen('connection', 0, { onMessage: () => {}, onEnd: (fault) => lost(containerId, slot, fault) });
      },
      () => {}, // whoever needs it tries again
    );
    return channel;
  }

  function lost(containerId: string, slot: Slot, fault: OperatorError): void {
    if (slot.channel?.superseded === true) slot.supersededUntilMs = performance.now() + patience.supersededMs;
    slot.channel = null;
    onLost(containerId, fault);
  }

  async function connect(containerId: string, slot: Slot): Promise<Channel> {
    const { signal } = slot.closed;
    const untilMs = performance.now() + patience.connectMs;
    const early = slot.channel; // attached before the container started: its answer is likely to be on its way
    if (early?.fault === null && (await isAnswered(early, patience.lookMs).catch(() => false))) return early;
    for (let waitMs = FIRST_BACKOFF_MS; ; waitMs = Math.min(waitMs * 3, LONGEST_BACKOFF_MS)) {
      if (!(await runs(containerId, signal))) throw new ContainerEnded(containerId);
      const made = await attempt(containerId, slot).catch((thrown: unknown) => asOperatorError(thrown));
      if (made instanceof Channel) return made;
      const isFinal = made instanceof ContainerEnded || made.kind === 'not-found' || slot.channel?.superseded === true;
      if (isFinal || signal.aborted || performance.now() >= untilMs) throw made;
      await sleep(waitMs, undefined, { signal });
    }
  }

  /** One channel up to its HELLO_ACK. An end of the container is not always an end of the stream, so the engine is asked in between. */
  async function attempt(containerId: string, slot: Slot): Promise<Channel> {
    const { signal } = slot.closed;
    const channel = await opened(containerId, slot);
    for (let waitedMs = 0; waitedMs < patience.answerMs; waitedMs += patience.lookMs) {
      const answered = await isAnswered(channel, patience.lookMs).catch((cause: unknown) => {
        throw new InitSilent(containerId, cause);
      });
      if (answered) return channel;
      if (await runs(containerId, signal)) continue;
      channel.end(new ContainerEnded(containerId));
      throw new ContainerEnded(containerId);
    }
    channel.end(new InitSilent(containerId));
    throw new InitSilent(containerId);
  }

  /** Nothing comes from it any more; a container that was never started keeps its channel. */
  function forget(containerId: string, slot: Slot): void {
    if (slot.channel === null && slots.get(containerId) === slot) slots.delete(containerId);
  }

  function close(containerId: string): void {
    const slot = slots.get(containerId);
    if (slot === undefined) return;
    slots.delete(containerId);
    slot.closed.abort(letGo(containerId));
    slot.channel?.end(letGo(containerId));
  }

  return {
    open: async (containerId, signal) => {
      await orAborted(opened(containerId, slotOf(containerId)), signal);
    },
    reach: async (containerId, signal) => {
      const slot = slotOf(containerId);
      const { channel } = slot;
      if (channel !== null && channel.isAcknowledged && channel.fault === null) return channel;
      if (performance.now() < slot.supersededUntilMs) throw superseded(containerId);
      slot.reaching ??= connect(containerId, slot)
        .catch((thrown: unknown) => {
          if (slot.closed.signal.aborted) throw letGo(containerId);
          if (thrown instanceof InitSilent) parts.onSilent(containerId);
          if (thrown instanceof ContainerEnded || isFault(thrown, 'not-found')) forget(containerId, slot);
          throw thrown;
        })
        .finally(() => {
          slot.reaching = null;
        });
      return orCancelled(slot.reaching, signal);
    },
    alive: (containerId) => {
      const channel = slots.get(containerId)?.channel ?? null;
      return channel !== null && channel.isAcknowledged && channel.fault === null;
    },
    close,
    closeAll: () => {
      for (const containerId of slots.keys()) close(containerId);
    },
  };
}

/** Rejects when the channel ends first. */
async function isAnswered(channel: Channel, withinMs: number): Promise<boolean> {
  const answered = new AbortController();
  const late = sleep(withinMs, null, { signal: answered.signal }).catch(() => null);
  try {
    return (await Promise.race([channel.acknowledged, late])) !== null;
  } finally {
    answered.abort();
  }
}

async function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return orAborted(work, signal).catch((thrown: unknown) => {
    if (!signal.aborted || thrown instanceof OperatorError) throw thrown;
    throw new OperatorError('cancelled', 'waiting for the session init was cancelled', { cause: thrown });
  });
}

const letGo = (containerId: string): OperatorError =>
  new OperatorError('unavailable', `the connection to container ${shortId(containerId)} was closed`);

const superseded = (containerId: string): OperatorError =>
  new OperatorError('unavailable', `another controller has attached to container ${shortId(containerId)}`, {
    retryAfterSeconds: 30,
  });
