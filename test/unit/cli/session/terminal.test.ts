import { expect, test } from 'vitest';
import { TerminalText } from '../../../../src/cli/session/terminal-text.ts';
import { withRawMode } from '../../../../src/cli/session/terminal.ts';
import { fakeTerminal } from '../../../support/cli-fakes.ts';

test('raw mode is given back after success', async () => {
  const terminal = fakeTerminal();
  expect(await withRawMode(terminal, () => Promise.resolve(terminal.modes.slice()))).toEqual([true]);
  expect({ modes: terminal.modes, listeners: terminal.listeners() }).toEqual({ modes: [true, false], listeners: 0 });
});

test('raw mode is given back after a fault', async () => {
  const terminal = fakeTerminal();
  await expect(withRawMode(terminal, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  expect(terminal.modes).toEqual([true, false]);
});

test('raw mode is given back when the process ends in the middle, and only once', async () => {
  const terminal = fakeTerminal();
  const running = Promise.withResolvers<void>();
  const done = withRawMode(terminal, () => running.promise);
  terminal.exit();
  expect(terminal.modes).toEqual([true, false]);
  running.resolve();
  await done;
  expect(terminal.modes).toEqual([true, false]);
});

test.each([
  { name: 'an escape in one piece', pieces: ['a\u001b[2Jb'], want: 'ab' },
  { name: 'an escape in two pieces has lost its power', pieces: ['a\u001b', '[2Jb'], want: 'a[2Jb' },
  { name: 'a character in two pieces', pieces: [Buffer.from([0xc3]), Buffer.from([0xa9])], want: 'é' },
  { name: 'a line end in two pieces', pieces: ['a\r', '\nb\r', 'c'], want: 'a\nb\nc' },
  { name: 'a CR at the very end', pieces: ['a\r'], want: 'a\n' },
  { name: 'hidden text', pieces: ['a\u202eb\u200b'], want: 'ab' },
])('on the way to a terminal: $name', ({ pieces, want }) => {
  const text = new TerminalText();
  expect(pieces.map((piece) => text.push(Buffer.from(piece))).join('') + text.end()).toBe(want);
});
