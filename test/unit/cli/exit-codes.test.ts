import { expect, test } from 'vitest';
import { exitCodeOfFault, exitCodeOfRecord, exitCodeOfUsage } from '../../../src/cli/exit-codes.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { execRecord } from '../../support/cli-fakes.ts';

test.each([
  { name: 'its own code', record: { exitCode: 7 }, code: 7 },
  { name: '128 + the signal that ended it', record: { exitCode: null, signal: 15 }, code: 143 },
  {
    name: '124 at the time limit, whatever signal that took',
    record: { exitCode: null, signal: 9, timedOut: true },
    code: 124,
  },
  { name: '137 when it was killed', record: { exitCode: null, killed: true }, code: 137 },
  { name: '125 when nobody knows', record: { exitCode: null, containerEnded: true }, code: 125 },
])('a command ends with $name', ({ record, code }) => {
  expect(exitCodeOfRecord(execRecord(record))).toBe(code);
});

test.each([
  { kind: 'unauthenticated', code: 3 },
  { kind: 'unavailable', code: 4 },
  { kind: 'timeout', code: 4 },
  { kind: 'not-found', code: 1 },
  { kind: 'forbidden', code: 1 },
] as const)('a fault of kind $kind is $code', ({ kind, code }) => {
  expect(exitCodeOfFault(new OperatorError(kind, 'm'))).toBe(code);
});

test('wrong usage is 1, but never looks like the code of a command', () => {
  expect(exitCodeOfUsage(['cp'])).toBe(1);
  expect(exitCodeOfUsage(['exec'])).toBe(125);
});
