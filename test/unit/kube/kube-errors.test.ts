import { expect, test } from 'vitest';

import { faultOfResponse, faultOfTransport, faultOfWatchError } from '../../../src/kube/kube-errors.ts';

const respond = (status: number, body: unknown, retryAfter = '') =>
  faultOfResponse({
    status,
    retryAfter,
    bodyText: typeof body === 'string' ? body : JSON.stringify(body),
    what: 'PUT /x',
  });

const status = (code: number, reason: string, details?: object) => ({
  kind: 'Status',
  message: `the server says ${reason}`,
  reason,
  code,
  ...(details === undefined ? {} : { details }),
});

test.each([
  { code: 400, reason: 'BadRequest', kind: 'invalid' },
  { code: 401, reason: 'Unauthorized', kind: 'unauthenticated' },
  { code: 403, reason: 'Forbidden', kind: 'forbidden' },
  { code: 409, reason: 'Conflict', kind: 'conflict' },
  { code: 409, reason: 'AlreadyExists', kind: 'already-exists' },
  { code: 410, reason: 'Expired', kind: 'expired' },
  { code: 413, reason: 'RequestEntityTooLarge', kind: 'too-large' },
  { code: 422, reason: 'Invalid', kind: 'invalid' },
  { code: 429, reason: 'TooManyRequests', kind: 'unavailable' },
  { code: 500, reason: 'InternalError', kind: 'unavailable' },
  { code: 504, reason: 'Timeout', kind: 'unavailable' },
])('$code $reason is $kind', ({ code, reason, kind }) => {
  const error = respond(code, status(code, reason));
  expect({ kind: error.kind, message: error.message }).toEqual({ kind, message: `the server says ${reason}` });
});

test('404 means absent only when the answer names the object', () => {
  expect(respond(404, status(404, 'NotFound', { name: 's1', kind: 'mcpsessions' })).kind).toBe('not-found');
  expect(respond(404, status(404, 'NotFound', {})).kind).toBe('unavailable');
  expect(respond(404, '404 page not found\n').kind).toBe('unavailable');
});

test('an object that etcd refuses for its size is too large, not a reason to retry', () => {
  expect(respond(500, { ...status(500, ''), message: 'etcdserver: request is too large' }).kind).toBe('too-large');
});

test('several causes read as kubectl shows them, each once', () => {
  const causes = [
    { field: 'spec.image', message: 'must have a digest' },
    { field: 'spec.ttl', message: 'must be <= 5' },
    { field: 'spec.ttl', message: 'must be <= 5' },
  ];
  expect(respond(422, status(422, 'Invalid', { kind: 'McpSession', name: 's1', causes })).message).toBe(
    'The McpSession "s1" is invalid: \n* spec.image: must have a digest\n* spec.ttl: must be <= 5',
  );
});

test('one cause stands on the same line', () => {
  const causes = [{ field: 'spec.image', message: 'must have a digest' }];
  expect(respond(422, status(422, 'Invalid', { kind: 'McpSession', name: 's1', causes })).message).toBe(
    'The McpSession "s1" is invalid: spec.image: must have a digest',
  );
});

test.each([
  { name: 'the header', retryAfter: '7', details: undefined, want: 7 },
  { name: 'the status', retryAfter: '', details: { retryAfterSeconds: 3 }, want: 3 },
  { name: 'neither', retryAfter: '', details: undefined, want: null },
])('the time to retry comes from $name', ({ retryAfter, details, want }) => {
  expect(respond(503, status(503, 'ServiceUnavailable', details), retryAfter).retryAfterSeconds).toBe(want);
});

test('a plain text refusal is quoted, shortened', () => {
  expect(respond(429, 'Too many requests, please try again later.').message).toBe(
    'PUT /x: status 429: Too many requests, please try again later.',
  );
  expect(respond(502, 'x'.repeat(1000)).message.length).toBeLessThan(400);
});

test('an ERROR event carries the same kinds', () => {
  expect(faultOfWatchError(status(410, 'Expired'), 'watch').kind).toBe('expired');
  expect(faultOfWatchError({ odd: true }, 'watch').kind).toBe('internal');
});

test.each([
  {
    name: 'nobody listens',
    code: 'ECONNREFUSED',
    want: 'GET /x: the API server at https://h:1 does not answer (ECONNREFUSED: failed)',
  },
  {
    name: 'the certificate is of another authority',
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    want: 'GET /x: the certificate of the API server at https://h:1 is not accepted (UNABLE_TO_VERIFY_LEAF_SIGNATURE: failed); check certificate-authority and server in the kubeconfig',
  },
])('says that $name', ({ code, want }) => {
  const error = faultOfTransport(Object.assign(new Error('failed'), { code }), { url: 'https://h:1', what: 'GET /x' });
  expect({ kind: error.kind, message: error.message }).toEqual({ kind: 'unavailable', message: want });
});
