// Standard output and standard error: every write waits until the other side took it, so that a slow reader slows the source down.

import type { Writable } from 'node:stream';
import type { OperatorError } from '../../lib/errors.ts';
import { escapeInvisibleLines } from '../../lib/visible-text.ts';

export interface Output {
  readonly isTerminal: boolean;
  /** null where there is no terminal. */
  columns(): number | null;
  /** A write was refused, because nobody reads any more. */
  isClosed(): boolean;
  /** Rejects with OutputClosed then. */
  write(data: string | Uint8Array): Promise<void>;
}

/** The reader has gone, as in `mcpsession logs s | head -1`. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

export function outputTo(stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }): Output {
  // Without a listener the first failing write would end the process; each write hears of its failure itself.
  stream.on('error', () => {});
  const isTerminal = stream.isTTY === true;
  let isClosed = false;
  return {
    isTerminal,
    columns: () => (isTerminal ? (stream.columns ?? null) : null),
    isClosed: () => isClosed,
    write: (data) =>
      new Promise((resolve, reject) => {
        stream.write(data, (error) => {
          if (error === null || error === undefined) return resolve();
          isClosed = true;
          reject(new OutputClosed('the output was closed', { cause: error }));
        });
      }),
  };
}

/** A line for a person; a standard error that is closed is no reason to fail. */
export function note(stderr: Output, text: string): void {
  stderr.write(`${text}\n`).catch(() => {});
}

/** Messages come from the other side and may hold names out of a session. */
export const complain = (stderr: Output, what: string, fault: OperatorError): void =>
  note(stderr, `error: ${what}${escapeInvisibleLines(fault.message)}`);
