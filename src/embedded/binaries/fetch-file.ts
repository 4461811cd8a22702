// Reads one release file from an HTTP server. That a site cannot be used (offline, blocked, no such file) is a value,
// because there is another way to obtain the programs; a failure of this machine, such as a full disk, is thrown.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

import { err, ok, type Result } from '../../lib/result.ts';
import { StallTimer } from './stall-timer.ts';

/** Once a site has answered, a pause of this length ends the download. */
const STALL_LIMIT_MS = 30_000;

export interface FileRequest {
  readonly url: string;
  /** How long the site may take until its first answer, name resolution included. */
  readonly answerWithinMs: number;
}

/** The text of a small file, or one clause that says why the site cannot be used. */
export async function fetchText(request: FileRequest, signal: AbortSignal): Promise<Result<string, string>> {
  return fetchBody(request, (body) => new Response(body).text(), signal);
}

/** Writes the file to path and gives its SHA-256 in lower-case hex. */
export async function fetchToFile(
  request: FileRequest & { readonly path: string },
  signal: AbortSignal,
): Promise<Result<string, string>> {
  return fetchBody(
    request,
    async (body, touched) => {
      const hash = createHash('sha256');
      // The two declarations of the web stream (DOM's and Node's) describe the same object.
      const bytes = Readable.fromWeb(body as ReadableStream<Uint8Array>);
      bytes.on('data', (chunk: Buffer) => {
        touched();
        hash.update(chunk);
      });
      await pipeline(bytes, createWriteStream(request.path, { mode: 0o755 }));
      return hash.digest('hex');
    },
    signal,
  );
}

async function fetchBody<T>(
  { url, answerWithinMs }: FileRequest,
  read: (body: NonNullable<Response['body']>, touched: () => void) => Promise<T>,
  signal: AbortSignal,
): Promise<Result<T, string>> {
  const stall = new StallTimer();
  stall.expectWithin(answerWithinMs);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, stall.signal]) });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      return err(`${url} answered HTTP ${response.status}`);
    }
    stall.expectWithin(STALL_LIMIT_MS);
    return ok(await read(response.body, () => stall.expectWithin(STALL_LIMIT_MS)));
  } catch (cause) {
    signal.throwIfAborted();
    if (isFileError(cause)) throw cause;
    return err(`${url}: ${whyUnusable(cause)}`);
  } finally {
    stall.stop();
  }
}

/** Errors of the local file carry a system call; those of the network reach us wrapped in a TypeError, or as a timeout. */
function isFileError(thrown: unknown): boolean {
  const syscall = (thrown as NodeJS.ErrnoException).syscall;
  return syscall === 'open' || syscall === 'write';
}

function whyUnusable(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const inner = thrown.cause;
  return inner instanceof Error ? `${thrown.message} (${inner.message})` : thrown.message;
}
