// One question to a session's log: from where, which lines, how many, and whether to wait for more.

import { RE2JS } from 're2js';
import { OperatorError } from '../lib/errors.ts';
import type { LogEnd, LogLine, LogQuery } from '../model/node-protocol.ts';
import { orAborted } from '../process/deadline.ts';
import type { LogFiles, LogPosition } from './log-files.ts';
import { type Cursor, cursorText, isAfter, LineAssembler, parseCursor, type PlacedLine } from './log-lines.ts';
import type { LogRecord } from './log-record.ts';

export interface LogSource {
  readonly files: LogFiles;
  /** Resolves when something was written, or nothing will be; false in the second case. Rejects when `signal` aborts. */
  readonly more: (signal: AbortSignal) => Promise<boolean>;
}

type OnLine = (line: LogLine) => void | Promise<void>;

/** Rejects with `invalid` for an expression or cursor that is none, and with the reason of `signal`. */
export async function queryLog(
  source: LogSource,
  query: LogQuery,
  onLine: OnLine,
  signal: AbortSignal,
): Promise<LogEnd> {
  const wanted = wantedLines(query);
  let last: Cursor | null = wanted.after;
  let sent = 0;
  const send = async (placed: PlacedLine): Promise<void> => {
    sent += 1;
    last = placed.end;
    // A client that does not read, or may not any more, must not hold the reader.
    signal.throwIfAborted();
    const taking = onLine(placed.line);
    if (taking !== undefined) await orAborted(taking, signal);
  };
  // 1. What is written.
  const { reader, tail } = await whereToBegin(source.files, query, wanted, signal);
  for (const placed of tail) await send(placed);
  for (let lines = await reader.next(); lines !== null; lines = await reader.next()) {
    signal.throwIfAborted();
    for (const placed of lines.filter(wanted.fits)) {
      // Lines that end at the same place stay together: a cursor could not tell them apart.
      const full = !query.follow && sent >= query.most && last !== null && isAfter(placed.end, last);
      if (full && last !== null) return { cursor: cursorText(last), truncated: true };
      await send(placed);
    }
  }
  // 2. What comes.
  while (query.follow && (await source.more(signal))) {
    for (let lines = await reader.next(); lines !== null; lines = await reader.next()) {
      signal.throwIfAborted();
      for (const placed of lines.filter(wanted.fits)) await send(placed);
    }
  }
  return { cursor: endCursor(last, reader), truncated: wanted.after !== null && reader.beganAfter(wanted.after) };
}

/** A reader, and the lines before it that are wanted: for `tail` it has read to the end already. */
async function whereToBegin(
  files: LogFiles,
  query: LogQuery,
  wanted: WantedLines,
  signal: AbortSignal,
): Promise<{ readonly reader: LineReader; readonly tail: readonly PlacedLine[] }> {
  if (wanted.after !== null) return { reader: new LineReader(files, files.before(wanted.after)), tail: [] };
  if (query.tail === null) return { reader: new LineReader(files, files.oldest), tail: [] };
  const most = query.follow ? query.tail : Math.min(query.tail, query.most);
  // The newest file mostly has enough; one line more, because the first of a file may lack its beginning.
  for (const from of [files.newest, files.oldest]) {
    const reader = new LineReader(files, from);
    const tail = new Tail(most);
    for (let lines = await reader.next(); lines !== null; lines = await reader.next()) {
      signal.throwIfAborted();
      for (const placed of lines.filter(wanted.fits)) tail.push(placed);
    }
    if (tail.seen > most || from?.file === files.oldest?.file) return { reader, tail: tail.lines };
  }
  return { reader: new LineReader(files, files.newest), tail: [] }; // rotated in between: what is new comes
}

/** Where the next call begins: nothing of what was read is to come again, and unfinished lines are still to come. */
function endCursor(last: Cursor | null, reader: LineReader): string {
  const seen = reader.lastEnd;
  if (seen !== null && (last === null || isAfter(seen, last))) return cursorText(seen);
  return last === null ? '' : cursorText(last);
}

