// The content of files over the wire: hashed on both ends, streamed both ways, a truncated transfer is always an error.

import { createHash } from 'node:crypto';
import { OperatorError } from '../lib/errors.ts';
import { errorFrameSchema, type FileWritten, fileStatSchema, fileWrittenSchema } from '../model/node-protocol.ts';
import type { NodeAccess } from '../ports/node-access.ts';
import { encodeBytes, encodeJsonMessage, MESSAGE, MessageReader } from '../process/node-protocol/messages.ts';
import type { NodeCalls } from './node-calls.ts';
import { faultOfFrame, faultOfTransport } from './node-faults.ts';
import { parseMessage, readMessages } from './read-messages.ts';

/** A write is answered when the file is on disk; what is in flight by then has to be hashed and stored first. */
const WRITE_ANSWER_MS = 5 * 60_000;

export function fileContentCalls(calls: NodeCalls): Pick<NodeAccess, 'fileRead' | 'fileWrite'> {
  return {
    async fileRead(session, range, receive, signal) {
      const body = await calls.open(session, { operation: 'fileRead', parameters: { ...range } }, signal);
      try {
        return await readContent(body, range.limit, receive);
      } catch (thrown) {
        throw faultOfTransport(thrown, session.endpoint.url, signal);
      }
    },
    async fileWrite(session, path, how, chunks, signal) {
      const { mode, ifSha256, makeParents, maxBytes } = how;
      const upload = new Upload(chunks);
      const parameters = { path, mode, ifSha256, parents: makeParents, maxBytes };
      const written = await calls.json(
        session,
        { operation: 'fileWrite', parameters, body: upload.messages(), answerWithinMs: WRITE_ANSWER_MS },
        fileWrittenSchema,
        signal,
      );
      if (written.sha256 === upload.sha256) return written;
      throw new OperatorError('internal', 'the node API stored other content than was sent');
    },
  };
}

class Upload {
  readonly #chunks: AsyncIterable<Uint8Array>;
  readonly #hash = createHash('sha256');
  /** null until everything was sent. */
  sha256: string | null = null;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks;
  }

  async *messages(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#chunks) {
      this.#hash.update(chunk);
      yield* encodeBytes(MESSAGE.fileData, chunk);
    }
    const sha256 = this.#hash.digest('hex');
    this.sha256 = sha256;
    yield encodeJsonMessage(MESSAGE.fileDone, { sha256 });
  }
}

async function readContent(
  body: AsyncIterable<Uint8Array>,
  limit: number | null,
  { onStat, onChunk }: Parameters<NodeAccess['fileRead']>[2],
): Promise<FileWritten> {
  const hash = createHash('sha256');
  let bytes = 0;
  let done: FileWritten | null = null;
  for await (const message of readMessages(body, new MessageReader())) {
    if (message.type === MESSAGE.error)
      throw faultOfFrame(parseMessage(message, errorFrameSchema.omit({ type: true })));
    else if (message.type === MESSAGE.fileStat) onStat(parseMessage(message, fileStatSchema));
    else if (message.type === MESSAGE.fileDone) done = parseMessage(message, fileWrittenSchema);
    else if (message.type === MESSAGE.fileData) {
      hash.update(message.payload);
      bytes += message.payload.byteLength;
      if (limit !== null && bytes > limit)
        throw new OperatorError('internal', 'the node API sent more than was asked for');
      await onChunk(message.payload);
    } else throw new OperatorError('internal', `a file has no message of type ${message.type}`);
  }
  if (done === null) throw new OperatorError('unavailable', 'the node API closed the stream before the file ended');
  if (done.bytes === bytes && done.sha256 === hash.digest('hex')) return done;
  throw new OperatorError('internal', 'the content that came is not what its hash says');
}
