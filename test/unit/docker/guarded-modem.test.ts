import { expect, test } from 'vitest';

import { createGuardedModem, type DialRequest } from '../../../src/docker/guarded-modem.ts';

/** Nothing listens here: what the guard lets through fails with ENOENT, what it refuses never gets that far. */
const socketPath = '/nonexistent/docker.sock';

function dial(change: Partial<DialRequest> & Record<string, unknown>): Promise<unknown> {
  const request = {
    method: 'GET',
    path: '/v1.41/info',
    statusCodes: { 200: true },
    abortSignal: new AbortController().signal,
    ...change,
  } as DialRequest; // a test of what the type would not let through
  return new Promise((resolve) => createGuardedModem({ socketPath }).dial(request, resolve));
}

test('lets a call of the list out, and says so', async () => {
  const calls: string[] = [];
  const modem = createGuardedModem({ socketPath, onCall: (method, path) => calls.push(`${method} ${path}`) });
  const request = { method: 'GET', path: '/v1.41/info', statusCodes: {}, abortSignal: new AbortController().signal };
  const error = await new Promise((resolve) => modem.dial(request, resolve));
  expect(error).toMatchObject({ code: 'ENOENT' });
  expect(calls).toEqual(['GET /info']);
});

test.each([
  { name: 'a call that is not in the list', change: { method: 'POST', path: '/v1.41/build?' } },
  { name: 'a call without a version', change: { path: '/info' } },
  { name: 'a version in which a start body has power', change: { method: 'POST', path: '/v1.23/containers/a/start' } },
  {
    name: 'options that docker-modem would send as a body',
    change: { method: 'POST', path: `/v1.41/containers/a/start`, options: { Privileged: true } },
  },
  {
    name: 'a start with a body',
    change: { method: 'POST', path: `/v1.41/containers/a/start`, options: { _body: { Privileged: true } } },
  },
  {
    name: 'an import',
    change: { method: 'POST', path: '/v1.41/images/create?', options: { _query: { fromSrc: '-' } } },
  },
])('$name does not leave', async ({ change }) => {
  expect(await dial(change)).toMatchObject({
    kind: 'internal',
    message: expect.stringContaining('closed list') as string,
  });
});

test('an error of the guard is not mistaken for the engine by a call that was recorded', async () => {
  const calls: string[] = [];
  const modem = createGuardedModem({ socketPath, onCall: (method, path) => calls.push(`${method} ${path}`) });
  const request = {
    method: 'POST',
    path: '/v1.41/commit?',
    statusCodes: {},
    abortSignal: new AbortController().signal,
  };
  await new Promise((resolve) => modem.dial(request, resolve));
  expect(calls).toEqual([]);
});
