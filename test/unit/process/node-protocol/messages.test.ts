import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeBytes,
  encodeMessage,
  jsonOf,
  MAX_MESSAGE_BYTES,
  MESSAGE,
  MessageReader,
} from '../../../../src/process/node-protocol/messages.ts';

const types = fc.constantFrom(...Object.values(MESSAGE));
const messages = fc.array(fc.record({ type: types, payload: fc.uint8Array({ maxLength: 300 }) }), { maxLength: 20 });

describe('binary messages', () => {
  test('are found however the bytes are cut', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat({ max: 6000 })), (given, cuts) => {
        const wire = Buffer.concat(given.map(({ type, payload }) => encodeMessage(type, payload)));
        const reader = new MessageReader();
        const edges = [0, ...cuts.filter((cut) => cut < wire.length).sort((left, right) => left - right), wire.length];
        const found = edges.slice(1).flatMap((end, index) => {
          const chunk = Buffer.from(wire.subarray(edges[index], end));
          const some = reader.push(chunk).map(({ type, payload }) => ({ type, payload: Uint8Array.from(payload) }));
          chunk.fill(0); // its owner may write it again
          return some;
        });
        expect(found).toEqual(given);
        expect(reader.atBoundary).toBe(true);
      }),
    );
  });

  test('carry any number of bytes in pieces of the largest size', () => {
    const sizes = [...encodeBytes(MESSAGE.fileData, Buffer.alloc(2 * MAX_MESSAGE_BYTES + 1))].map(
      ({ byteLength }) => byteLength - 5,
    );
    expect(sizes).toEqual([MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES, 1]);
    expect([...encodeBytes(MESSAGE.fileData, Buffer.alloc(0))]).toEqual([]);
  });

  test.each([
    { name: 'an unknown type', bytes: [0x70], want: 'a message of the unknown type 112' },
    {
      name: 'a length above the limit',
      bytes: [1, 0, 1, 0, 1],
      want: 'a message of 65537 bytes is above the limit of 65536',
    },
  ])('are refused as soon as it shows: $name', ({ bytes, want }) => {
    expect(() => new MessageReader().push(Buffer.from(bytes))).toThrow(want);
  });

  test('that are cut off are not at a boundary', () => {
    const reader = new MessageReader();
    expect(reader.push(Buffer.from([MESSAGE.stdin, 0, 0, 0, 2, 65]))).toEqual([]);
    expect(reader.atBoundary).toBe(false);
  });

  test('with JSON that is none are refused', () => {
    expect(() => jsonOf({ type: MESSAGE.exit, payload: Buffer.from('{') })).toThrow('a message holds no JSON');
  });
});
