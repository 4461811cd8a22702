// Bytes for the standard input of a command, as fast as the command takes them.

import { OperatorError } from '../../lib/errors.ts';
import type { Channel } from './channel.ts';
import { MAX_DATA_BYTES } from './frames.ts';

export interface Input {
  readonly channel: Channel;
  readonly handle: number;
  readonly bytes: Uint8Array;
  /** Whether the command has ended, so that nobody will take more. */
  readonly isOver: () => Promise<boolean>;
}

/** A command that ends takes nothing more, and nobody says so unless it is asked. */
const LOOK_AFTER_MS = 1_000;

/** Resolves when everything is on its way, or the command has ended. Rejects with `cancelled`, or why the channel ended. */
export async function writeInput({ channel, handle, bytes, isOver }: Input, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    if (signal.aborted) throw new OperatorError('cancelled', 'writing to a command was cancelled');
    const room = channel.inputCredit(handle);
    if (room <= 0) {
      const waited = await creditOf({ channel, handle }, signal);
      if (waited === 'nothing' && (await isOver())) return;
      continue;
    }
    const data = bytes.subarray(at, at + Math.min(room, MAX_DATA_BYTES));
    channel.addInputCredit(handle, -data.byteLength);
    at += data.byteLength;
    await channel.send('execStdin', handle, { data });
    if (channel.fault !== null) throw channel.fault;
  }
}

function creditOf(
  { channel, handle }: Pick<Input, 'channel' | 'handle'>,
  signal: AbortSignal,
): Promise<'something' | 'nothing'> {
  return new Promise((resolve, reject) => {
    const over = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      stop();
      settle();
    };
    const timer = setTimeout(() => over(() => resolve('nothing')), LOOK_AFTER_MS);
    const onAbort = (): void => over(() => resolve('something'));
    signal.addEventListener('abort', onAbort, { once: true });
    let stop: () => unknown = () => {};
    stop = channel.listen('input', handle, {
      onMessage: () => over(() => resolve('something')),
      onEnd: (fault) => over(() => reject(fault)),
    });
  });
}
