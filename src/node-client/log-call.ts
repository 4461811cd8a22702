// Lines of the main command, as they come.

import { OperatorError } from '../lib/errors.ts';
import { type LogEnd, logFrameSchema } from '../model/node-protocol.ts';
import type { NodeAccess } from '../ports/node-access.ts';
import { FrameReader } from './frame-reader.ts';
import type { NodeCalls } from './node-calls.ts';
import { faultOfFrame, faultOfTransport } from './node-faults.ts';

/** A line of 64 KiB, every byte of it escaped as \u00XX. */
const MAX_LINE_BYTES = 512 * 1024;
/** Of an answer that has an end; the node keeps 30 MiB per session. */
const MAX_STREAM_BYTES = 256 * 1024 * 1024;

export function logCall(calls: NodeCalls): NodeAccess['logs'] {
  return async (session, query, onLine, signal) => {
    const parameters = { query: JSON.stringify(query) };
    const body = await calls.open(session, { operation: 'logs', parameters }, signal);
    const reader = new FrameReader(logFrameSchema, MAX_LINE_BYTES);
    let bytes = 0;
    let end: LogEnd | null = null;
    try {
      for await (const chunk of body) {
        bytes += chunk.byteLength;
        if (!query.follow && bytes > MAX_STREAM_BYTES)
          throw new OperatorError('too-large', `the node API sent more than ${MAX_STREAM_BYTES} bytes of log`);
        for (const frame of reader.push(chunk)) {
          if (frame.type === 'error') throw faultOfFrame(frame);
          if (frame.type === 'line') await onLine(frame.line);
          else end = { cursor: frame.cursor, truncated: frame.truncated };
        }
      }
    } catch (thrown) {
      throw faultOfTransport(thrown, session.endpoint.url, signal);
    }
    if (end !== null) return end;
    throw new OperatorError('unavailable', 'the node API closed the stream before the log ended');
  };
}
