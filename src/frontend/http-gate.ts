// The gate in front of everything that the listener serves: where the request claims to go, where it comes from, who makes it,
// and how often. Looks at headers only: no body is read for a caller that is not let in.

import type { IncomingMessage } from 'node:http';
import { validateHostHeader } from '@modelcontextprotocol/server';
import { LRUCache } from 'lru-cache';
import { isFault } from '../lib/errors.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { sha256Hex } from '../lib/sha256.ts';
import type { Caller } from '../model/caller.ts';
import { FRONTEND_AUDIENCE } from '../model/names.ts';
import type { Authenticator } from '../ports/authority.ts';
import type { Clock } from '../ports/clock.ts';
import { bearerToken } from '../process/bearer.ts';
import { subjectKey } from './exec-budget.ts';
import type { FrontendLimits } from './limits.ts';
import { networkOf } from './network-of.ts';
import { TokenBuckets } from './token-buckets.ts';

export interface GateRefusal {
  readonly status: 401 | 403 | 429 | 503;
  /** For the caller; never says why a token was not good. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Admission {
  readonly caller: Caller;
  /** Gives the caller's place back when the answer is out. */
  readonly leave: () => void;
}

export interface GateOptions {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly limits: FrontendLimits;
  /** Names by which clients may address this listener, without port; IPv6 in brackets. */
  readonly allowedHosts: readonly string[];
  /** Exact origins of web pages that may call. Example: "https://console.example". Requests without Origin pass. */
  readonly allowedOrigins: readonly string[];
}

export interface Gate {
  admit(request: IncomingMessage, signal: AbortSignal): Promise<Result<Admission, GateRefusal>>;
}

/** Tokens that were good a moment ago are not held up by the failures of their neighbours. */
const RECENTLY_GOOD_MS = 60_000;

export function createGate(options: GateOptions): Gate {
  const { clock, limits } = options;
  const maxKeys = limits.trackedCallers;
  const failures = new TokenBuckets({
    perMinute: limits.authFailuresPerMinute,
    burst: limits.authFailuresPerMinute,
    maxKeys,
  });
  const requests = new TokenBuckets({ perMinute: limits.requestsPerMinute, burst: limits.requestBurst, maxKeys });
  const goodUntilMs = new LRUCache<string, number>({ max: maxKeys });
  const places = createPlaces(limits);

  const authenticate = async (request: IncomingMessage, signal: AbortSignal): Promise<Result<Caller, GateRefusal>> => {
    const token = bearerToken(request.headers);
    const network = networkOf(request.socket.remoteAddress ?? '');
    const nowMs = clock.monotonicMs();
    const key = token === null ? '' : sha256Hex(token);
    if ((goodUntilMs.get(key) ?? 0) <= nowMs) {
      const room = failures.peek(network, nowMs);
      if (!room.ok) return err(tooMany('too many failed authentications from this network', room.error));
    }
    const caller = token === null ? null : await options.authenticator.authenticate(token, FRONTEND_AUDIENCE, signal);
    if (caller !== null) {
      goodUntilMs.set(key, nowMs + RECENTLY_GOOD_MS);
      return ok(caller);
    }
    failures.take(network, nowMs);
    return err(unauthenticated(token !== null));
  };

  return {
    async admit(request, signal) {
      const misdirected = refuseAddress(request, options);
      if (misdirected !== null) return err(misdirected);
      const caller = await authenticate(request, signal).catch(unavailable);
      if (!caller.ok) return caller;
      const subject = subjectKey(caller.value);
      const rate = requests.take(subject, clock.monotonicMs());
      if (!rate.ok) return err(tooMany('too many requests', rate.error));
      const leave = places.take(subject);
      if (leave === null) return err(tooMany('too many requests at a time', 1));
      return ok({ caller: caller.value, leave });
    },
  };
}

function refuseAddress(request: IncomingMessage, options: GateOptions): GateRefusal | null {
  const host = validateHostHeader(request.headers.host, [...options.allowedHosts]);
  if (!host.ok) return { status: 403, message: 'the Host of the request is not a name of this server', headers: {} };
  const { origin } = request.headers;
  if (origin === undefined || options.allowedOrigins.includes(origin)) return null;
  return { status: 403, message: 'the Origin of the request is not allowed', headers: {} };
}

/** RFC 6750: a request without a token learns the scheme, one with a bad token that it is bad. */
const unauthenticated = (hadToken: boolean): GateRefusal => ({
  status: 401,
  message: `a bearer token for audience "${FRONTEND_AUDIENCE}" is needed`,
  headers: { 'www-authenticate': `Bearer realm="mcpsession"${hadToken ? ', error="invalid_token"' : ''}` },
});

const tooMany = (message: string, retryAfterSeconds: number): GateRefusal => ({
  status: 429,
  message: `${message}; retry in ${retryAfterSeconds} s`,
  headers: { 'retry-after': String(retryAfterSeconds) },
});

/** Nobody can tell who this is: that is a refusal, never a yes. */
function unavailable(thrown: unknown): Result<never, GateRefusal> {
  if (!isFault(thrown, 'unavailable') && !isFault(thrown, 'timeout')) throw thrown;
  return err({ status: 503, message: 'authentication is not available right now', headers: { 'retry-after': '5' } });
}

/** Requests in progress, per caller and in all. */
function createPlaces(limits: FrontendLimits): { take(subject: string): (() => void) | null } {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    take(subject) {
      const own = taken.get(subject) ?? 0;
      if (all >= limits.concurrent || own >= limits.concurrentPerCaller) return null;
      all += 1;
      taken.set(subject, own + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        all -= 1;
        const left = (taken.get(subject) ?? 1) - 1;
        if (left === 0) taken.delete(subject);
        else taken.set(subject, left);
      };
    },
  };
}
