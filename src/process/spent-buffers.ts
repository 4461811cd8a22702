// Keeps a process small while it streams. Node reads each piece of a stream into a new buffer of up to 64 KiB and leaves it to V8 to find
// out when it is spent; V8 looks for such buffers only every 64 MiB or so, since the objects themselves are tiny. A minor collection every
// 2 MiB takes a fraction of a millisecond and keeps a transfer of any size below half of that (docs/benchmarks.md, row 25).

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const COLLECT_EVERY_BYTES = 2 * 1_048_576;

/** One per stream: call it with the size of each piece that has passed. */
export function createSpentBuffers(): (bytes: number) => void {
  let passed = 0;
  let collect: (() => void) | null = null;
  return (bytes) => {
    passed += bytes;
    if (passed < COLLECT_EVERY_BYTES) return;
    passed = 0;
    collect ??= minorCollection();
    collect();
  };
}

function minorCollection(): () => void {
  setFlagsFromString('--expose-gc'); // for contexts that are made from now on: this one alone
  const gc = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void; // V8's own
  return () => gc({ type: 'minor' });
}
