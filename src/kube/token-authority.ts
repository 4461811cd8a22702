// Who is this and may they, asked of the API server. Answers are kept for a short while by a hash of the question; the token
// itself is never kept. When nobody can tell, the answer is a fault, never a yes and never a no.

import { createHash } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import { type AccessRequest, type Caller, callerSchema } from '../model/caller.ts';
import { GROUP, VERSION } from '../model/names.ts';
import type { Authenticator, Authorizer } from '../ports/authority.ts';
import type { Clock } from '../ports/clock.ts';
import type { KubeClient } from './kube-client.ts';
import { listOf, recordOf, textOf } from './raw-object.ts';

/** A revoked token works for as long as this, on top of the API server's own 10 s. */
const AUTHENTICATED_MS = 60_000;
const UNAUTHENTICATED_MS = 5_000;
const ALLOWED_MS = 5_000;
const MAX_CACHED = 10_000;
const LONGEST_TOKEN = 16 * 1024;
const DEADLINE_MS = 10_000;

interface Remembered<T> {
  readonly value: T;
  readonly untilMs: number;
}

/** TokenReview for exactly one audience. */
export function createAuthenticator(client: KubeClient, clock: Clock): Authenticator {
  const remembered = new LRUCache<string, Remembered<Caller | null>>({ max: MAX_CACHED });
  return {
    async authenticate(token, audience, signal) {
      if (token === '' || token.length > LONGEST_TOKEN || /[^\x21-\x7e]/.test(token)) return null;
      const key = hashOf(audience, token);
      const known = remembered.get(key);
      if (known !== undefined && known.untilMs > clock.monotonicMs()) return known.value;
      const caller = await reviewToken(client, { token, audience }, signal);
      const freshMs =
        caller === null ? UNAUTHENTICATED_MS : Math.min(AUTHENTICATED_MS, lifeLeftMs(token, clock.nowMs()));
      remembered.set(key, { value: caller, untilMs: clock.monotonicMs() + freshMs });
      return caller;
    },
  };
}

async function reviewToken(
  client: KubeClient,
  { token, audience }: { readonly token: string; readonly audience: string },
  signal: AbortSignal,
): Promise<Caller | null> {
  const review = await ask(
    { client, path: '/apis/authentication.k8s.io/v1/tokenreviews', what: 'authenticate the caller' },
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences: [audience] } },
    signal,
  );
  // Checked again here: an authenticator that knows nothing of audiences answers yes without naming any.
  if (review['authenticated'] !== true || !listOf(review['audiences']).includes(audience)) return null;
  const user = recordOf(review['user']);
  const { username, uid, groups, extra } = user;
  const parsed = callerSchema.safeParse({ username, uid: uid ?? '', groups: groups ?? [], extra: extra ?? {} });
  return parsed.success ? parsed.data : null;
}

/** Milliseconds until the `exp` of a token that was just found genuine; unbounded for one that is not a JWT. */
function lifeLeftMs(token: string, nowMs: number): number {
  try {
    const claims = recordOf(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')));
    const { exp } = claims;
    return typeof exp === 'number' ? Math.max(exp * 1000 - nowMs, 0) : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** SubjectAccessReview as the caller. Only a yes is kept. */
export function createAuthorizer(client: KubeClient, clock: Clock): Authorizer {
  const allowed = new LRUCache<string, Remembered<string>>({ max: MAX_CACHED });
  return {
    async allowed(caller, request, signal) {
      const spec = accessSpec(caller, request);
      const key = hashOf(JSON.stringify(spec));
      const known = allowed.get(key);
      if (known !== undefined && known.untilMs > clock.monotonicMs()) return { allowed: true, reason: known.value };
      const review = await ask(
        { client, path: '/apis/authorization.k8s.io/v1/subjectaccessreviews', what: 'authorize the caller' },
        { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec },
        signal,
      );
      const reason = textOf(review['reason']);
      const isAllowed = review['allowed'] === true && review['denied'] !== true;
      if (isAllowed) allowed.set(key, { value: reason, untilMs: clock.monotonicMs() + ALLOWED_MS });
      return { allowed: isAllowed, reason };
    },
  };
}

function accessSpec(caller: Caller, request: AccessRequest): unknown {
  const { verb, resource, subresource, namespace, name } = request;
  return {
    user: caller.username,
    ...(caller.uid === '' ? {} : { uid: caller.uid }),
    groups: caller.groups,
    extra: caller.extra,
    resourceAttributes: { ...groupOf(resource), resource, subresource, namespace, name, verb },
  };
}

const groupOf = (resource: AccessRequest['resource']): { readonly group: string; readonly version: string } =>
  resource === 'mcpsessions' ? { group: GROUP, version: VERSION } : { group: '', version: 'v1' };

/** The status of a review. Whatever goes wrong is `unavailable`: a 401 or 403 here is about us, not about the caller. */
async function ask(
  at: { readonly client: KubeClient; readonly path: string; readonly what: string },
  body: unknown,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const response = await at.client.request({ method: 'POST', path: at.path, body, deadlineMs: DEADLINE_MS }, signal);
    return recordOf(recordOf(response.body)['status']);
  } catch (thrown) {
    const error = asOperatorError(thrown);
    if (error.kind === 'cancelled' && signal.aborted) throw error;
    throw new OperatorError('unavailable', `the API server could not ${at.what}: ${error.message}`, { cause: error });
  }
}

function hashOf(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}
