// Gives a session more time. The same rules judge it as at its creation; less time is no extension and refused.

import { asOperatorError, isFault } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Caller } from '../../model/caller.ts';
import type { McpSession } from '../../model/session.ts';
import type { SessionReference } from '../../ports/sessions.ts';
import { shown } from '../fault-mapping.ts';
import type { ServiceParts } from '../service-parts.ts';
import { dead } from '../session-view.ts';
import { sentence, type ToolError } from '../tool-error.ts';
import { checkSpec } from './check-spec.ts';
import { findSession } from './find-session.ts';

export interface ExtendRequest extends SessionReference {
  /** Counted from the creation of the session. */
  readonly ttlSeconds: number;
}

/** The controller writes the status while we write the spec: so often somebody else may be faster. */
const MOST_TRIES = 5;

export async function extendSession(
  parts: ServiceParts,
  query: { readonly caller: Caller; readonly request: ExtendRequest },
  signal: AbortSignal,
): Promise<Result<McpSession, ToolError>> {
  const { caller, request } = query;
  const reference = { namespace: request.namespace, name: request.name };
  for (let tries = 1; ; tries += 1) {
    const found = await findSession(parts, { caller, reference, verb: 'update', subresource: '' }, signal);
    if (!found.ok) return found;
    const session = found.value;
    if (session.spec?.lifetime.ttlSeconds === request.ttlSeconds && dead(session) === null) return found;
    const refusal = await refusalOf(parts, session, request, signal);
    if (refusal !== null) return err(refusal);
    try {
      return ok(await parts.sessions.setTimeToLive(session, request.ttlSeconds, signal));
    } catch (thrown) {
      if (isFault(thrown, 'conflict') && tries < MOST_TRIES) continue;
      if (!isFault(thrown, 'invalid') && !isFault(thrown, 'forbidden')) throw thrown;
      return err(denied(`Admission refused the change: ${sentence(shown(asOperatorError(thrown).message))}`));
    }
  }
}

async function refusalOf(
  parts: ServiceParts,
  session: McpSession,
  { namespace, name, ttlSeconds }: ExtendRequest,
  signal: AbortSignal,
): Promise<ToolError | null> {
  const end = dead(session);
  if (end?.finished === true) {
    return {
      code: 'SESSION_EXPIRED',
      what: `Session "${name}" has ended (${end.reason}): ${sentence(end.message)}`,
      next: 'call session_create for a new session',
    };
  }
  const { spec } = session;
  if (spec === null) return denied(`Session "${name}" does not fit this release, so it can only be deleted.`);
  const current = spec.lifetime.ttlSeconds;
  if (ttlSeconds < current) {
    return {
      code: 'INVALID_ARGUMENT',
      what: `ttl_seconds ${ttlSeconds} is less than the ${current} that session "${name}" has; both count from its creation.`,
      next: `call session_extend with more than ${current}, or session_delete to end it`,
    };
  }
  if (!parts.access.knowsPolicy) return null; // admission does
  const { policies } = await parts.policiesFor(namespace, signal);
  const raw = { ...spec, lifetime: { ...spec.lifetime, ttlSeconds } };
  const { violations } = checkSpec({ raw, annotations: session.meta.annotations, policies });
  const own = violations.filter(({ path }) => path.startsWith('spec.lifetime'));
  if (own.length === 0) return null;
  const texts = own.map(
    ({ rule, path, message, fix }) => `${rule} ${path}: ${sentence(message)} Fix: ${sentence(fix)}`,
  );
  return denied(texts.join(' '));
}

const denied = (what: string): ToolError => ({
  code: 'POLICY_DENIED',
  what,
  next: 'call session_extend with a ttl_seconds that the policy allows, or ask an admin',
});
