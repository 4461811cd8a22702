// Every message between the controller and the session init (docs/session-init.md), each described once: its number, whose its id
// is, and its fields.

import type { Frame } from './frames.ts';
import { framePieces, MAX_PAYLOAD_BYTES } from './frames.ts';
import {
  type Fields,
  fixed,
  flag,
  list,
  lossyText,
  oneOf,
  PayloadReader,
  PayloadWriter,
  rest,
  struct,
  text,
  u8,
  u16,
  u32,
  u64,
  type ValuesOf,
} from './payload.ts';

export const PROTOCOL = 1;
export const NONCE_BYTES = 16;
/** Type of a frame that goes ahead of one with the same id. */
const PART = 0x04;

export const ERROR_CODES = {
  invalid: 1,
  'not-found': 2,
  'outside-root': 3,
  conflict: 4,
  'no-space': 5,
  'too-large': 6,
  unsupported: 7,
  busy: 8,
  denied: 9,
  'wrong-type': 10,
  gone: 11,
  refused: 12,
  internal: 13,
  'not-executable': 14,
} as const;

const stream = oneOf({ stdout: 1, stderr: 2 });
const execState = {
  state: oneOf({ running: 0, exited: 1, signalled: 2, lost: 3 }),
  /** Exit code or signal number. */
  code: u32,
  flags: u8,
  wallMs: u64,
  cpuMs: u64,
  largestKib: u64,
  stdoutBytes: u64,
  stderrBytes: u64,
};
const fileInfo = { kind: oneOf({ file: 1, directory: 2, link: 3, other: 4 }), size: u64, mode: u32, modifiedMs: u64 };
const more = { more: u32 };
const data = { data: rest };
const none = {};

/** Bits of EXEC_START, EXEC_STATE and FILE_WRITE. */
export const START_FLAGS = { stdin: 1, tty: 2, lossless: 4 } as const;
export const STATE_FLAGS = { timedOut: 1, killed: 2, leftRunning: 4 } as const;
export const WRITE_FLAGS = { ifSha256: 1, ifAbsent: 2, makeParents: 4 } as const;

/** `of`: whose the id of the frame is; of a command's handle, whether what comes belongs to its output or its input. */
export const MESSAGES = {
  hello: { type: 0x01, of: 'connection', fields: { nonce: fixed(NONCE_BYTES), protocol: u32 } },
  helloAck: {
    type: 0x81,
    of: 'connection',
    fields: {
      nonce: fixed(NONCE_BYTES),
      protocol: u32,
      version: text,
      uptimeMs: u64,
      main: oneOf({ none: 0, running: 1, ended: 2, held: 3 }),
      nextMainSequence: u64,
      cpuMs: u64,
    },
  },
  ping: { type: 0x02, of: 'request', fields: none },
  pong: { type: 0x82, of: 'request', fields: none },
  cancel: { type: 0x03, of: 'request', fields: none },
  environment: { type: 0x05, of: 'request', fields: { more: flag, env: list(lossyText) } },
  environmentSet: { type: 0x85, of: 'request', fields: none },
  error: { type: 0x83, of: 'request', fields: { code: oneOf(ERROR_CODES), errno: u32, message: lossyText } },

  execStart: {
    type: 0x10,
    of: 'request',
    fields: {
      key: text,
      argv: list(lossyText),
      env: list(lossyText),
      cwd: lossyText,
      timeLimitMs: u64,
      cpuSeconds: u32,
      openFiles: u32,
      spoolBytes: u32,
      flags: u8,
      rows: u16,
      columns: u16,
      credit: u32,
    },
  },
  execStarted: { type: 0x90, of: 'request', fields: { handle: u32, pid: u32, stdinCredit: u32 } },
  execOutput: { type: 0x91, of: 'output', fields: { stream, offset: u64, data: rest } },
  execExit: { type: 0x92, of: 'output', fields: execState },
  execStdin: { type: 0x11, of: 'handle', fields: data },
  execStdinEof: { type: 0x12, of: 'handle', fields: none },
  execStdinCredit: { type: 0x93, of: 'input', fields: more },
  execSignal: { type: 0x13, of: 'handle', fields: { signal: u8 } },
  execKill: { type: 0x14, of: 'handle', fields: none },
  execResize: { type: 0x15, of: 'handle', fields: { rows: u16, columns: u16 } },
  execSubscribe: { type: 0x16, of: 'handle', fields: { stdoutOffset: u64, stderrOffset: u64, credit: u32 } },
  execCredit: { type: 0x17, of: 'handle', fields: more },
  execRead: { type: 0x18, of: 'request', fields: { handle: u32, stream, offset: u64, limit: u32 } },
  execData: { type: 0x94, of: 'request', fields: { offset: u64, writtenBytes: u64, end: flag, data: rest } },
  execList: { type: 0x19, of: 'request', fields: none },
  execListItem: { type: 0x95, of: 'request', fields: { key: text, handle: u32, ...execState } },
  execListEnd: { type: 0x96, of: 'request', fields: none },
  execForget: { type: 0x1a, of: 'handle', fields: none },

  fileStat: { type: 0x20, of: 'request', fields: { path: lossyText } },
  fileInfo: { type: 0xa0, of: 'request', fields: fileInfo },
  fileList: { type: 0x21, of: 'request', fields: { path: lossyText, after: lossyText, most: u32 } },
  fileEntry: { type: 0xa1, of: 'request', fields: { ...fileInfo, name: lossyText } },
  fileListEnd: { type: 0xa2, of: 'request', fields: { total: u32, more: flag } },
  fileRead: { type: 0x22, of: 'request', fields: { path: lossyText, offset: u64, most: u64, credit: u32 } },
  fileData: { type: 0xa3, of: 'request', fields: data },
  fileCredit: { type: 0x24, of: 'request', fields: more },
  fileDone: { type: 0xa4, of: 'request', fields: { bytes: u64, sha256: fixed(32), created: flag } },
  fileWrite: {
    type: 0x25,
    of: 'request',
    fields: { path: lossyText, mode: u32, flags: u8, expected: fixed(32), mostBytes: u64 },
  },
  fileReady: { type: 0xa5, of: 'request', fields: { credit: u32 } },
  fileChunk: { type: 0x26, of: 'request', fields: data },
  fileWriteCredit: { type: 0xa6, of: 'request', fields: more },
  fileCommit: { type: 0x27, of: 'request', fields: { hasSha256: flag, sha256: fixed(32) } },
  fileMkdir: { type: 0x28, of: 'request', fields: { path: lossyText, mode: u32, parents: flag } },
  fileRemove: { type: 0x29, of: 'request', fields: { path: lossyText, recursive: flag } },

  mainSubscribe: { type: 0x30, of: 'main', fields: { sequence: u64, credit: u32 } },
  mainCredit: { type: 0x31, of: 'main', fields: more },
  mainOutput: { type: 0xb0, of: 'main', fields: { sequence: u64, atMs: u64, stream, data: rest } },
  mainExit: { type: 0xb1, of: 'main', fields: execState },

  forwardOpen: { type: 0x40, of: 'request', fields: { port: u16, credit: u32 } },
  forwardReady: { type: 0xc0, of: 'request', fields: { credit: u32 } },
  forwardData: { type: 0x41, of: 'request', fields: data },
  forwardDataBack: { type: 0xc1, of: 'request', fields: data },
  forwardEof: { type: 0x42, of: 'request', fields: none },
  forwardEofBack: { type: 0xc2, of: 'request', fields: none },
  forwardCredit: { type: 0x43, of: 'request', fields: more },
  forwardCreditBack: { type: 0xc3, of: 'request', fields: more },
} as const satisfies Readonly<Record<string, MessageShape>>;

