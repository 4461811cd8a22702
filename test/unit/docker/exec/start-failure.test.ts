import { describe, expect, test } from 'vitest';

import { createStartFailureFilter } from '../../../../src/docker/exec/start-failure.ts';

const report = (why: string) =>
  `OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown\r\n`;

function filtered(chunks: readonly (readonly ['stdout' | 'stderr', string])[], exitCode: number) {
  const seen: string[] = [];
  const filter = createStartFailureFilter({ program: 'x', cwd: '/d' }, (stream, chunk) =>
    seen.push(`${stream} ${Buffer.from(chunk).toString()}`),
  );
  for (const [stream, text] of chunks) filter.onOutput(stream, Buffer.from(text));
  const before = [...seen];
  return { fault: filter.finish(exitCode), before, seen };
}

describe('a report of the engine', () => {
  test.each([
    {
      why: 'exec: "x": executable file not found in $PATH',
      want: { kind: 'invalid', message: 'no program "x" in the image' },
    },
    {
      why: 'exec: "/x": stat /x: no such file or directory',
      want: { kind: 'invalid', message: 'no program "x" in the image' },
    },
    {
      why: 'chdir to cwd ("/d") set in config.json failed: no such file or directory',
      want: { kind: 'invalid', message: 'no directory "/d" in the container' },
    },
    {
      why: 'exec: "x": permission denied',
      want: { kind: 'invalid', message: '"x" in the image is not a program that this user may run' },
    },
    { why: 'fork/exec: resource temporarily unavailable', want: { kind: 'internal' } },
  ])('becomes a fault: $why', ({ why, want }) => {
    const { fault, seen } = filtered([['stdout', report(why)]], 126);
    expect(fault).toMatchObject(want);
    expect(seen).toEqual([]);
  });

  test('is found although it comes in pieces', () => {
    const pieces = report('exec: "x": executable file not found')
      .split('')
      .map((letter) => ['stdout', letter] as const);
    expect(filtered(pieces, 127).fault).toMatchObject({ kind: 'invalid' });
  });
});

describe('output of the command', () => {
  test('is handed on at once when it does not begin like a report', () => {
    const { before, fault } = filtered([['stdout', 'Hello']], 126);
    expect(before).toEqual(['stdout Hello']);
    expect(fault).toBeNull();
  });

  test('is handed on at the end when it began like one', () => {
    const { before, seen, fault } = filtered([['stdout', 'OCI ']], 0);
    expect({ before, seen, fault }).toEqual({ before: [], seen: ['stdout OCI '], fault: null });
  });

  test('is never held back beyond a report', () => {
    expect(filtered([['stdout', report('x'.repeat(5000))]], 126).before).toHaveLength(1);
  });

  test('keeps its order when standard error comes in between', () => {
    const chunks = [
      ['stdout', 'OCI'],
      ['stderr', 'e'],
      ['stdout', 'f'],
    ] as const;
    expect(filtered(chunks, 126).seen).toEqual(['stdout OCI', 'stderr e', 'stdout f']);
  });

  test('is no report when the command ended with another code', () => {
    expect(filtered([['stdout', report('x')]], 1)).toMatchObject({ fault: null, seen: [`stdout ${report('x')}`] });
  });
});
