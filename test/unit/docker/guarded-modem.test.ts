import { expect, test } from 'vitest';

import { createGuardedModem, type DialRequest } from '../../../src/docker/guarded-modem.ts';

/** Nothing listens here: what the guard lets through fails with ENOENT, what it refuses never gets that far. */
const socketPath = '/nonexistent/docker.sock';
const initImport = { fromSrc: '-', repo: 'mcpsession/init', tag: '0a' };

function dial(change: Readonly<Record<string, unknown>>): Promise<unknown> {
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

test('lets the import of the session init out', async () => {
  const change = { method: 'POST', path: '/v1.41/images/create?', options: { _query: initImport } };
  expect(await dial({ ...change, file: Buffer.alloc(1) })).toMatchObject({ code: 'ENOENT' });
});

interface Kept {
  readonly name: string;
  readonly change: Readonly<Record<string, unknown>>;
}

test.each<Kept>([
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
    name: 'an import to a repository of its own choice',
    change: {
      method: 'POST',
      path: '/v1.41/images/create?',
      options: { _query: { fromSrc: '-', repo: 'python' } },
      file: Buffer.alloc(1),
    },
  },
  {
    name: 'an import of a file of this host',
    change: { method: 'POST', path: '/v1.41/images/create?', options: { _query: initImport }, file: '/etc/shadow' },
  },
  {
    name: 'a container out of a file of this host',
    change: { method: 'POST', path: '/v1.41/containers/create', file: '/etc/shadow' },
  },
  {
    name: 'a volume with options that are no object',
    change: { method: 'POST', path: '/v1.41/volumes/create', options: { _body: { Name: 'a', DriverOpts: 'device' } } },
  },
  {
    name: 'a volume with options of its driver',
    change: {
      method: 'POST',
      path: '/v1.41/volumes/create',
      options: { _body: { Name: 'a', DriverOpts: { device: '/' } } },
    },
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
