// Two connections as one: bytes both ways, each direction as fast as its reader, each ending for itself.

import type { Duplex } from 'node:stream';
import { createSpentBuffers } from '../spent-buffers.ts';
import { STREAM_LIMITS, type StreamLimits, watchStream } from './stream-limits.ts';

/** Resolves when both are closed. A side that breaks ends the other; so does a limit. Never rejects. */
export async function bridge(outer: Duplex, inner: Duplex, limits: StreamLimits = STREAM_LIMITS): Promise<void> {
  const watch = watchStream(limits, (fault) => {
    outer.destroy(fault);
    inner.destroy(fault);
  });
  await Promise.all([oneWay({ from: outer, to: inner }, watch.touch), oneWay({ from: inner, to: outer }, watch.touch)]);
  watch.stop();
}

/** Resolves when `from` is closed. What it said to its end has then been handed on, and the end with it. */
function oneWay({ from, to }: { readonly from: Duplex; readonly to: Duplex }, touch: () => void): Promise<void> {
  from.on('error', () => {}); // 'close' follows
  const passed = createSpentBuffers();
  from.on('data', (chunk: Uint8Array) => {
    touch();
    passed(chunk.byteLength);
  });
  from.pipe(to);
  return new Promise((resolve) => {
    const onClose = (): void => {
      if (!from.readableEnded || !from.writableFinished) to.destroy(); // it broke
      resolve();
    };
    if (from.closed) onClose();
    else from.once('close', onClose);
  });
}
