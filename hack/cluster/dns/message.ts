// DNS messages (RFC 1035), as much as asking for the addresses of Services takes: one question, answers with type A.

export interface Question {
  readonly id: number;
  readonly wantsRecursion: boolean;
  /** Lower case, without the dot at the end. */
  readonly name: string;
  readonly type: number;
  /** The question as it came, to be repeated in the answer. */
  readonly bytes: Buffer;
}

export const TYPE_A = 1;
const CLASS_INTERNET = 1;
const HEADER_BYTES = 12;
const LONGEST_LABEL = 63;
const FLAGS = { response: 0x8000, opcode: 0x7800, authoritative: 0x0400, recursionDesired: 0x0100 } as const;

export const RESPONSE_CODES = { noError: 0, serverFailure: 2, noSuchName: 3, refused: 5 } as const;
export type ResponseCode = keyof typeof RESPONSE_CODES;

/** null for whatever is no standard query with one question; it gets no answer. */
export function parseQuestion(message: Buffer): Question | null {
  if (message.length < HEADER_BYTES) return null;
  const flags = message.readUInt16BE(2);
  if ((flags & (FLAGS.response | FLAGS.opcode)) !== 0 || message.readUInt16BE(4) !== 1) return null;
  const labels: string[] = [];
  let offset = HEADER_BYTES;
  for (;;) {
    const length = message[offset];
    if (length === undefined || length > LONGEST_LABEL) return null; // cut short, or a pointer: no first name has one
    offset += 1;
    if (length === 0) break;
    labels.push(message.toString('latin1', offset, offset + length).toLowerCase());
    offset += length;
  }
  if (offset + 4 > message.length || message.readUInt16BE(offset + 2) !== CLASS_INTERNET) return null;
  return {
    id: message.readUInt16BE(0),
    wantsRecursion: (flags & FLAGS.recursionDesired) !== 0,
    name: labels.join('.'),
    type: message.readUInt16BE(offset),
    bytes: message.subarray(HEADER_BYTES, offset + 4),
  };
}

export interface Answer {
  readonly code: ResponseCode;
  /** IPv4 addresses; empty for a name that exists and has none of the type asked for. */
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
}

export function answerMessage(question: Question, { code, addresses, ttlSeconds }: Answer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(question.id, 0);
  const recursion = question.wantsRecursion ? FLAGS.recursionDesired : 0;
  header.writeUInt16BE(FLAGS.response | FLAGS.authoritative | recursion | RESPONSE_CODES[code], 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, question.bytes, ...addresses.map((address) => addressRecord(address, ttlSeconds))]);
}

function addressRecord(address: string, ttlSeconds: number): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc000 | HEADER_BYTES, 0); // the name is that of the question
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_INTERNET, 4);
  record.writeUInt32BE(ttlSeconds, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split('.').map(Number), 12);
  return record;
}
