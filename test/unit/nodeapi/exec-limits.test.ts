import { describe, expect, test } from 'vitest';
import type { ExecCommand } from '../../../src/model/node-protocol.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { boundCommand } from '../../../src/nodeapi/exec-limits.ts';

const command = (change: Partial<ExecCommand> = {}): ExecCommand => ({
  argv: ['true'],
  env: [],
  cwd: null,
  stdin: null,
  timeoutSeconds: null,
  maxOutputBytes: null,
  ...change,
});
const bound = (change: Partial<ExecCommand>) => boundCommand(command(change), '/workspace', defaultPolicy().exec);

describe('limits of a command', () => {
  test('what is left out gets the default of policy', () => {
    expect(bound({})).toEqual({
      ok: true,
      value: { run: { argv: ['true'], env: [], cwd: null, stdin: null, timeoutMs: 30_000 }, maxOutputBytes: 1_048_576 },
    });
  });

  test.each([
    { name: 'the maximum time', given: { timeoutSeconds: 300 }, want: { timeoutMs: 300_000 } },
    { name: 'a part of a second', given: { timeoutSeconds: 0.5 }, want: { timeoutMs: 500 } },
    {
      name: 'a relative directory, below that of the session',
      given: { cwd: 'src/..//lib' },
      want: { cwd: '/workspace/lib' },
    },
    { name: 'an absolute directory', given: { cwd: '/tmp' }, want: { cwd: '/tmp' } },
    { name: 'standard input', given: { stdin: 'aGk=' }, want: { stdin: Buffer.from('hi') } },
    { name: 'empty standard input', given: { stdin: '' }, want: { stdin: Buffer.alloc(0) } },
  ])('accepts $name', ({ given, want }) => {
    expect(bound(given)).toMatchObject({ ok: true, value: { run: want } });
  });

  test.each([
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
  ])('refuses: $want', ({ given, want }) => {
    expect(bound(given)).toEqual({ ok: false, error: want });
  });
});
