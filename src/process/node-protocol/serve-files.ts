// The content of a file, both ways, in messages: a stream that was cut off lacks its last message, and no length has to be known
// before. Never more than a few chunks are held, whatever the file's size.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import { uploadEndSchema } from '../../model/node-protocol.ts';
import type { Route } from '../../model/node-routes.ts';
import { sendJson } from '../https-server.ts';
import { createSpentBuffers } from '../spent-buffers.ts';
import { writeAll } from './drained.ts';
import { publicFault, sendFault } from './json-lines.ts';
import { encodeBytes, encodeJsonMessage, jsonOf, MESSAGE, type Message, MessageReader } from './messages.ts';
import { readQuery } from './read-request.ts';
import { type Exchange, logFault, openFor } from './exchange.ts';
import { UPLOAD_LIMITS, watchStream } from './stream-limits.ts';

export async function serveFileRead(exchange: Exchange, route: Route): Promise<void> {
  const { server, request, response, signal } = exchange;
  const { uid, path, offset, limit } = readQuery(request, 'fileRead');
  const session = await openFor(exchange, { ...route, uid });
  const start = () => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
  };
  const passed = createSpentBuffers();
  try {
    const receipt = await session.fileRead(
      { path, offset, limit },
      {
        onStat: (stat) => {
          start();
          response.write(encodeJsonMessage(MESSAGE.fileStat, stat));
        },
        onChunk: async (bytes) => {
          for (const message of encodeBytes(MESSAGE.fileData, bytes)) await writeAll(response, message);
          passed(bytes.byteLength);
        },
      },
      signal,
    );
    response.end(encodeJsonMessage(MESSAGE.fileDone, receipt));
  } catch (thrown) {
    if (!response.headersSent) throw thrown;
    if (!signal.aborted) logFault(server.log, thrown);
    response.end(encodeJsonMessage(MESSAGE.error, publicFault(asOperatorError(thrown))));
  }
}

export async function serveFileWrite(exchange: Exchange, route: Route): Promise<void> {
  const { server, request, response, signal } = exchange;
  const { uid, path, mode, ifSha256, parents, maxBytes } = readQuery(request, 'fileWrite');
  try {
    const session = await openFor(exchange, { ...route, uid });
    const how = { mode, ifSha256, makeParents: parents, maxBytes };
    sendJson(response, 200, await session.fileWrite(path, how, uploadedChunks(request), signal));
  } catch (thrown) {
    if (signal.aborted) return;
    logFault(server.log, thrown);
    sendFault(response, asOperatorError(thrown), 'drop');
  }
}

/** The content of the request. Throws `invalid` when it ends before its last message: then it is not all there. */
async function* uploadedChunks(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  const reader = new MessageReader();
  const watch = watchStream(UPLOAD_LIMITS, (fault) => request.destroy(fault));
  const hash = createHash('sha256');
  const passed = createSpentBuffers();
  let done = false;
  try {
    // The request outlives an early end of the reading: its refusal still has to be answered.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      watch.touch();
      passed(chunk.byteLength);
      for (const message of reader.push(chunk)) {
        if (done) throw new OperatorError('invalid', 'the content goes on after its end');
        if (message.type === MESSAGE.fileData) {
          hash.update(message.payload);
          yield message.payload;
          continue;
        }
        requireSameHash(message, hash.digest('hex'));
        done = true;
      }
    }
  } catch (thrown) {
    if (thrown instanceof OperatorError) throw thrown;
    throw new OperatorError('invalid', 'the content ended early', { cause: thrown });
  } finally {
    watch.stop();
  }
  if (!done) throw new OperatorError('invalid', 'the content ended early');
}

function requireSameHash(message: Message, sha256: string): void {
  if (message.type !== MESSAGE.fileDone) throw new OperatorError('invalid', 'an upload has no such message');
  const claimed = uploadEndSchema.safeParse(jsonOf(message));
  if (claimed.data?.sha256 === sha256) return;
  throw new OperatorError('invalid', 'the content is not what its hash says; it was changed on the way');
}
