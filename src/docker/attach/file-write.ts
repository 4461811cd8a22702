// One file into a session, as fast as the session takes it. Until the init has committed it, the file is as it was.

import { OperatorError } from '../../lib/errors.ts';
import type { FileReceipt, FileWrite } from '../../ports/container-access.ts';
import type { Channel } from './channel.ts';
import { cancelledBy, openExchange, unexpected } from './exchange.ts';
import { fileFault } from './faults.ts';
import { MAX_DATA_BYTES } from './frames.ts';
import { type Body, WRITE_FLAGS } from './messages.ts';

const FIRST_ANSWER_WITHIN_MS = 60_000;
/** More is not sent ahead, whatever is granted. */
const MAX_AHEAD_BYTES = 1_048_576;
const NO_HASH = new Uint8Array(32);

export interface FileToWrite {
  /** As the caller wrote it, and as the init takes it. */
  readonly path: string;
  readonly relative: string;
  readonly how: FileWrite;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly expectedSha256: () => string | null;
}

interface Upload {
  readonly channel: Channel;
  readonly id: number;
  /** The fault that ends the upload; null while it goes on. */
  fault: unknown;
  creditBytes: number;
  /** Rejects whatever step is waited for. */
  fail: (fault: unknown) => void;
  /** Tells of credit. */
  wake: () => void;
}

/** Rejects as `SessionFiles.write` says, or with what the chunks throw. */
export async function writeFile(channel: Channel, file: FileToWrite, signal: AbortSignal): Promise<FileReceipt> {
  const open = openExchange(channel, {
    name: 'fileWrite',
    body: writeBody(file),
    take: (message) => {
      switch (message.name) {
        case 'fileReady':
          return granted(upload, message.body.credit);
        case 'fileWriteCredit':
          return granted(upload, message.body.more);
        case 'fileDone':
          return { result: message.body };
        default:
          throw unexpected(message);
      }
    },
    refused: fileFault(file.path),
    silence: { ms: FIRST_ANSWER_WITHIN_MS, before: 'first', ends: 'request' },
  });
  const upload: Upload = { channel, id: open.id, fault: null, creditBytes: 0, fail: () => {}, wake: () => {} };
  const over = cancelledBy(open, signal);
  const end = (fault: unknown): void => {
    upload.fault = fault;
    upload.fail(fault);
  };
  over.then(() => end(new OperatorError('internal', 'the session init ended a file before it was whole')), end);
  try {
    await sendChunks(upload, file.chunks);
    const sha256 = file.expectedSha256();
    channel.post('fileCommit', open.id, { hasSha256: sha256 !== null, sha256: hashBytes(sha256) });
    const done = await over;
    return { bytes: done.bytes, sha256: Buffer.from(done.sha256).toString('hex'), created: done.created };
  } finally {
    open.cancel(new OperatorError('cancelled', 'writing a file was given up'));
  }
}

function granted(upload: Upload, more: number): null {
  upload.creditBytes = Math.min(upload.creditBytes + more, MAX_AHEAD_BYTES);
  upload.wake();
  return null;
}

/** A refusal ends it at once, also while the next chunk is waited for. */
async function sendChunks(upload: Upload, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessOver(upload, iterator.next());
      if (next.done === true) return;
      await sendChunk(upload, next.value);
    }
  } catch (thrown) {
    void iterator.return?.()?.catch(() => {}); // it is told to stop; how it does is its own affair
    throw thrown;
  }
}

async function sendChunk(upload: Upload, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) {
    while (upload.creditBytes === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      upload.wake = resolve;
      await unlessOver(upload, promise);
    }
    const data = chunk.subarray(at, at + Math.min(upload.creditBytes, MAX_DATA_BYTES));
    upload.creditBytes -= data.byteLength;
    at += data.byteLength;
    await unlessOver(upload, upload.channel.send('fileChunk', upload.id, { data }));
  }
}

/** Not a race with one promise for the whole upload: that would remember every step. */
function unlessOver<T>(upload: Upload, step: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    upload.fail = reject;
    step.then(resolve, reject);
    if (upload.fault !== null) reject(upload.fault);
  });
}

function writeBody({ relative, how }: FileToWrite): Body<'fileWrite'> {
  const { mode, ifSha256, makeParents, maxBytes } = how;
  const condition = ifSha256 === null ? 0 : ifSha256 === 'absent' ? WRITE_FLAGS.ifAbsent : WRITE_FLAGS.ifSha256;
  return {
    path: relative,
    mode: mode ?? 0,
    flags: condition | (makeParents ? WRITE_FLAGS.makeParents : 0),
    expected: hashBytes(ifSha256 === 'absent' ? null : ifSha256),
    mostBytes: maxBytes,
  };
}

function hashBytes(hex: string | null): Uint8Array {
  if (hex === null) return NO_HASH;
  if (!/^[0-9a-f]{64}$/i.test(hex)) throw new OperatorError('invalid', 'a SHA-256 has 64 hex digits');
  return Buffer.from(hex, 'hex');
}
