// One file out of a session, in chunks and at the pace of whoever takes them.

import { OperatorError } from '../../lib/errors.ts';
import type { FileInfo, FileReceipt } from '../../ports/container-access.ts';
import { orAborted } from '../../process/deadline.ts';
import type { Channel } from './channel.ts';
import { CreditQueue } from './credit-queue.ts';
import { cancelledBy, type OpenExchange, openExchange, unexpected } from './exchange.ts';
import { fileFault } from './faults.ts';
import type { Body } from './messages.ts';
import { malformed } from './payload.ts';

const WINDOW_BYTES = 256 * 1024;
const FIRST_ANSWER_WITHIN_MS = 60_000;

export interface FileToRead {
  /** As the caller wrote it, and as the init takes it. */
  readonly path: string;
  readonly relative: string;
  readonly offset: number;
  readonly limit: number | null;
  readonly onInfo: (info: FileInfo) => void;
  readonly onChunk: (bytes: Uint8Array) => void | Promise<void>;
}

/** Rejects as `SessionFiles.read` says, or with what the callbacks throw. */
export async function readFile(channel: Channel, file: FileToRead, signal: AbortSignal): Promise<FileReceipt> {
  const info = Promise.withResolvers<FileInfo>();
  info.promise.catch(() => {}); // waited for below, unless something else ends the reading
  let at = 0;
  const queue = new CreditQueue(WINDOW_BYTES, (more) => channel.post('fileCredit', open.id, { more }));
  const open: OpenExchange<Body<'fileDone'>> = openExchange(channel, {
    name: 'fileRead',
    body: { path: file.relative, offset: file.offset, most: file.limit ?? 0, credit: WINDOW_BYTES },
    take: (message) => {
      switch (message.name) {
        case 'fileInfo':
          info.resolve(message.body);
          return null;
        case 'fileData':
          queue.push({ lane: '', at, bytes: message.body.data, atMs: 0 });
          at += message.body.data.byteLength;
          return null;
        case 'fileDone':
          info.reject(malformed('ends a file without its size'));
          if (message.body.bytes !== at) throw malformed('miscounts the bytes of a file');
          return { result: message.body };
        default:
          throw unexpected(message);
      }
    },
    refused: fileFault(file.path),
    silence: { ms: FIRST_ANSWER_WITHIN_MS, before: 'first', ends: 'request' },
  });
  const result = cancelledBy(open, signal);
  result.then(
    () => queue.end(null),
    (fault: OperatorError) => {
      info.reject(fault);
      queue.end(fault);
    },
  );
  try {
    file.onInfo(await info.promise);
    for await (const { bytes } of queue.pieces()) {
      const taking = file.onChunk(bytes);
      if (taking !== undefined) await orAborted(taking, signal);
    }
    const { bytes, sha256, created } = await result;
    return { bytes, sha256: Buffer.from(sha256).toString('hex'), created };
  } finally {
    open.cancel(new OperatorError('cancelled', 'reading a file was given up'));
  }
}
