// Quotas at admission: counted from a watch of all sessions and from what this process admitted a moment ago, so that a burst of
// creates is cut off here. Two webhooks do not know of each other: placement decides for good (plan/quota-turn.ts).

import { OperatorError } from '../lib/errors.ts';
import { OWNER_ANNOTATION, sessionKeyOf } from '../model/names.ts';
import type { Policy } from '../model/policy.ts';
import type { Violation } from '../model/violation.ts';
import type { Clock } from '../ports/clock.ts';
import type { SessionCache } from '../ports/sessions.ts';
import { countsAgainstQuota, type QuotaEntry, quotaEntryOf, quotaViolations } from '../rules/access/quota.ts';
import type { AdmissionRequest } from './admission-review.ts';

/** What was admitted counts for so long without being seen: another admission plugin may have refused it. */
const UNSEEN_MS = 5_000;

export interface SessionQuota {
  /** Rejects with `unavailable` when the sessions are not known in time: an unknown number is no small one. */
  whenKnown(request: AdmissionRequest, signal: AbortSignal): Promise<void>;
  /** Of a create; none for every other request. Throws `unavailable` before the sessions are known. */
  problems(request: AdmissionRequest, policy: Policy): readonly Violation[];
  /** The answer was yes. A dry run takes no place. Call it without a wait after `problems`. */
  admitted(request: AdmissionRequest): void;
  /** The watch has told of this session: it came, or it came and went. */
  noticed(key: string): void;
}

export function createSessionQuota(options: {
  readonly cache: Pick<SessionCache, 'isSynced' | 'whenSynced' | 'all' | 'cached'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}): SessionQuota {
  const { cache, clock } = options;
  const unseen = new Map<string, QuotaEntry & { readonly untilMs: number }>();

  const forgetSeen = (): void => {
    const nowMs = clock.monotonicMs();
    for (const [key, { untilMs }] of unseen) if (untilMs <= nowMs || isCached(key)) unseen.delete(key);
  };
  const isCached = (key: string): boolean => {
    const [namespace = '', name = ''] = key.split('/');
    return cache.cached({ namespace, name }) !== null;
  };
  function* others(key: string): Iterable<QuotaEntry> {
    for (const session of cache.all()) {
      if (countsAgainstQuota(session) && sessionKeyOf(session.meta) !== key) yield quotaEntryOf(session);
    }
    for (const [admitted, entry] of unseen) if (admitted !== key) yield entry;
  }

  return {
    async whenKnown({ operation }, signal) {
      if (operation !== 'CREATE' || cache.isSynced()) return;
      await cache.whenSynced(signal).catch(() => {
        throw notKnown();
      });
    },
    problems(request, policy) {
      if (request.operation !== 'CREATE' || request.object === null) return [];
      if (!cache.isSynced()) throw notKnown();
      forgetSeen();
      return quotaViolations({ ...entryOf(request), others: others(keyOf(request)) }, policy);
    },
    admitted(request) {
      if (request.operation !== 'CREATE' || request.dryRun) return;
      unseen.set(keyOf(request), { ...entryOf(request), untilMs: clock.monotonicMs() + UNSEEN_MS });
    },
    noticed: (key) => void unseen.delete(key),
  };
}

/** A name that the API server has yet to make up is known by its request, until that is forgotten. */
const keyOf = (request: AdmissionRequest): string =>
  sessionKeyOf(request.name === '' ? { namespace: request.namespace, name: `?${request.uid}` } : request);

const entryOf = ({ namespace, object }: AdmissionRequest): QuotaEntry => ({
  namespace,
  owner: object?.annotations[OWNER_ANNOTATION] ?? null,
});

const notKnown = (): OperatorError =>
  new OperatorError(
    'unavailable',
    'the sessions of the cluster are not listed yet, so quotas cannot be counted; try again',
  );
