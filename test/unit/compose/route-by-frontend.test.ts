// What an agent over stdio is told when the way to the front end lacks something: it, and not the node of the session.

import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { routeByFrontend, type WayToFrontend } from '../../../src/compose/route-by-frontend.ts';
import { type FaultKind, OperatorError } from '../../../src/lib/errors.ts';
import { ALICE, sessionNamed } from '../../support/frontend-fakes.ts';

const never = new AbortController().signal;
const ENDPOINT = { url: 'https://front.ops.svc', caPem: 'pem' };

function routeOf(change: Partial<WayToFrontend>) {
  const dialled: PassThrough[] = [];
  const route = routeByFrontend({
    find: () => Promise.resolve(ENDPOINT),
    token: () => Promise.resolve('t'),
    dial: () => {
      const below = new PassThrough();
      dialled.push(below);
      return Promise.resolve(below);
    },
    ...change,
  });
  return { dialled, route: () => route(sessionNamed({ name: 's' }), ALICE, never) };
}
const fails = (kind: FaultKind, message: string) => () => Promise.reject(new OperatorError(kind, message));

test('the way is tried once, and left as it was', async () => {
  const { dialled, route } = routeOf({});
  for (let count = 0; count < 2; count += 1) {
    expect(await route()).toEqual({ ok: true, value: { endpoint: ENDPOINT, caller: null } });
  }
  expect(dialled.map(({ destroyed }) => destroyed)).toEqual([true]);
});

test('a way by name needs no try', async () => {
  const { route } = routeOf({ dial: () => Promise.resolve(null) });
  expect(await route()).toMatchObject({ ok: true });
});

test.each([
  {
    what: 'no front end',
    change: { find: () => Promise.resolve(null) },
    code: 'INTERNAL',
    words: 'does not say where',
  },
  {
    what: 'no account',
    change: { token: fails('not-found', 'no account; make it:\n  a\n  b') },
    code: 'FORBIDDEN',
    words: 'no account; make it: a; b.',
  },
  {
    what: 'no right',
    change: { dial: fails('forbidden', 'no right to list pods') },
    code: 'FORBIDDEN',
    words: 'no right to list pods.',
  },
  {
    what: 'no pod',
    change: { dial: fails('unavailable', 'no pod is Ready') },
    code: 'NOT_READY_YET',
    words: 'no pod is Ready.',
  },
])('$what is told as $code', async ({ change, code, words }) => {
  const told = await routeOf(change).route();
  expect(told).toMatchObject({ ok: false, error: { code, what: expect.stringContaining(words) as string } });
});

test('whoever gave up is told nothing of the way', async () => {
  const { route } = routeOf({ token: fails('cancelled', 'enough') });
  await expect(route()).rejects.toMatchObject({ kind: 'cancelled' });
});
