// A running command as a channel for whoever sits in front of it.

import { OperatorError } from '../lib/errors.ts';
import type { OutputPart } from '../ports/container-access.ts';
import type { ExecChannel } from '../ports/node-access.ts';
import { type Guarded, recordOf } from './node-parts.ts';
import type { TrackedCommand } from './tracked-command.ts';

/** `release` is called once, when the channel is over. The command goes on without it. */
export function openChannel(
  tracked: TrackedCommand,
  { guarded, release }: { readonly guarded: Guarded; readonly release: () => void },
): ExecChannel {
  const { command } = tracked;
  const closed = new AbortController();
  const quietly = (act: () => Promise<unknown>): void => {
    act().catch(() => {}); // the command has ended, or its container has: `follow` tells
  };
  return {
    execId: command.execId,
    write: (bytes) => command.write(bytes, closed.signal),
    endInput: () => quietly(() => command.endInput()),
    resize: (size) => quietly(() => command.resize(size)),
    sendSignal: (signal) => quietly(() => command.sendSignal(signal)),
    kill: () => quietly(() => command.kill(closed.signal)),
    async follow(onOutput) {
      const next = { stdout: 0, stderr: 0 };
      const onPart = ({ stream, offset, bytes }: OutputPart) => {
        if (offset > next[stream]) throw lost(offset - next[stream]);
        next[stream] = offset + bytes.byteLength;
        return onOutput(stream, bytes);
      };
      const state = await guarded((within) => tracked.follow(onPart, within), closed.signal);
      return recordOf(command.execId, state);
    },
    close() {
      release();
      closed.abort(new OperatorError('cancelled', 'the channel was closed'));
      tracked.listen();
    },
  };
}

/** Every byte was promised: a hole must not pass for the output. */
const lost = (bytes: number): OperatorError =>
  new OperatorError(
    'unavailable',
    `${bytes} bytes of output were lost while the container could not be reached; the command goes on`,
  );
