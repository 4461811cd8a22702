import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ExecFrame, execFrameSchema } from '../../../src/model/node-protocol.ts';
import { FrameReader } from '../../../src/node-client/frame-reader.ts';
import { exitFrame, outputFrame } from '../../support/frontend-fakes.ts';

const FRAMES: readonly ExecFrame[] = [
  { type: 'started', execId: 'ab' },
  outputFrame('stdout', 'grüße\n'),
  { type: 'omitted', stream: 'stderr', bytes: 7 },
  exitFrame(),
];
const wire = Buffer.from(FRAMES.map((frame) => `${JSON.stringify(frame)}\n\n`).join(''));

describe('frame reader', () => {
  test('finds the same frames however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: wire.byteLength })), (cuts) => {
        const reader = new FrameReader(execFrameSchema, 4096);
        const edges = [0, ...cuts.sort((left, right) => left - right), wire.byteLength];
        const frames = edges.slice(1).flatMap((end, index) => reader.push(wire.subarray(edges[index], end)));
        expect(frames).toEqual(FRAMES);
      }),
    );
  });

  test.each([
    { name: 'a line that is not JSON', line: 'oops' },
    { name: 'an unknown frame', line: '{"type":"shell"}' },
    { name: 'an unknown field', line: JSON.stringify({ ...exitFrame(), extra: 1 }) },
    { name: 'output that is not base64', line: '{"type":"output","stream":"stdout","data":"*"}' },
  ])('refuses $name', ({ line }) => {
    expect(() => new FrameReader(execFrameSchema, 4096).push(Buffer.from(`${line}\n`))).toThrow(
      'not a frame of the protocol',
    );
  });

  test('refuses a line above its limit before the line ends', () => {
    const reader = new FrameReader(execFrameSchema, 100);
    reader.push(Buffer.alloc(60, 'a'));
    expect(() => reader.push(Buffer.alloc(41, 'a'))).toThrow('a line longer than 100 bytes');
  });

  test('an exit frame of an older node lacks what was added later', () => {
    const { containerEnded: _, ...older } = { ...exitFrame(), containerEnded: false };
    expect(execFrameSchema.parse(older)).toEqual(exitFrame());
  });
});
