import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { FrameReader, type Frame } from '../../../../src/docker/attach/frames.ts';
import {
  decodeMessage,
  encodeMessage,
  type Message,
  MESSAGES,
  type MessageName,
} from '../../../../src/docker/attach/messages.ts';
import { OperatorError } from '../../../../src/lib/errors.ts';

function frameOf(bytes: Buffer): Frame {
  const frames: Frame[] = [];
  new FrameReader((frame) => frames.push(frame)).push(bytes);
  const [frame] = frames;
  if (frame === undefined) throw new Error('no frame');
  return frame;
}

const state = {
  state: 'exited',
  code: 3,
  flags: 4,
  wallMs: 12,
  cpuMs: 5,
  largestKib: 900,
  stdoutBytes: 2 ** 40,
  stderrBytes: 0,
} as const;
const hash = Buffer.alloc(32, 7);

const samples: readonly Message[] = [
  { name: 'hello', id: 0, body: { nonce: Buffer.alloc(16, 1), protocol: 1 } },
  {
    name: 'helloAck',
    id: 0,
    body: {
      nonce: Buffer.alloc(16, 1),
      protocol: 1,
      version: '1.0',
      uptimeMs: 5,
      main: 'running',
      nextMainSequence: 9,
      cpuMs: 1,
    },
  },
  { name: 'error', id: 4, body: { code: 'not-found', errno: 2, message: 'no sæch file' } },
  {
    name: 'execStart',
    id: 5,
    body: {
      key: 'k',
      argv: ['sh', '-c', ''],
      env: ['A=b'],
      cwd: '',
      timeLimitMs: 1,
      cpuSeconds: 2,
      openFiles: 3,
      spoolBytes: 4,
      flags: 5,
      rows: 6,
      columns: 7,
      credit: 8,
    },
  },
  { name: 'execOutput', id: 2, body: { stream: 'stderr', offset: 77, data: Buffer.from('x') } },
  { name: 'execExit', id: 2, body: state },
  { name: 'execListItem', id: 3, body: { key: 'k', handle: 2, ...state } },
  { name: 'fileEntry', id: 3, body: { kind: 'link', size: 1, mode: 0o777, modifiedMs: 2, name: 'ü' } },
  { name: 'fileDone', id: 3, body: { bytes: 1, sha256: hash, created: true } },
  { name: 'fileWrite', id: 3, body: { path: 'a/b', mode: 0, flags: 3, expected: hash, mostBytes: 9 } },
  {
    name: 'mainOutput',
    id: 0,
    body: { sequence: 8, atMs: 1_700_000_000_000, stream: 'stdout', data: Buffer.from('log\n') },
  },
  { name: 'forwardOpen', id: 3, body: { port: 65_535, credit: 1 } },
];

describe('messages', () => {
  test.each(samples)('$name comes out as it went in', (message) => {
    const bytes = Buffer.concat(encodeMessage<MessageName>(message.name, message.id, message.body));
    expect(decodeMessage(frameOf(bytes))).toEqual(message);
  });

  test('no two have the same number', () => {
    const numbers = Object.values(MESSAGES).map(({ type }) => type);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('of an unknown type are none', () => {
    expect(decodeMessage({ type: 0xff, id: 1, payload: Buffer.alloc(3) })).toBeNull();
  });

  test('whatever the payload: a message or a fault, never a crash', () => {
    const types = Object.values(MESSAGES).map(({ type }) => type);
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 120 }), (type, bytes) => {
        onlyFaults({ type, id: 1, payload: Buffer.from(bytes) });
      }),
      { numRuns: 2000 },
    );
  });

  test('a real payload with a changed or missing byte: a message or a fault', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), fc.nat(), ({ name, id, body }, at, change) => {
        const frame = frameOf(Buffer.concat(encodeMessage<MessageName>(name, id, body)));
        const payload = Buffer.from(frame.payload);
        if (payload.byteLength > 0) payload[at % payload.byteLength] = change % 256;
        onlyFaults({ ...frame, payload });
        onlyFaults({ ...frame, payload: payload.subarray(0, change % (payload.byteLength + 1)) });
      }),
      { numRuns: 2000 },
    );
  });

  test('a list that announces more than a payload can hold is refused at once', () => {
    const payload = Buffer.alloc(9, 0xff);
    payload.writeUInt32BE(1, 0);
    expect(() => decodeMessage({ type: MESSAGES.execStart.type, id: 1, payload })).toThrow(
      expect.objectContaining({ kind: 'internal' }) as Error,
    );
  });
});

function onlyFaults(frame: Frame): void {
  try {
    decodeMessage(frame);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(OperatorError);
  }
}
