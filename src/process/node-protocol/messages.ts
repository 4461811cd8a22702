// The binary messages of streams that carry bytes (terminals, files): u8 type, u32 big-endian length, payload. A stream that ends
// without its last message was cut off; that is why files travel in messages too.

import { OperatorError } from '../../lib/errors.ts';

/** Types by who sends them; numbers are the wire. */
export const MESSAGE = {
  // to the command
  stdin: 1,
  stdinEnd: 2,
  resize: 3, // u16 rows, u16 columns
  signal: 4, // u8 number
  kill: 5,
  // from the command
  started: 0x81, // JSON {execId}
  stdout: 0x82,
  stderr: 0x83,
  exit: 0x84, // JSON of execRecordSchema
  error: 0x85, // JSON {kind, message}: the last message
  // files, both ways
  fileStat: 0x90, // JSON of fileStatSchema
  fileData: 0x91,
  fileDone: 0x92, // JSON: of fileWrittenSchema from the server, {sha256} to it; the last message
} as const;

export type MessageType = (typeof MESSAGE)[keyof typeof MESSAGE];

/** Most bytes of one payload. */
export const MAX_MESSAGE_BYTES = 65_536;
const HEADER_BYTES = 5;

export interface Message {
  readonly type: MessageType;
  readonly payload: Uint8Array;
}

/** A whole message in one piece. The payload has to fit. */
export function encodeMessage(type: MessageType, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  if (payload.byteLength > MAX_MESSAGE_BYTES) {
    throw new OperatorError('internal', `a message of ${payload.byteLength} bytes is above ${MAX_MESSAGE_BYTES}`);
  }
  const message = Buffer.allocUnsafe(HEADER_BYTES + payload.byteLength);
  message.writeUInt8(type, 0);
  message.writeUInt32BE(payload.byteLength, 1);
  message.set(payload, HEADER_BYTES);
  return message;
}

export const encodeJsonMessage = (type: MessageType, value: unknown): Uint8Array =>
  encodeMessage(type, Buffer.from(JSON.stringify(value)));

/** The bytes as messages of one type, each at most the largest. */
export function* encodeBytes(type: MessageType, bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += MAX_MESSAGE_BYTES) {
    yield encodeMessage(type, bytes.subarray(at, at + MAX_MESSAGE_BYTES));
  }
}

const KNOWN: ReadonlySet<number> = new Set(Object.values(MESSAGE));
const isKnown = (type: number): type is MessageType => KNOWN.has(type);

/** Bytes in, messages out; keeps less than one message. Payloads are views of the chunk, or copies where a message was cut. */
export class MessageReader {
  #pending: Buffer = Buffer.alloc(0);

  /** The messages that this chunk completes. Throws `invalid` for an unknown type or a length above the limit. */
  push(chunk: Uint8Array): readonly Message[] {
    const messages: Message[] = [];
    let bytes = this.#pending.byteLength === 0 ? asBuffer(chunk) : Buffer.concat([this.#pending, chunk]);
    for (let size = sizeOfNext(bytes); size !== null && bytes.byteLength >= size; size = sizeOfNext(bytes)) {
      messages.push({ type: typeOf(bytes), payload: bytes.subarray(HEADER_BYTES, size) });
      bytes = bytes.subarray(size);
    }
    this.#pending = Buffer.from(bytes); // a copy: the chunk may be written again by its owner
    return messages;
  }

  /** Whether the stream may end here. */
  get atBoundary(): boolean {
    return this.#pending.byteLength === 0;
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Of the message that begins here, with its header; null while the header is not complete. */
function sizeOfNext(bytes: Buffer): number | null {
  if (bytes.byteLength === 0) return null;
  typeOf(bytes);
  if (bytes.byteLength < HEADER_BYTES) return null;
  const length = bytes.readUInt32BE(1);
  if (length > MAX_MESSAGE_BYTES) {
    throw new OperatorError('invalid', `a message of ${length} bytes is above the limit of ${MAX_MESSAGE_BYTES}`);
  }
  return HEADER_BYTES + length;
}

function typeOf(bytes: Buffer): MessageType {
  const type = bytes.readUInt8(0);
  if (isKnown(type)) return type;
  throw new OperatorError('invalid', `a message of the unknown type ${type}`);
}

/** The JSON of a message. Throws `invalid`. */
export function jsonOf(message: Message): unknown {
  try {
    return JSON.parse(Buffer.from(message.payload).toString('utf8')) as unknown;
  } catch (cause) {
    throw new OperatorError('invalid', 'a message holds no JSON', { cause });
  }
}
