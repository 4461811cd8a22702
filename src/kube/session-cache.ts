// The sessions that a program watches: those of one node, those without a node, or all.

import { assertNever } from '../lib/assert-never.ts';
import { sessionKeyOf } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionCache } from '../ports/sessions.ts';
import { SESSIONS } from './api-paths.ts';
import { parseSession } from './parse-session.ts';
import { type CacheOptions, createReflector } from './reflector.ts';
import { createSharedParts } from './shared-parts.ts';

/** Which sessions: `unassigned` are those that placement has yet to look at. */
export type SessionFilter =
  | { readonly sessions: 'all' }
  | { readonly sessions: 'unassigned' }
  | { readonly sessions: 'of-node'; readonly nodeName: string };

export interface ObservingSessionCache extends SessionCache {
  /** Takes in the answer to a write of our own, so that the next look does not see the time before it. */
  observe(session: McpSession): void;
}

/** A node has few sessions: a list as often as F8 of security.md 3.3 wants costs nothing. */
const NODE_RELIST_MS = 30_000;

export function createSessionCache(
  options: CacheOptions & {
    readonly filter: SessionFilter;
    /** null watches all namespaces. */
    readonly namespace: string | null;
  },
): ObservingSessionCache {
  const { filter, limits, ...rest } = options;
  const share = createSharedParts();
  const reflector = createReflector<McpSession>({
    ...rest,
    resource: SESSIONS,
    fieldSelector: fieldSelectorOf(filter),
    parse: (raw, known) => {
      const session = parseSession(raw, known);
      return session === null ? null : share(session);
    },
    limits: { ...(filter.sessions === 'of-node' ? { relistEveryMs: NODE_RELIST_MS } : {}), ...limits },
  });
  return {
    run: (onChange, signal) => reflector.run(onChange, signal),
    isSynced: () => reflector.isSynced(),
    whenSynced: (signal) => reflector.whenSynced(signal),
    cached: (reference) => reflector.get(sessionKeyOf(reference)),
    all: () => reflector.values(),
    lastSeenMs: () => reflector.lastSeenMs(),
    observe(session) {
      const { uid, resourceVersion } = session.meta;
      reflector.observe({ key: sessionKeyOf(session.meta), uid, resourceVersion, value: share(session) });
    },
  };
}

function fieldSelectorOf(filter: SessionFilter): string | undefined {
  switch (filter.sessions) {
    case 'all':
      return undefined;
    case 'unassigned':
      return 'status.assignment.nodeName=';
    case 'of-node':
      return `status.assignment.nodeName=${filter.nodeName}`;
    default:
      return assertNever(filter);
  }
}
