// The files of one session's log: appended to by one writer, read by many, rotated by size. Survives kill -9: what is torn at the end is
// cut off when the files are opened again.

import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MainOutput } from '../ports/container-access.ts';
import { type Cursor, isAfter } from './log-lines.ts';
import {
  decodeRecords,
  encodeRecord,
  type EpochRecord,
  type LogRecord,
  MAX_RECORD_BYTES,
  MAX_RECORD_OUTPUT,
} from './log-record.ts';

export interface LogFileLimits {
  readonly fileBytes: number;
  readonly files: number;
}

/** 30 MiB per session: some hours of a talkative program, and no disk is filled by twenty of them. */
export const LOG_FILE_LIMITS: LogFileLimits = { fileBytes: 10 * 1024 * 1024, files: 3 };

/** Bytes that one look reads; at least one whole record. */
const READ_BYTES = 4 * MAX_RECORD_BYTES;
const NAME = /^([0-9]{8})\.log$/;
const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;

/** Where a reader is. */
export interface LogPosition {
  readonly file: number;
  readonly offset: number;
}

interface LogFile {
  readonly number: number;
  /** Its first record. */
  readonly first: Cursor;
  /** What is on disk as whole records. */
  bytes: number;
}

export class LogFiles {
  readonly #dir: string;
  readonly #limits: LogFileLimits;
  readonly #files: LogFile[];
  #handle: FileHandle | null = null;
  #epoch: EpochRecord | null;

  private constructor(dir: string, found: Found, limits: LogFileLimits) {
    this.#dir = dir;
    this.#limits = limits;
    this.#files = found.files;
    this.#epoch = found.epoch;
  }

  /** Looks at what an earlier life left; a directory that is not there is an empty log. Rejects with the errors of node:fs. */
  static async open(dir: string, limits: LogFileLimits = LOG_FILE_LIMITS): Promise<LogFiles> {
    return new LogFiles(dir, await recover(dir), limits);
  }

  /** The container whose output comes last, and the sequence number after that output; null when nothing was written. */
  get last(): EpochRecord | null {
    return this.#epoch;
  }

  /** Where the oldest record begins; null when nothing was written. */
  get oldest(): LogPosition | null {
    const first = this.#files[0];
    return first === undefined ? null : { file: first.number, offset: 0 };
  }

  get newest(): LogPosition | null {
    const last = this.#files.at(-1);
    return last === undefined ? null : { file: last.number, offset: 0 };
  }

  /** Where to begin for what comes after the cursor, with a file in front for a line that began in it. */
  before(cursor: Cursor): LogPosition | null {
    const at = this.#files.findLastIndex(({ first }) => !isAfter(first, cursor));
    const file = this.#files[Math.max(0, at - 1)];
    return file === undefined ? null : { file: file.number, offset: 0 };
  }

