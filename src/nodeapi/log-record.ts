// Records of a session's log on disk: u32 length, u32 CRC-32, body. A program that is killed leaves at most one torn record at the end of
// the file, which the checksum shows.

import { crc32 } from 'node:zlib';
import { assertNever } from '../lib/assert-never.ts';
import type { OutputStream } from '../ports/container-access.ts';

/** Begins every file, and the output of every new container. */
export interface EpochRecord {
  readonly kind: 'epoch';
  readonly epoch: number;
  /** Of the output that follows. */
  readonly nextSequence: number;
  readonly containerId: string;
}

export interface OutputRecord {
  readonly kind: 'output';
  /** Of the first byte. */
  readonly sequence: number;
  readonly atMs: number;
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

/** The main command has ended: an unfinished line stays as it is. */
export interface EndRecord {
  readonly kind: 'end';
}

export type LogRecord = EpochRecord | OutputRecord | EndRecord;

/** Longest output of one record; longer output becomes several. */
export const MAX_RECORD_OUTPUT = 65_536;
const HEADER_BYTES = 8;
const MAX_BODY_BYTES = MAX_RECORD_OUTPUT + 64;
/** No record is larger, with its header. */
export const MAX_RECORD_BYTES = HEADER_BYTES + MAX_BODY_BYTES;

const KINDS = { epoch: 1, stdout: 2, stderr: 3, end: 4 } as const;

export function encodeRecord(record: LogRecord): Uint8Array {
  const body = encodeBody(record);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(body.byteLength, 0);
  header.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([header, body]);
}

function encodeBody(record: LogRecord): Buffer {
  switch (record.kind) {
    case 'epoch': {
      const fixed = Buffer.alloc(13);
      fixed.writeUInt8(KINDS.epoch, 0);
      fixed.writeUInt32BE(record.epoch, 1);
      fixed.writeBigUInt64BE(BigInt(record.nextSequence), 5);
      return Buffer.concat([fixed, Buffer.from(record.containerId, 'utf8')]);
    }
    case 'output': {
      const fixed = Buffer.alloc(17);
      fixed.writeUInt8(KINDS[record.stream], 0);
      fixed.writeBigUInt64BE(BigInt(record.sequence), 1);
      fixed.writeDoubleBE(record.atMs, 9);
      return Buffer.concat([fixed, record.bytes]);
    }
    case 'end':
      return Buffer.from([KINDS.end]);
    default:
      return assertNever(record);
  }
}

/** The whole records at the beginning of `bytes`, and how many bytes they take. `damaged`: what follows is no record. */
export function decodeRecords(bytes: Buffer): {
  readonly records: readonly LogRecord[];
  readonly usedBytes: number;
  readonly damaged: boolean;
} {
  const records: LogRecord[] = [];
  let at = 0;
  while (bytes.byteLength - at >= HEADER_BYTES) {
    const length = bytes.readUInt32BE(at);
    if (length === 0 || length > MAX_BODY_BYTES) return { records, usedBytes: at, damaged: true };
    const end = at + HEADER_BYTES + length;
    if (end > bytes.byteLength) break;
    const body = bytes.subarray(at + HEADER_BYTES, end);
    const record = crc32(body) === bytes.readUInt32BE(at + 4) ? decodeBody(body) : null;
    if (record === null) return { records, usedBytes: at, damaged: true };
    records.push(record);
    at = end;
  }
  return { records, usedBytes: at, damaged: false };
}

function decodeBody(body: Buffer): LogRecord | null {
  const kind = body.readUInt8(0);
  if (kind === KINDS.end) return { kind: 'end' };
  if (kind === KINDS.epoch && body.byteLength >= 13) {
    return {
      kind: 'epoch',
      epoch: body.readUInt32BE(1),
      nextSequence: Number(body.readBigUInt64BE(5)),
      containerId: body.subarray(13).toString('utf8'),
    };
  }
  if ((kind !== KINDS.stdout && kind !== KINDS.stderr) || body.byteLength < 17) return null;
  return {
    kind: 'output',
    sequence: Number(body.readBigUInt64BE(1)),
    atMs: body.readDoubleBE(9),
    stream: kind === KINDS.stdout ? 'stdout' : 'stderr',
    bytes: body.subarray(17),
  };
}
