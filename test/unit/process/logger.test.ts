import { expect, test } from 'vitest';

import type { LogFields } from '../../../src/ports/log.ts';
import { createLogger } from '../../../src/process/logger.ts';

function capture(level: 'debug' | 'info' = 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, log: createLogger({ destination, level, fields: { program: 'controller' } }) };
}

test('writes one JSON line with a level, a time, a message and the fields', () => {
  const { lines, log } = capture();
  log.with({ node: 'n1' }).info('session started', { session: 'team/a', ms: 12 });
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      program: 'controller',
      node: 'n1',
      session: 'team/a',
      ms: 12,
      message: 'session started',
    },
  ]);
});

test('leaves out what is below the level', () => {
  const { lines, log } = capture();
  log.debug('a look around');
  expect(lines).toEqual([]);
});

test.each([
  {
    name: 'a JSON web token',
    value: 'got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl here',
    want: 'got [redacted] here',
  },
  { name: 'a bearer header', value: 'authorization: Bearer abcdefgh12345678', want: 'authorization: [redacted]' },
  {
    name: 'a private key',
    value: '-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----',
    want: '[redacted]',
  },
  { name: 'an endless text', value: 'x'.repeat(10_000), want: `${'x'.repeat(4096)}...` },
])('shortens or hides $name', ({ value, want }) => {
  const { lines, log } = capture();
  log.warn('seen', { error: value });
  expect(lines[0]?.['error']).toBe(want);
});

test('objects, functions and odd names never reach a line', () => {
  const { lines, log } = capture();
  const fields = { nested: { token: 'secret' }, call: () => 'secret', 'bad name': 'x', none: undefined } as unknown;
  log.error('careless', fields as LogFields);
  expect(Object.keys(lines[0] ?? {}).toSorted()).toEqual(['call', 'level', 'message', 'nested', 'program', 'time']);
  expect(JSON.stringify(lines)).not.toContain('secret');
});