  async beginContainer(containerId: string): Promise<void> {
    const before = this.#epoch;
    this.#epoch = { kind: 'epoch', epoch: (before?.epoch ?? 0) + 1, nextSequence: 0, containerId };
    try {
      if (this.#files.length > 0) await this.#write(this.#epoch);
      else await this.#beginFile();
    } catch (thrown) {
      this.#epoch = before;
      throw thrown;
    }
  }

  async append({ sequence, atMs, stream, bytes }: MainOutput): Promise<void> {
    for (let at = 0; at < bytes.byteLength; at += MAX_RECORD_OUTPUT) {
      const part = bytes.subarray(at, at + MAX_RECORD_OUTPUT);
      await this.#write({ kind: 'output', sequence: sequence + at, atMs, stream, bytes: part });
      if (this.#epoch !== null) this.#epoch = { ...this.#epoch, nextSequence: sequence + at + part.byteLength };
    }
  }

  endContainer(): Promise<void> {
    return this.#write({ kind: 'end' });
  }

  /** The next records, or null at the end of what is written. A file that was rotated away is skipped. */
  async read(
    from: LogPosition,
  ): Promise<{ readonly records: readonly LogRecord[]; readonly next: LogPosition } | null> {
    const file = this.#files.find(({ number }) => number >= from.file);
    if (file === undefined) return null;
    const offset = file.number === from.file ? from.offset : 0;
    if (offset >= file.bytes) {
      const newer = this.#files.find(({ number }) => number > file.number);
      return newer === undefined ? null : { records: [], next: { file: newer.number, offset: 0 } };
    }
    const bytes = await readPart(this.#pathOf(file.number), offset, Math.min(READ_BYTES, file.bytes - offset));
    const { records, usedBytes } = decodeRecords(bytes);
    // Nothing whole where something was: the rest of this file is damaged.
    return { records, next: { file: file.number, offset: usedBytes === 0 ? file.bytes : offset + usedBytes } };
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  async #write(record: LogRecord): Promise<void> {
    const last = this.#files.at(-1);
    if (last === undefined || last.bytes >= this.#limits.fileBytes) await this.#beginFile();
    await this.#put(encodeRecord(record));
  }

  /** A file without its first record would belong to nobody: it is there whole, or not at all. */
  async #beginFile(): Promise<void> {
    await this.close();
    await mkdir(this.#dir, { recursive: true, mode: PRIVATE_DIRECTORY });
    const number = (this.#files.at(-1)?.number ?? 0) + 1;
    this.#handle = await open(this.#pathOf(number), 'w+', PRIVATE_FILE);
    const { epoch = 0, nextSequence = 0 } = this.#epoch ?? {};
    this.#files.push({ number, bytes: 0, first: { epoch, sequence: nextSequence } });
    try {
      if (this.#epoch !== null) await this.#put(encodeRecord(this.#epoch));
    } catch (thrown) {
      this.#files.pop();
      await this.close();
      throw thrown;
    }
    while (this.#files.length > this.#limits.files) {
      const oldest = this.#files.shift();
      if (oldest !== undefined) await rm(this.#pathOf(oldest.number), { force: true });
    }
  }

  /** Counts only what is whole; a part that was written is overwritten by the next record. */
  async #put(bytes: Uint8Array): Promise<void> {
    const file = this.#files.at(-1);
    if (file === undefined) return;
    this.#handle ??= await open(this.#pathOf(file.number), 'r+');
    for (let at = 0; at < bytes.byteLength; ) {
      at += (await this.#handle.write(bytes, at, bytes.byteLength - at, file.bytes + at)).bytesWritten;
    }
    file.bytes += bytes.byteLength;
  }

  readonly #pathOf = (number: number): string => join(this.#dir, `${String(number).padStart(8, '0')}.log`);
}

interface Found {
  readonly files: LogFile[];
  readonly epoch: EpochRecord | null;
}

/** Files with their whole records, and where the last output ended. Files that begin with no whole record are removed. */
async function recover(dir: string): Promise<Found> {
  const names = await readdir(dir).catch((thrown: unknown) => absent(thrown, []));
  const files: LogFile[] = [];
  let epoch: EpochRecord | null = null;
  for (const name of names.filter((each) => NAME.test(each)).sort()) {
    const path = join(dir, name);
    const found = await scan(path, (await stat(path)).size);
    if (found.first === null || found.last === null) {
      await rm(path, { force: true });
      continue;
    }
    files.push({ number: Number(name.slice(0, 8)), bytes: found.bytes, first: found.first });
    epoch = found.last;
  }
  return { files, epoch };
}

interface Scanned {
  readonly first: Cursor | null;
  /** The last epoch with the sequence number after its output. */
  readonly last: EpochRecord | null;
  /** Of the whole records. */
  readonly bytes: number;
}

async function scan(path: string, size: number): Promise<Scanned> {
  let state: Scanned = { first: null, last: null, bytes: 0 };
  while (state.bytes < size) {
    const part = await readPart(path, state.bytes, Math.min(READ_BYTES, size - state.bytes));
    const { records, usedBytes } = decodeRecords(part);
    if (usedBytes === 0) break;
    state = {
      first: state.first ?? beginOf(records),
      last: records.reduce(epochAfter, state.last),
      bytes: state.bytes + usedBytes,
    };
  }
  return state;
}

function beginOf([record]: readonly LogRecord[]): Cursor | null {
  return record?.kind === 'epoch' ? { epoch: record.epoch, sequence: record.nextSequence } : null;
}

function epochAfter(epoch: EpochRecord | null, record: LogRecord): EpochRecord | null {
  if (record.kind === 'epoch') return record;
  if (record.kind === 'end' || epoch === null) return epoch;
  return { ...epoch, nextSequence: record.sequence + record.bytes.byteLength };
}

async function readPart(path: string, offset: number, length: number): Promise<Buffer> {
  const handle = await open(path, 'r').catch((thrown: unknown) => absent(thrown, null)); // rotated away meanwhile
  if (handle === null) return Buffer.alloc(0);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Only what is not there counts as nothing: any other fault of the disk must not look like an empty log. */
function absent<T>(thrown: unknown, nothing: T): T {
  if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return nothing; // node:fs rejects with these alone
  throw thrown;
}
