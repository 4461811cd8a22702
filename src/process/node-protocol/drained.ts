// Waiting for a slow reader: the one place where back-pressure of a connection becomes a promise.

import type { Writable } from 'node:stream';

/** Resolves when the stream takes more, or is closed; never rejects. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off('drain', settle);
      stream.off('close', settle);
      resolve();
    };
    stream.on('drain', settle);
    stream.on('close', settle);
    if (stream.destroyed) settle();
  });
}

/** Writes and waits while the other side is slow; writes nothing to a stream that is closed. */
export async function writeAll(stream: Writable, bytes: Uint8Array | string): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return;
  if (!stream.write(bytes)) await drained(stream);
}
