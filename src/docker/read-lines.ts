// Newline-separated JSON from a stream, with a bound on the length of a line.

import type { Readable } from 'node:stream';

import { OperatorError } from '../lib/errors.ts';

/** Labels of an image travel in every event, so lines can be long; never this long. */
const MAX_LINE_BYTES = 1_048_576;

/**
 * Every line, parsed; empty ones are skipped. Throws OperatorError('internal') for a line that is too long or not JSON.
 * Leaving the loop destroys the stream.
 */
export async function* readJsonLines(stream: Readable): AsyncGenerator {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of stream) {
    let rest: Buffer = chunk as Buffer; // no encoding is set on the stream, so it yields buffers
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield* parseLine(Buffer.concat([...pending, rest.subarray(0, end)]));
      pending = [];
      pendingBytes = 0;
      rest = rest.subarray(end + 1);
    }
    pending.push(rest);
    pendingBytes += rest.byteLength;
    if (pendingBytes > MAX_LINE_BYTES) {
      throw new OperatorError('internal', `the engine sent a line of more than ${MAX_LINE_BYTES} bytes`);
    }
  }
  yield* parseLine(Buffer.concat(pending));
}

function* parseLine(line: Buffer): Generator {
  const text = line.toString('utf8').trim();
  if (text === '') return;
  try {
    yield JSON.parse(text) as unknown;
  } catch (cause) {
    throw new OperatorError('internal', 'the engine sent a line that is not JSON', { cause });
  }
}
