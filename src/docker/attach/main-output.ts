// Output of a session's main command on one channel.

import type { OperatorError } from '../../lib/errors.ts';
import type { MainOutput, OutputStream } from '../../ports/container-access.ts';
import { orAborted } from '../../process/deadline.ts';
import type { Channel } from './channel.ts';
import { CreditQueue } from './credit-queue.ts';
import { fence, unexpected } from './exchange.ts';
import { malformed } from './payload.ts';

const WINDOW_BYTES = 256 * 1024;

export interface MainFollowing {
  readonly channel: Channel;
  readonly fromSequence: number;
  readonly onOutput: (output: MainOutput) => void | Promise<void>;
}

/** Resolves when the main command has ended. Rejects with the reason of `signal`, why the channel ended, or what `onOutput` rejects with. */
export async function followMainOn(
  { channel, fromSequence, onOutput }: MainFollowing,
  signal: AbortSignal,
): Promise<void> {
  const queue = new CreditQueue(WINDOW_BYTES, (more) => channel.post('mainCredit', 0, { more }));
  let next = fromSequence;
  let isOurs = false;
  const stop = channel.listen('main', 0, {
    onMessage: (message) => {
      if (!isOurs) return; // of an earlier subscription
      if (message.name === 'mainExit') return queue.end(null);
      if (message.name !== 'mainOutput') throw unexpected(message);
      const { sequence, atMs, stream, data } = message.body;
      if (sequence < next) throw malformed('repeats output of the main command');
      next = sequence + data.byteLength;
      queue.push({ lane: stream, at: sequence, bytes: data, atMs });
    },
    onEnd: (fault) => queue.end(fault),
  });
  const onAbort = (): void => queue.end(signal.reason as OperatorError); // whatever it is, it is thrown on
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    fence(channel, () => {
      isOurs = true;
    });
    channel.post('mainSubscribe', 0, { sequence: fromSequence, credit: WINDOW_BYTES });
    for await (const { lane, at, bytes, atMs } of queue.pieces()) {
      signal.throwIfAborted();
      const stream = lane as OutputStream; // the two lanes above
      const taking = onOutput({ sequence: at, atMs, stream, bytes });
      if (taking !== undefined) await orAborted(taking, signal);
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', onAbort);
    stop();
  }
}