interface MessageShape {
  readonly type: number;
  readonly of: 'connection' | 'request' | 'handle' | 'output' | 'input' | 'main';
  readonly fields: Fields;
}

export type MessageName = keyof typeof MESSAGES;
export type Body<N extends MessageName> = ValuesOf<(typeof MESSAGES)[N]['fields']>;
/** A message by name; told apart by `name`. */
export type Message = {
  readonly [N in MessageName]: { readonly name: N; readonly id: number; readonly body: Body<N> };
}[MessageName];
export type MessageOf<N extends MessageName> = Message & { readonly name: N };
export type ExecState = Body<'execExit'>;
export type InitErrorCode = keyof typeof ERROR_CODES;

const names = Object.keys(MESSAGES) as MessageName[]; // the keys of a constant object
const nameOf = new Map<number, MessageName>(names.map((name) => [MESSAGES[name].type, name]));
const payloads = new Map(names.map((name) => [name, struct<Fields>(MESSAGES[name].fields)]));

/** The bytes of the message in pieces, of which those that came in `body` are not copied. */
export function encodeMessage<N extends MessageName>(name: N, id: number, body: Body<N>): readonly Uint8Array[] {
  const writer = new PayloadWriter();
  payloads.get(name)?.write(writer, body);
  const { type } = MESSAGES[name];
  return name === 'execStart' ? inParts(type, id, writer.pieces) : framePieces({ type, id, pieces: writer.pieces });
}

/** What does not fit into one frame goes ahead in frames of its own. */
function inParts(type: number, id: number, pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const payload = Buffer.concat(pieces);
  const frames: Uint8Array[] = [];
  let at = 0;
  for (; payload.byteLength - at > MAX_PAYLOAD_BYTES; at += MAX_PAYLOAD_BYTES) {
    frames.push(...framePieces({ type: PART, id, pieces: [payload.subarray(at, at + MAX_PAYLOAD_BYTES)] }));
  }
  return [...frames, ...framePieces({ type, id, pieces: [payload.subarray(at)] })];
}

/** null for a type that this version does not know. Throws OperatorError('internal') for a malformed payload. */
export function decodeMessage({ type, id, payload }: Frame): Message | null {
  const name = nameOf.get(type);
  if (name === undefined) return null;
  const reader = new PayloadReader(payload);
  const body = payloads.get(name)?.read(reader);
  reader.end();
  return { name, id, body } as Message; // the body was read by the fields of that name
}
