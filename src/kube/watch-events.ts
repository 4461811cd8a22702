// The wire form of a watch: one JSON event per line. Bounded, so that a peer that never sends a newline cannot fill the memory.

import { OperatorError } from '../lib/errors.ts';
import { recordOf } from './raw-object.ts';

const NEWLINE = 0x0a;

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

const EVENT_TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

/** Throws `internal` for a torn or foreign line, without quoting it: it may hold anything. */
export function parseEvent(line: string, what: string): WatchEvent {
  try {
    const event = recordOf(JSON.parse(line));
    if (EVENT_TYPES.has(event['type'])) return event as unknown as WatchEvent; // the type was just checked
  } catch {
    // a torn line: reported below
  }
  throw new OperatorError('internal', `${what}: a line that is not an event`);
}

/** Yields each complete line; an unfinished one at the end of the stream is dropped, because nobody can tell what is missing. */
export async function* watchLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts).toString('utf8');
      parts = [];
      bytes = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > maxBytes) throw new OperatorError('too-large', `a watch event is larger than ${maxBytes} bytes`);
  }
}
