// Records in, lines out: each stream's bytes are put together to lines, in the order in which the lines end. Pure.
// A line is known by where it ends (epoch.sequence), so a reader that begins anywhere before finds the same lines.

import { assertNever } from '../lib/assert-never.ts';
import type { LogLine } from '../model/node-protocol.ts';
import type { OutputStream } from '../ports/container-access.ts';
import type { LogRecord, OutputRecord } from './log-record.ts';

/** A longer line becomes several. */
const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface Cursor {
  readonly epoch: number;
  readonly sequence: number;
}

/** A line with its place, for comparing. */
export interface PlacedLine {
  readonly end: Cursor;
  readonly line: LogLine;
}

export const cursorText = ({ epoch, sequence }: Cursor): string => `${epoch}.${sequence}`;

/** null for a text that no log gave out. */
export function parseCursor(text: string): Cursor | null {
  const [, epoch, sequence] = /^([0-9]{1,9})\.([0-9]{1,15})$/.exec(text) ?? [];
  return epoch === undefined || sequence === undefined ? null : { epoch: Number(epoch), sequence: Number(sequence) };
}

export const isAfter = (left: Cursor, right: Cursor): boolean =>
  left.epoch === right.epoch ? left.sequence > right.sequence : left.epoch > right.epoch;

interface Unfinished {
  readonly parts: Uint8Array[];
  bytes: number;
  atMs: number;
}

const nothing = (): Unfinished => ({ parts: [], bytes: 0, atMs: 0 });

export class LineAssembler {
  #position: Cursor = { epoch: 0, sequence: 0 };
  #begun = false;
  #unfinished: Record<OutputStream, Unfinished> = { stdout: nothing(), stderr: nothing() };
  #droppedBytes = 0;

  /** After the last byte that was taken. */
  get position(): Cursor {
    return this.#position;
  }

  /** The lines that this record completes. */
  take(record: LogRecord): readonly PlacedLine[] {
    switch (record.kind) {
      case 'end':
        return this.#flush();
      case 'epoch': {
        const sameContainer = record.epoch === this.#position.epoch;
        const gap = sameContainer ? record.nextSequence - this.#position.sequence : 0;
        if (this.#begun && sameContainer && gap === 0) return []; // the first record of the next file
        const lines = this.#flush();
        if (this.#begun && gap > 0) this.#droppedBytes += gap; // files were rotated away before they were read
        this.#begun = true;
        this.#position = { epoch: record.epoch, sequence: record.nextSequence };
        return lines;
      }
      case 'output':
        return this.#takeOutput(record);
      default:
        return assertNever(record);
    }
  }

  #takeOutput({ sequence, atMs, stream, bytes }: OutputRecord): readonly PlacedLine[] {
    const lines: PlacedLine[] = [];
    const gap = sequence - this.#position.sequence;
    if (gap > 0) {
      lines.push(...this.#flush()); // nobody knows whose bytes are missing
      this.#droppedBytes += gap;
      this.#position = { ...this.#position, sequence };
    }
    let from = 0;
    while (from < bytes.byteLength) {
      const newline = bytes.indexOf(NEWLINE, from);
      const room = from + MAX_LINE_BYTES - this.#unfinished[stream].bytes;
      const until = Math.min(newline === -1 ? bytes.byteLength : newline, room);
      this.#keep(stream, bytes.subarray(from, until), atMs);
      const ends = until === newline || until === room;
      from = until === newline ? until + 1 : until;
      this.#position = { ...this.#position, sequence: sequence + from };
      if (ends) lines.push(this.#finish(stream, until === newline));
    }
    return lines;
  }

  #keep(stream: OutputStream, part: Uint8Array, atMs: number): void {
    const unfinished = this.#unfinished[stream];
    if (unfinished.parts.length === 0) unfinished.atMs = atMs;
    unfinished.parts.push(part);
    unfinished.bytes += part.byteLength;
  }

  #finish(stream: OutputStream, whole: boolean): PlacedLine {
    const { parts, atMs } = this.#unfinished[stream];
    this.#unfinished[stream] = nothing();
    const bytes = Buffer.concat(parts);
    const text = (whole && bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes).toString('utf8');
    const droppedBytes = this.#droppedBytes;
    this.#droppedBytes = 0;
    const line = { atMs, stream, text, cursor: cursorText(this.#position) };
    return { end: this.#position, line: droppedBytes === 0 ? line : { ...line, droppedBytes } };
  }

  /** Lines that nothing will finish. */
  #flush(): readonly PlacedLine[] {
    const streams = ['stdout', 'stderr'] as const;
    return streams.filter((stream) => this.#unfinished[stream].bytes > 0).map((stream) => this.#finish(stream, false));
  }
}
