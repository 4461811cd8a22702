// Standard input, handed on piece by piece to something that takes it at its own speed, and let go of at any time.

import type { Readable } from 'node:stream';

export interface Input {
  /** For commands that read to the end. */
  chunks(): AsyncIterable<Uint8Array>;
  /**
   * Hands on every piece and waits for it to be taken, then calls `end`. A piece that is not taken ends the reading without a word:
   * whoever takes it knows why. Returns what stops the reading.
   */
  pump(take: (bytes: Uint8Array) => Promise<void>, end: () => void): () => void;
}

export const inputFrom = (stream: Readable): Input => ({
  chunks: () => stream as AsyncIterable<Uint8Array>, // no encoding is ever set, so the pieces are bytes
  pump(take, end) {
    let taken = Promise.resolve();
    const onData = (bytes: Uint8Array): void => {
      stream.pause();
      taken = taken.then(() => take(bytes)).then(() => void stream.resume(), stop);
    };
    const onEnd = (): void => {
      stop();
      void taken.then(end);
    };
    function stop(): void {
      stream.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onEnd);
      stream.pause();
    }
    // A terminal that goes away is an error of the stream; for the command it is the end of its input.
    stream.on('error', onEnd).on('end', onEnd).on('data', onData);
    return stop;
  },
});
