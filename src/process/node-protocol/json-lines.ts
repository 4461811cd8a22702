// The answering side of the operations that stream JSON lines: a status with {kind, message} before the first line, lines after it.
// Both servers of the protocol (node API, front end) write through this file.

import type { ServerResponse } from 'node:http';
import { asOperatorError, type OperatorError } from '../../lib/errors.ts';
import type { ErrorFrame } from '../../model/node-protocol.ts';
import { statusOfKind } from '../fault-status.ts';
import { drained } from './drained.ts';

/** Empty lines keep the connection alive while nothing is said; a client gives up on a silence of twice that. */
export const HEARTBEAT_MS = 15_000;

export interface JsonLines<Frame> {
  /** Aborts when the client is gone before the end. */
  readonly signal: AbortSignal;
  /** Sends the status, and heartbeats from now on. The first line does the same. */
  start(): void;
  /** Resolves when the frame has been handed to a connection that takes more; never rejects. */
  write(frame: Frame | ErrorFrame): Promise<void>;
  /** Ends with the fault: as a status while nothing has been sent, as a frame afterwards. */
  fail(thrown: unknown): void;
  end(): void;
}

export function openJsonLines<Frame>(response: ServerResponse): JsonLines<Frame> {
  const gone = new AbortController();
  let heartbeat: NodeJS.Timeout | null = null;
  const stopHeartbeat = () => {
    if (heartbeat !== null) clearInterval(heartbeat);
  };
  response.once('close', () => {
    stopHeartbeat();
    if (!response.writableFinished) gone.abort();
  });

  let waiting: Promise<void> | null = null; // one for all writers, so that listeners do not pile up
  const closed = () => gone.signal.aborted || response.writableEnded || response.destroyed;
  const start = () => {
    if (closed() || response.headersSent) return;
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    response.flushHeaders();
    heartbeat = setInterval(() => response.write('\n'), HEARTBEAT_MS);
    heartbeat.unref();
  };
  const write = (frame: Frame | ErrorFrame): Promise<void> => {
    if (closed()) return Promise.resolve();
    start();
    if (response.write(`${JSON.stringify(frame)}\n`)) return Promise.resolve();
    waiting ??= drained(response).then(() => {
      waiting = null;
    });
    return waiting;
  };
  const end = () => {
    stopHeartbeat();
    response.end();
  };
  const fail = (thrown: unknown) => {
    if (gone.signal.aborted || response.writableEnded) return;
    const fault = asOperatorError(thrown);
    if (!response.headersSent) return sendFault(response, fault);
    void write({ type: 'error', ...publicFault(fault) });
    end();
  };
  return { signal: gone.signal, start, write, fail, end };
}

/** Answers a request that failed before anything was sent. `rest`: what becomes of a request body that nobody has read to its end. */
export function sendFault(response: ServerResponse, fault: OperatorError, rest: 'cut' | 'drop' = 'cut'): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(publicFault(fault));
  const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (fault.retryAfterSeconds !== null) headers['retry-after'] = String(fault.retryAfterSeconds);
  if (fault.kind === 'unauthenticated') headers['www-authenticate'] = 'Bearer realm="mcpsession"';
  if (fault.kind === 'too-large' && rest === 'cut') headers['connection'] = 'close';
  response.writeHead(statusOfKind(fault.kind), headers);
  response.end(body);
}

/** An internal fault's text may hold what is none of the caller's business; the log has it. */
export function publicFault(fault: OperatorError): { readonly kind: string; readonly message: string } {
  const message =
    fault.kind === 'internal' ? 'an internal fault; the log of the program has the details' : fault.message;
  return { kind: fault.kind, message };
}
