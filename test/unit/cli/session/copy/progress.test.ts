import { expect, test } from 'vitest';
import { renderProgress, startProgress } from '../../../../../src/cli/session/copy/progress.ts';
import { fakeConsole } from '../../../../support/cli-fakes.ts';

const MIB = 1024 * 1024;

test.each([
  {
    name: 'the start',
    state: { name: 'a.bin', done: 0, total: 1024 * MIB, elapsedMs: 0, columns: 120 },
    want: 'a.bin   0% [........................] 0 B/1.0 GiB 0 B/s',
  },
  {
    name: 'the middle',
    state: { name: 'a.bin', done: 450 * MIB, total: 1000 * MIB, elapsedMs: 5000, columns: 120 },
    want: 'a.bin  45% [###########.............] 450.0 MiB/1000.0 MiB 90.0 MiB/s ETA 7s',
  },
  {
    name: 'the end',
    state: { name: 'a.bin', done: 2 * MIB, total: 2 * MIB, elapsedMs: 1000, columns: 120 },
    want: 'a.bin 100% [########################] 2.0 MiB/2.0 MiB 2.0 MiB/s ETA 0s',
  },
  {
    name: 'a file that grew meanwhile',
    state: { name: 'a.bin', done: 3 * MIB, total: 2 * MIB, elapsedMs: 1000, columns: 120 },
    want: 'a.bin 100% [########################] 3.0 MiB/2.0 MiB 3.0 MiB/s ETA 0s',
  },
  {
    name: 'hours',
    state: { name: 'a.bin', done: MIB, total: 10_000 * MIB, elapsedMs: 1000, columns: 120 },
    want: 'a.bin   0% [........................] 1.0 MiB/9.8 GiB 1.0 MiB/s ETA 2h46m',
  },
  {
    name: 'a narrow terminal',
    state: { name: 'a.bin', done: MIB, total: 2 * MIB, elapsedMs: 1000, columns: 20 },
    want: 'a.bin  50% [#######',
  },
  {
    name: 'a hostile name',
    state: { name: `\u001b[2J${'x'.repeat(40)}`, done: MIB, total: 2 * MIB, elapsedMs: 1000, columns: 20 },
    want: '\\u{1b}[2Jxxxxxxxxxx',
  },
])('$name', ({ state, want }) => {
  expect(renderProgress(state)).toBe(want);
});

test.each([
  { name: 'a pipe', stderrIsTerminal: false, total: 5 * MIB },
  { name: 'a small file', stderrIsTerminal: true, total: MIB },
  { name: 'an unknown size', stderrIsTerminal: true, total: null },
])('there is no bar for $name', ({ stderrIsTerminal, total }) => {
  const console = fakeConsole({ stderrIsTerminal });
  const progress = startProgress(console, { name: 'a', total });
  progress.advance(MIB);
  progress.end();
  expect(console.stderr.text()).toBe('');
});

test('writes ten times a second at most, and leaves the last state standing', () => {
  const console = fakeConsole({ stderrIsTerminal: true });
  const progress = startProgress(console, { name: 'a', total: 2 * MIB });
  for (let count = 0; count < 20; count += 1) {
    progress.advance(MIB / 10);
    console.clock.advance(10);
  }
  progress.end();
  const text = console.stderr.text();
  expect(text.split('\r')).toHaveLength(4); // at 0 ms, at 100 ms, and at the end
  expect(text).toMatch(/100% .*\n$/);
});
