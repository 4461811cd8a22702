// One command over the JSON lines: its frames until the exit frame. Whoever gives it up has it killed; a connection that is lost does not.

import { OperatorError } from '../lib/errors.ts';
import { type ExecFrame, type ExecRequest, execFrameSchema, execRecordSchema } from '../model/node-protocol.ts';
import type { NodeSession } from '../ports/node-access.ts';
import { FrameReader } from './frame-reader.ts';
import type { NodeCalls } from './node-calls.ts';
import { faultOfFrame, faultOfTransport } from './node-faults.ts';

const MAX_LINE_BYTES = 256 * 1024;
/** Two streams of the largest output cap that policy allows, as base64, and room for the frames around them. */
const MAX_STREAM_BYTES = 32 * 1024 * 1024;
/** To learn the id of a command that is given up, and to have it killed. */
const GIVE_UP_MS = 5_000;

export async function execOn(
  calls: NodeCalls,
  call: { readonly session: NodeSession; readonly request: ExecRequest; readonly onFrame: (frame: ExecFrame) => void },
  signal: AbortSignal,
): Promise<void> {
  const { session, request, onFrame } = call;
  const connection = new AbortController();
  const started = Promise.withResolvers<string | null>();
  const givenUp = giveUp(calls, { session, started: started.promise, connection }, signal);
  try {
    const body = JSON.stringify(request);
    const lines = await calls.open(session, { operation: 'exec', body }, connection.signal);
    const read = { endsWith: request.command.background ? 'started' : 'exit' } as const;
    await readFrames(lines, read, (frame) => {
      if (frame.type === 'started') started.resolve(frame.execId);
      if (!signal.aborted) onFrame(frame);
    });
  } catch (thrown) {
    throw faultOfTransport(thrown, session.endpoint.url, signal);
  } finally {
    started.resolve(null);
    await givenUp.settle();
  }
  if (signal.aborted) throw new OperatorError('cancelled', 'the command was cancelled');
}

/** On abort: waits a moment for the id, kills, cuts the connection. Best effort; never rejects. */
function giveUp(
  calls: NodeCalls,
  given: {
    readonly session: NodeSession;
    readonly started: Promise<string | null>;
    readonly connection: AbortController;
  },
  signal: AbortSignal,
): { settle(): Promise<void> } {
  const { session, started, connection } = given;
  let killing: Promise<void> | null = null;
  const kill = async (): Promise<void> => {
    const patience = AbortSignal.timeout(GIVE_UP_MS);
    const cut = (): void => connection.abort();
    patience.addEventListener('abort', cut, { once: true });
    try {
      const execId = await started; // settled at the latest when the connection is cut
      if (execId !== null) {
        await calls.json(session, { operation: 'execKill', execId }, execRecordSchema, patience);
      }
    } catch {
      // The command ends at its time limit then.
    } finally {
      patience.removeEventListener('abort', cut);
      cut();
    }
  };
  const onAbort = (): void => {
    killing ??= kill();
  };
  if (signal.aborted)
    connection.abort(); // nothing was sent yet
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    async settle() {
      signal.removeEventListener('abort', onAbort);
      await killing;
    },
  };
}

async function readFrames(
  lines: AsyncIterable<Uint8Array>,
  { endsWith }: { readonly endsWith: 'started' | 'exit' },
  onFrame: (frame: ExecFrame) => void,
): Promise<void> {
  const reader = new FrameReader(execFrameSchema, MAX_LINE_BYTES);
  let bytes = 0;
  let ended = false;
  for await (const chunk of lines) {
    bytes += chunk.byteLength;
    if (bytes > MAX_STREAM_BYTES)
      throw new OperatorError('too-large', `the node API sent more than ${MAX_STREAM_BYTES} bytes for one command`);
    for (const frame of reader.push(chunk)) {
      if (frame.type === 'error') throw faultOfFrame(frame);
      onFrame(frame);
      ended = frame.type === endsWith; // read on to the end, so that the connection can be used again
    }
  }
  if (ended) return;
  throw new OperatorError('unavailable', 'the node API closed the stream before the command ended; it may run on');
}
