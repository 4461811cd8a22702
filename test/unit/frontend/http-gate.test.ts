import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createGate, type GateOptions } from '../../../src/frontend/http-gate.ts';
import { DEFAULT_FRONTEND_LIMITS, type FrontendLimits } from '../../../src/frontend/limits.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { FRONTEND_AUDIENCE, NODE_AUDIENCE } from '../../../src/model/names.ts';
import { ALICE, BOB, fakeAuthenticator, fakeClock } from '../../support/frontend-fakes.ts';

const never = new AbortController().signal;
const authenticator = fakeAuthenticator({
  alice: { audience: FRONTEND_AUDIENCE, caller: ALICE },
  bob: { audience: FRONTEND_AUDIENCE, caller: BOB },
  node: { audience: NODE_AUDIENCE, caller: ALICE },
});

function gateWith(change: { limits?: Partial<FrontendLimits>; options?: Partial<GateOptions> } = {}) {
  const clock = fakeClock();
  const limits = { ...DEFAULT_FRONTEND_LIMITS, ...change.limits };
  const gate = createGate({
    authenticator,
    clock,
    limits,
    allowedHosts: ['mcp.test', '[::1]'],
    allowedOrigins: ['https://console.test'],
    ...change.options,
  });
  const admit = async (headers: Record<string, string> = {}, address = '198.51.100.1') => {
    const socket = new Socket();
    Object.defineProperty(socket, 'remoteAddress', { value: address });
    const request = new IncomingMessage(socket);
    request.headers = { host: 'mcp.test:8443', authorization: 'Bearer alice', ...headers };
    return gate.admit(request, never);
  };
  const status = async (headers?: Record<string, string>, address?: string) => {
    const admitted = await admit(headers, address);
    return admitted.ok ? 200 : admitted.error.status;
  };
  return { admit, status, clock };
}

describe('the gate of the front end', () => {
  test.each([
    { name: 'a good token', headers: {}, want: 200 },
    { name: 'a good token under another name of this server', headers: { host: '[::1]:1' }, want: 200 },
    { name: 'an allowed origin', headers: { origin: 'https://console.test' }, want: 200 },
    { name: 'no token', headers: { authorization: '' }, want: 401 },
    { name: 'an unknown token', headers: { authorization: 'Bearer nobody' }, want: 401 },
    { name: 'a token of another audience', headers: { authorization: 'Bearer node' }, want: 401 },
    { name: 'another scheme', headers: { authorization: 'Basic alice' }, want: 401 },
    { name: 'a token with a line break', headers: { authorization: 'Bearer al\nice' }, want: 401 },
    { name: 'two tokens', headers: { authorization: 'Bearer alice, Bearer bob' }, want: 401 },
    { name: 'a foreign host', headers: { host: 'evil.test' }, want: 403 },
    { name: 'a host that starts like ours', headers: { host: 'mcp.test.evil.test' }, want: 403 },
    { name: 'no host', headers: { host: '' }, want: 403 },
    { name: 'a foreign origin', headers: { origin: 'https://evil.test' }, want: 403 },
    { name: 'the same origin on another port', headers: { origin: 'https://console.test:444' }, want: 403 },
    { name: 'the origin null', headers: { origin: 'null' }, want: 403 },
  ])('S1.WARN.03: $name: $want', async ({ headers, want }) => {
    expect(await gateWith().status(headers)).toBe(want);
  });

  test('challenges without saying why a token is not good', async () => {
    const { admit } = gateWith();
    const answers = await Promise.all(
      ['', 'Bearer nobody', 'Bearer node'].map((authorization) => admit({ authorization })),
    );
    const refusals = answers.map((answer) => (answer.ok ? null : answer.error));
    expect(refusals.map((refusal) => refusal?.headers['www-authenticate'])).toEqual([
      'Bearer realm="mcpsession"',
      'Bearer realm="mcpsession", error="invalid_token"',
      'Bearer realm="mcpsession", error="invalid_token"',
    ]);
    expect(new Set(refusals.map((refusal) => refusal?.message)).size).toBe(1);
  });

  test('nobody who can tell means nobody gets in', async () => {
    const away = { authenticate: () => Promise.reject(new OperatorError('unavailable', 'away')) };
    expect(await gateWith({ options: { authenticator: away } }).status()).toBe(503);
  });

  test('S0.H5.02: bounds failures per network, and lets those in who were in a moment ago', async () => {
    const { status } = gateWith({ limits: { authFailuresPerMinute: 2 } });
    expect(await status()).toBe(200);
    expect([await status({ authorization: '' }), await status({ authorization: 'Bearer x' })]).toEqual([401, 401]);
    expect(await status({ authorization: 'Bearer x' }, '198.51.100.200')).toBe(429);
    expect(await status({ authorization: 'Bearer bob' })).toBe(429);
    expect(await status({ authorization: 'Bearer bob' }, '203.0.113.1')).toBe(200);
    expect(await status()).toBe(200);
  });

  test('S1.MIT.04, S4.PRD.06: bounds requests per caller over time, and says when to come back', async () => {
    const { status, admit, clock } = gateWith({ limits: { requestsPerMinute: 60, requestBurst: 2 } });
    expect([await status(), await status(), await status(), await status({ authorization: 'Bearer bob' })]).toEqual([
      200, 200, 429, 200,
    ]);
    expect(await admit()).toEqual({
      ok: false,
      error: { status: 429, message: 'too many requests; retry in 1 s', headers: { 'retry-after': '1' } },
    });
    clock.advance(1000);
    expect(await status()).toBe(200);
  });

  test('S2.STR.03: bounds requests per caller at a time; a place is given back once', async () => {
    const { admit, status } = gateWith({ limits: { concurrentPerCaller: 1, concurrent: 2 } });
    const first = await admit();
    expect([await status(), await status({ authorization: 'Bearer bob' })]).toEqual([429, 200]);
    if (first.ok) first.value.leave();
    if (first.ok) first.value.leave();
    expect([await status(), await status()]).toEqual([200, 429]);
  });
});
