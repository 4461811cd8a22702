// A request to the session init and its answers, up to the last one.

import { OperatorError } from '../../lib/errors.ts';
import type { Channel } from './channel.ts';
import { requestFault } from './faults.ts';
import type { Body, Message, MessageName } from './messages.ts';

export interface Exchange<N extends MessageName, T> {
  readonly name: N;
  readonly body: Body<N>;
  /** null for a message after which more will come. What it throws ends the connection. */
  readonly take: (message: Message) => { readonly result: T } | null;
  readonly refused: (refusal: Body<'error'>) => OperatorError;
  /** How long the init may say nothing: before each answer, or before the first alone where the pace is the caller's. */
  readonly silence: { readonly ms: number; readonly before: 'each' | 'first'; readonly ends: 'request' | 'connection' };
}

export interface OpenExchange<T> {
  readonly id: number;
  /** Rejects with OperatorError: the refusal, `timeout`, `cancelled`, or why the connection ended. */
  readonly result: Promise<T>;
  /** Ends the request unless it is over; the result rejects with `fault`. */
  cancel(fault: OperatorError): void;
}

export function openExchange<N extends MessageName, T>(channel: Channel, exchange: Exchange<N, T>): OpenExchange<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  promise.catch(() => {}); // told to whoever waits
  const { silence } = exchange;
  const id = channel.newId();
  let stop: (() => unknown) | null = () => {};
  const over = (settle: () => void): void => {
    clearTimeout(timer);
    stop?.();
    stop = null;
    settle();
  };
  const cancel = (fault: OperatorError): void => {
    if (stop === null) return;
    channel.post('cancel', id, {});
    over(() => reject(fault));
  };
  const timer = setTimeout(() => {
    const fault = new OperatorError('timeout', `the session init did not answer within ${silence.ms} ms`);
    if (silence.ends === 'connection') channel.end(fault);
    else cancel(fault);
  }, silence.ms);
  const ignore = channel.listen('request', id, {
    onMessage: (message) => {
      if (silence.before === 'each') timer.refresh();
      else clearTimeout(timer);
      if (message.name === 'error') return over(() => reject(exchange.refused(message.body)));
      const taken = exchange.take(message);
      if (taken !== null) over(() => resolve(taken.result));
    },
    onEnd: (fault) => over(() => reject(fault)),
  });
  if (stop !== null) stop = ignore;
  channel.post(exchange.name, id, exchange.body);
  return { id, result: promise, cancel };
}

/** The whole exchange; aborting `signal` ends the request. */
export async function ask<N extends MessageName, T>(
  channel: Channel,
  exchange: Exchange<N, T>,
  signal: AbortSignal,
): Promise<T> {
  const open = openExchange(channel, exchange);
  return cancelledBy(open, signal);
}

export async function cancelledBy<T>(open: OpenExchange<T>, signal: AbortSignal): Promise<T> {
  const onAbort = (): void => open.cancel(new OperatorError('cancelled', 'a request to the session was cancelled'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await open.result;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** For `take` of a request with a single answer. */
export const only =
  <N extends MessageName>(name: N) =>
  (message: Message): { readonly result: Body<N> } => {
    if (message.name !== name) throw unexpected(message);
    return { result: message.body as Body<N> }; // the name says so
  };

export const unexpected = ({ name }: Message): OperatorError =>
  new OperatorError('internal', `the session init answered a request with ${name}`);

const PONG_WITHIN_MS = 10_000;

/**
 * Tells apart what was on its way from what is asked for after this call: answers stay in order with all other messages. `onPassed` is called
 * when everything older has arrived.
 */
export function fence(channel: Channel, onPassed: () => void): void {
  openExchange(channel, {
    name: 'ping',
    body: {},
    take: (message) => {
      if (message.name !== 'pong') throw unexpected(message);
      onPassed();
      return { result: null };
    },
    refused: requestFault,
    silence: { ms: PONG_WITHIN_MS, before: 'each', ends: 'connection' },
  });
}