interface WantedLines {
  readonly after: Cursor | null;
  readonly fits: (placed: PlacedLine) => boolean;
}

function wantedLines({ cursor, sinceMs, grep }: LogQuery): WantedLines {
  const after = cursor === null || cursor === '' ? null : parseCursor(cursor);
  if (cursor !== null && cursor !== '' && after === null) {
    throw new OperatorError('invalid', 'the cursor is not one that a log gave out');
  }
  const pattern = grep === null ? null : compile(grep);
  return {
    after,
    fits: ({ line, end }) =>
      (after === null || isAfter(end, after)) &&
      (sinceMs === null || line.atMs >= sinceMs) &&
      (pattern === null || pattern.matcher(line.text).find()),
  };
}

/** RE2 looks at each character once, whatever the expression: no line of a session makes it slow. */
function compile(grep: string): RE2JS {
  try {
    return RE2JS.compile(grep);
  } catch (cause) {
    throw new OperatorError('invalid', 'grep is not an RE2 expression (no look-around, no back-references)', { cause });
  }
}

/** Reads a log to its end, and on when there is more. */
class LineReader {
  readonly #files: LogFiles;
  readonly #assembler = new LineAssembler();
  #position: LogPosition | null;
  #first: Cursor | null = null;
  /** Read and not looked at: lines are made of one record at a time, since a session can print nothing but line ends. */
  #records: LogRecord[] = [];
  /** Where the last line ended. */
  lastEnd: Cursor | null = null;

  /** `from` null: nothing is written yet. */
  constructor(files: LogFiles, from: LogPosition | null) {
    this.#files = files;
    this.#position = from;
  }

  /** Whether older output than this cursor's next is missing: it was rotated away. */
  beganAfter(cursor: Cursor): boolean {
    return this.#first !== null && isAfter(this.#first, cursor);
  }

  /** The lines of the next record, which may be none; null at the end of what is written. */
  async next(): Promise<readonly PlacedLine[] | null> {
    const record = this.#records.shift();
    if (record !== undefined) return this.#take(record);
    this.#position ??= this.#files.oldest;
    if (this.#position === null) return null;
    const read = await this.#files.read(this.#position);
    if (read === null) return null;
    this.#position = read.next;
    this.#records = [...read.records];
    return [];
  }

  #take(record: LogRecord): readonly PlacedLine[] {
    if (this.#first === null && record.kind === 'epoch') {
      this.#first = { epoch: record.epoch, sequence: record.nextSequence };
    }
    const lines = this.#assembler.take(record);
    this.lastEnd = lines.at(-1)?.end ?? this.lastEnd;
    return lines;
  }
}

/** Of the text of the lines that a tail holds. */
const MAX_TAIL_CHARACTERS = 8 * 1_048_576;

/** The last lines, in a ring: a log of any length in the memory of a few lines, and long lines in that of fewer. */
class Tail {
  readonly #most: number;
  #kept: PlacedLine[] = [];
  #characters = 0;
  /** Lines that were pushed. */
  seen = 0;

  constructor(most: number) {
    this.#most = most;
  }

  push(line: PlacedLine): void {
    this.seen += 1;
    if (this.#most === 0) return;
    this.#kept.push(line);
    this.#characters += line.line.text.length;
    if (this.#kept.length >= 2 * this.#most) this.#keep(this.#most);
    while (this.#characters > MAX_TAIL_CHARACTERS && this.#kept.length > 1) this.#keep(this.#kept.length >> 1);
  }

  #keep(count: number): void {
    this.#kept = this.#kept.slice(-count);
    this.#characters = this.#kept.reduce((sum, { line }) => sum + line.text.length, 0);
  }

  get lines(): readonly PlacedLine[] {
    return this.#most === 0 ? [] : this.#kept.slice(-this.#most);
  }
}
