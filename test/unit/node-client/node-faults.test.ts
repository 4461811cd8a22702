import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import { faultOfFrame, faultOfResponse, faultOfTransport } from '../../../src/node-client/node-faults.ts';

describe('faults of the node protocol', () => {
  test.each([
    {
      name: 'our own words',
      given: { status: 409, body: '{"kind":"conflict","message":"busy"}', retryAfter: '2' },
      want: { kind: 'conflict', message: 'busy', retryAfterSeconds: 2 },
    },
    {
      name: 'a proxy',
      given: { status: 502, body: '<html>', retryAfter: null },
      want: { kind: 'unavailable', message: 'the node API answered HTTP 502 without saying why' },
    },
    {
      name: 'a kind that we do not know',
      given: { status: 403, body: '{"kind":"x","message":"m"}', retryAfter: 'soon' },
      want: { kind: 'forbidden', retryAfterSeconds: null },
    },
  ])('an answer with $name', ({ given, want }) => {
    expect(faultOfResponse(given)).toMatchObject(want);
  });

  test('an error frame keeps its kind, an unknown kind is internal', () => {
    expect(faultOfFrame({ kind: 'timeout', message: 'm' })).toMatchObject({ kind: 'timeout' });
    expect(faultOfFrame({ kind: 'constructor', message: 'm' })).toMatchObject({ kind: 'internal' });
  });

  test.each([
    { name: 'our own abort', aborted: true, code: 'ABORT_ERR', kind: 'cancelled' },
    { name: 'no answer in time', aborted: false, code: 'UND_ERR_HEADERS_TIMEOUT', kind: 'timeout' },
    { name: 'nobody there', aborted: false, code: 'ECONNREFUSED', kind: 'unavailable' },
  ])('$name', ({ aborted, code, kind }) => {
    const signal = aborted ? AbortSignal.abort() : new AbortController().signal;
    expect(faultOfTransport(Object.assign(new Error('text'), { code }), 'https://n', signal)).toMatchObject({ kind });
  });

  test('a fault of ours passes unchanged', () => {
    const fault = new OperatorError('too-large', 'm');
    expect(faultOfTransport(fault, 'https://n', AbortSignal.abort())).toBe(fault);
  });
});
