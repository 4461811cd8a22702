// `mcpsession extend`: more time for a session, through the API server with the person's own rights; admission judges it.

import { isFault, OperatorError } from '../../lib/errors.ts';
import { isoTime } from '../../lib/iso-time.ts';
import type { McpSession } from '../../model/session.ts';
import type { SessionReference, SessionStore } from '../../ports/sessions.ts';
import type { ExtendOptions } from '../arguments/extend.ts';

/** The controller writes the status while we write the spec: so often it may be faster. */
const MOST_TRIES = 5;

/** Resolves with the sentence for the person. Rejects with OperatorError. */
export async function extendSession(
  wanted: SessionReference & Pick<ExtendOptions, 'extend'>,
  sessions: Pick<SessionStore, 'read' | 'setTimeToLive'>,
  signal: AbortSignal,
): Promise<string> {
  const { extend, ...reference } = wanted;
  let ttlSeconds: number | null = null;
  for (let tries = 1; ; tries += 1) {
    const session = await sessions.read(reference, signal);
    const current = lifetimeOf(session, reference);
    ttlSeconds ??= extend.kind === 'to' ? extend.seconds : current.ttlSeconds + extend.seconds; // once: a second try adds nothing
    if (ttlSeconds < current.ttlSeconds) throw shorter(reference, current.ttlSeconds);
    try {
      if (ttlSeconds > current.ttlSeconds) await sessions.setTimeToLive(current.session, ttlSeconds, signal);
      const endsAt = isoTime(current.session.meta.creationMs + ttlSeconds * 1000);
      return `session ${JSON.stringify(reference.name)} ends at ${endsAt} (lifetime.ttlSeconds ${ttlSeconds})`;
    } catch (thrown) {
      if (!isFault(thrown, 'conflict') || tries >= MOST_TRIES) throw thrown;
    }
  }
}

function lifetimeOf(
  session: McpSession | null,
  { namespace, name }: SessionReference,
): { readonly session: McpSession; readonly ttlSeconds: number } {
  const where = `${JSON.stringify(name)} in namespace "${namespace}"`;
  if (session === null) throw new OperatorError('not-found', `no session ${where}`);
  if (session.status.finishedAt !== undefined || session.meta.deletionMs !== null)
    throw new OperatorError('expired', `session ${where} is over; create a new one`);
  if (session.spec === null)
    throw new OperatorError('invalid', `session ${where} does not fit this release; delete it`);
  return { session, ttlSeconds: session.spec.lifetime.ttlSeconds };
}

const shorter = ({ name }: SessionReference, ttlSeconds: number): OperatorError =>
  new OperatorError(
    'invalid',
    `session ${JSON.stringify(name)} has ${ttlSeconds} s from its creation on, which is more; to end it, delete it`,
  );
