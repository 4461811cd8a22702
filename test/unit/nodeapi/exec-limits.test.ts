import { describe, expect, test } from 'vitest';
import { type ExecCommand, execCommandSchema } from '../../../src/model/node-protocol.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { boundCommand, boundInteractive } from '../../../src/nodeapi/exec-limits.ts';

const PLACE = { workingDir: '/workspace', limits: defaultPolicy().exec };
const bound = (change: Partial<ExecCommand>) =>
  boundCommand({ ...execCommandSchema.parse({ argv: ['true'] }), ...change }, PLACE);

describe('limits of a command', () => {
  test('S1.LIM.01, S1.LIM.02: what is left out gets the default of policy: 30 s and 1 MiB', () => {
    expect(bound({})).toEqual({
      ok: true,
      value: {
        start: {
          argv: ['true'],
          env: [],
          cwd: null,
          stdin: 'none',
          tty: null,
          timeoutMs: 30_000,
          keepBytes: 1_048_576,
          lossless: false,
        },
        stdin: null,
        keepInputOpen: false,
      },
    });
  });

  test.each([
    { name: 'the maximum time', given: { timeoutSeconds: 300 }, want: { start: { timeoutMs: 300_000 } } },
    { name: 'a part of a second', given: { timeoutSeconds: 0.5 }, want: { start: { timeoutMs: 500 } } },
    {
      name: 'a relative directory, below that of the session',
      given: { cwd: 'src/..//lib' },
      want: { start: { cwd: '/workspace/lib' } },
    },
    { name: 'an absolute directory', given: { cwd: '/tmp' }, want: { start: { cwd: '/tmp' } } },
    { name: 'standard input', given: { stdin: 'aGk=' }, want: { stdin: Buffer.from('hi'), start: { stdin: 'open' } } },
    { name: 'empty standard input', given: { stdin: '' }, want: { stdin: Buffer.alloc(0), start: { stdin: 'open' } } },
    { name: 'input that comes later', given: { keepInputOpen: true }, want: { stdin: null, start: { stdin: 'open' } } },
    {
      name: 'the time of the background',
      given: { background: true },
      want: { start: { timeoutMs: 3_600_000 } },
    },
    {
      name: 'a longer time in the background',
      given: { background: true, timeoutSeconds: 3600 },
      want: { start: { timeoutMs: 3_600_000 } },
    },
  ])('accepts $name', ({ given, want }) => {
    expect(bound(given)).toMatchObject({ ok: true, value: want });
  });

  test.each([
    {
      given: { background: true, timeoutSeconds: 3601 },
      want: 'timeout of 3601 s is above the maximum of 3600 s',
    },
    { given: { timeoutSeconds: 300.5 }, want: 'timeout of 300.5 s is above the maximum of 300 s' },
    {
      given: { maxOutputBytes: 1_048_577 },
      want: 'output limit of 1048577 bytes is above the maximum of 1048576 bytes',
    },
    { given: { argv: ['', 'x'] }, want: 'the program name is empty' },
    { given: { argv: ['sh', 'a\0b'] }, want: 'an argument holds a NUL character' },
    { given: { cwd: '/a\0' }, want: 'the working directory holds a NUL character' },
    {
      given: { cwd: '/proc/self/fd/8' },
      want: 'the working directory /proc/self/fd/8 is in /proc, which belongs to the kernel',
    },
    { given: { cwd: '../sys/' }, want: 'the working directory /sys is in /sys, which belongs to the kernel' },
    {
      given: { cwd: '/tmp/..//dev/fd' },
      want: 'the working directory /dev/fd is in /dev, which belongs to the kernel',
    },
    {
      given: { cwd: 'a\u001b[2J' },
      want: 'the working directory /workspace/a\\u{1b}[2J holds a control or invisible character',
    },
    { given: { env: [{ name: 'A=B', value: '' }] }, want: 'an environment name holds "=" or NUL' },
    { given: { env: [{ name: 'A', value: '\0' }] }, want: 'an environment value holds a NUL character' },
    { given: { stdin: 'not base64' }, want: 'standard input is not canonical base64' },
  ])('S1.THR.03 refuses: $want', ({ given, want }) => {
    expect(bound(given)).toEqual({ ok: false, error: want });
  });

  test('somebody in front of a command gets every byte, and the time of the background', () => {
    const command = { argv: ['sh'], env: [], cwd: null, timeoutSeconds: null, stdin: true };
    const tty = { rows: 24, columns: 80 };
    expect(boundInteractive({ ...command, tty }, PLACE)).toMatchObject({
      ok: true,
      value: { stdin: 'open', tty, timeoutMs: 3_600_000, lossless: true },
    });
    expect(boundInteractive({ ...command, argv: [''], tty: null }, PLACE)).toEqual({
      ok: false,
      error: 'the program name is empty',
    });
  });
});
