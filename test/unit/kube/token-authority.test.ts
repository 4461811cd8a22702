import { expect, test } from 'vitest';

import { OperatorError } from '../../../src/lib/errors.ts';
import type { AccessRequest, Caller } from '../../../src/model/caller.ts';
import { createAuthenticator, createAuthorizer } from '../../../src/kube/token-authority.ts';
import { createManualClock } from '../process/manual-clock.ts';
import { createFakeClient } from './fake-client.ts';

const { signal } = new AbortController();
const alice: Caller = { username: 'alice', uid: 'u1', groups: ['team-a'], extra: { scope: ['x'] } };
const yes = { status: { authenticated: true, audiences: ['mcpsession'], user: alice } };

function authenticatorWith(answers: unknown[]) {
  const clock = createManualClock();
  const client = createFakeClient(() => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const authenticator = createAuthenticator(client, clock);
  return { clock, client, ask: (token = 'token') => authenticator.authenticate(token, 'mcpsession', signal) };
}

const jwtEndingAt = (ms: number): string =>
  `h.${Buffer.from(JSON.stringify({ exp: ms / 1000 })).toString('base64url')}.s`;

test('asks once a minute for the same token, and never keeps the token', async () => {
  const { clock, client, ask } = authenticatorWith([yes]);
  expect(await ask()).toEqual(alice);
  await clock.advance(59_999);
  expect(await ask()).toEqual(alice);
  expect(client.requests).toHaveLength(1);
  await clock.advance(1);
  await ask();
  expect(client.requests).toHaveLength(2);
});

test('a yes is not kept beyond the end of the token', async () => {
  const { clock, client, ask } = authenticatorWith([yes]);
  const token = jwtEndingAt(clock.nowMs() + 10_000);
  await ask(token);
  await clock.advance(10_000);
  await ask(token);
  expect(client.requests).toHaveLength(2);
});

test('a no is kept for five seconds', async () => {
  const { clock, client, ask } = authenticatorWith([{ status: { authenticated: false } }, yes]);
  expect(await ask()).toBe(null);
  await clock.advance(4_999);
  expect(await ask()).toBe(null);
  expect(client.requests).toHaveLength(1);
  await clock.advance(1);
  expect(await ask()).toEqual(alice);
});

test('a yes without our audience is a no', async () => {
  const { ask } = authenticatorWith([{ status: { authenticated: true, audiences: [], user: alice } }]);
  expect(await ask()).toBe(null);
});

test.each([
  { name: 'an empty one', token: '' },
  { name: 'one with a line break', token: 'a\nb' },
  { name: 'an endless one', token: 'x'.repeat(20_000) },
])('a token that cannot be one is refused without asking: $name', async ({ token }) => {
  const { client, ask } = authenticatorWith([yes]);
  expect(await ask(token)).toBe(null);
  expect(client.requests).toEqual([]);
});

test.each(['unauthenticated', 'forbidden', 'timeout', 'unavailable'] as const)(
  'when nobody can tell (%s) the answer is unavailable and is not kept',
  async (kind) => {
    const { ask } = authenticatorWith([new OperatorError(kind, 'ours, not theirs'), yes]);
    await expect(ask()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await ask()).toEqual(alice);
  },
);

const request: AccessRequest = {
  verb: 'create',
  resource: 'mcpsessions',
  subresource: 'exec',
  namespace: 'team-a',
  name: 's1',
};

test('asks as the caller, with groups and extra', async () => {
  const client = createFakeClient(() => ({ status: { allowed: true, reason: 'RBAC' } }));
  const authorizer = createAuthorizer(client, createManualClock());
  expect(await authorizer.allowed(alice, request, signal)).toEqual({ allowed: true, reason: 'RBAC' });
  expect(client.requests[0]?.body).toEqual({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: 'alice',
      uid: 'u1',
      groups: ['team-a'],
      extra: { scope: ['x'] },
      resourceAttributes: {
        group: 'mcpsession.dev',
        version: 'v1alpha1',
        resource: 'mcpsessions',
        subresource: 'exec',
        namespace: 'team-a',
        name: 's1',
        verb: 'create',
      },
    },
  });
});

test('a yes is kept for five seconds, for exactly this question; a no is never kept', async () => {
  const clock = createManualClock();
  let isAllowed = true;
  const client = createFakeClient(() => ({ status: { allowed: isAllowed } }));
  const authorizer = createAuthorizer(client, clock);
  const ask = async (change: Partial<AccessRequest> = {}) =>
    (await authorizer.allowed(alice, { ...request, ...change }, signal)).allowed;
  expect(await ask()).toBe(true);
  isAllowed = false;
  expect([await ask(), await ask({ name: 's2' }), await ask({ name: 's2' })]).toEqual([true, false, false]);
  expect(client.requests).toHaveLength(3);
  await clock.advance(5_000);
  expect(await ask()).toBe(false);
});
