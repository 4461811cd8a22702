// Both quotas at once, for whoever can count: the front end, admission, and placement, which alone counts without a race.

import type { Policy } from '../../model/policy.ts';
import { type McpSession, ownerOf } from '../../model/session.ts';
import type { Violation } from '../../model/violation.ts';
import { namespaceQuotaViolation } from './namespace-quota.ts';
import { ownerQuotaViolation } from './owner-quota.ts';

/** What a quota counts of a session. */
export interface QuotaEntry {
  readonly namespace: string;
  /** null for a session that was made without the front end: it counts for its namespace alone. */
  readonly owner: string | null;
}

type Counted = Pick<McpSession, 'status'> & {
  readonly meta: Pick<McpSession['meta'], 'namespace' | 'deletionMs' | 'annotations'>;
};

/** Unfinished and not being deleted; suspended sessions count, because they can start again at any time. */
export const countsAgainstQuota = ({ meta, status }: Counted): boolean =>
  meta.deletionMs === null && status.finishedAt === undefined;

export const quotaEntryOf = ({ meta }: Counted): QuotaEntry => ({ namespace: meta.namespace, owner: ownerOf(meta) });

/** `others`: what counts beside the session that is judged. Held whatever else policy switches off: it is no safety rule of a spec. */
export function quotaViolations(
  asked: QuotaEntry & { readonly others: Iterable<QuotaEntry> },
  policy: Policy,
): readonly Violation[] {
  const { namespace, owner } = asked;
  let ofOwner = 0;
  let ofNamespace = 0;
  for (const other of asked.others) {
    if (owner !== null && other.owner === owner) ofOwner += 1;
    if (other.namespace === namespace) ofNamespace += 1;
  }
  return countedQuotaViolations({ namespace, owner, ofOwner, ofNamespace }, policy);
}

/** For whoever has counted already: the others of the same owner, and of the same namespace. */
export function countedQuotaViolations(
  counted: QuotaEntry & { readonly ofOwner: number; readonly ofNamespace: number },
  policy: Policy,
): readonly Violation[] {
  const { namespace, owner, ofOwner, ofNamespace } = counted;
  const found = [
    owner === null ? null : ownerQuotaViolation({ owner, others: ofOwner }, policy),
    namespaceQuotaViolation({ namespace, others: ofNamespace }, policy),
  ];
  return found.filter((violation) => violation !== null);
}
