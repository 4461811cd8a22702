// Follows the output of one command on one channel, at the pace of whoever takes it.

import type { OperatorError } from '../../lib/errors.ts';
import type { CommandState, OutputPart, OutputStream } from '../../ports/container-access.ts';
import { orAborted } from '../../process/deadline.ts';
import type { Channel } from './channel.ts';
import { stateOf } from './command-list.ts';
import { CreditQueue } from './credit-queue.ts';
import { fence, unexpected } from './exchange.ts';
import { malformed } from './payload.ts';

/** Bytes that a follower may be behind before the init waits for it. */
export const WINDOW_BYTES = 256 * 1024;

export type Offsets = Readonly<Record<OutputStream, number>>;

export interface Following {
  readonly channel: Channel;
  readonly handle: number;
  readonly offsets: Offsets;
  readonly onOutput: (part: OutputPart) => void | Promise<void>;
}

export interface Followed {
  /** null: the channel was lost before the end. */
  readonly state: CommandState | null;
  /** Up to where `onOutput` has it. */
  readonly offsets: Offsets;
}

/** Rejects with the reason of `signal`, or with what `onOutput` rejects with. */
export async function followOn(following: Following, signal: AbortSignal): Promise<Followed> {
  const { channel, handle, onOutput } = following;
  const queue = new CreditQueue(WINDOW_BYTES, (more) => channel.post('execCredit', handle, { more }));
  const taken: Record<OutputStream, number> = { ...following.offsets };
  const announced: Record<OutputStream, number> = { ...following.offsets };
  let state: CommandState | null = null;
  let isOurs = false;
  const stop = channel.listen('output', handle, {
    onMessage: (message) => {
      if (!isOurs) return; // of an earlier subscription
      if (message.name === 'execExit') {
        state = stateOf(message.body);
        queue.end(null);
        return;
      }
      if (message.name !== 'execOutput') throw unexpected(message);
      const { stream, offset, data } = message.body;
      if (offset < announced[stream]) throw malformed('repeats output');
      announced[stream] = offset + data.byteLength;
      queue.push({ lane: stream, at: offset, bytes: data, atMs: 0 });
    },
    onEnd: () => queue.end(null),
  });
  const onAbort = (): void => queue.end(signal.reason as OperatorError); // whatever it is, it is thrown on
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    fence(channel, () => {
      isOurs = true;
    });
    channel.post('execSubscribe', handle, {
      stdoutOffset: taken.stdout,
      stderrOffset: taken.stderr,
      credit: WINDOW_BYTES,
    });
    for await (const { lane, at, bytes } of queue.pieces()) {
      signal.throwIfAborted();
      const stream = lane as OutputStream; // the two lanes above
      const taking = onOutput({ stream, offset: at, bytes });
      if (taking !== undefined) await orAborted(taking, signal);
      taken[stream] = at + bytes.byteLength;
    }
    return { state, offsets: taken };
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Nothing more is wanted, unless somebody else has begun to follow on this channel.
    const wasListening = stop();
    if (wasListening && state === null)
      channel.post('execSubscribe', handle, { stdoutOffset: 0, stderrOffset: 0, credit: 0 });
  }
}
