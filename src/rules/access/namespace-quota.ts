// Danger: one namespace takes the room of all others on the nodes, by mistake or on purpose.
// Fields: metadata.namespace. Allowed: on create, fewer than policy limits.perNamespace unfinished sessions in the namespace.
// Source: requirements.md S4.DEV.03, issue 5 (quotas per namespace).

import type { Policy } from '../../model/policy.ts';
import type { Violation } from '../../model/violation.ts';

export const NAMESPACE_QUOTA_RULE = {
  id: 'MCPS-411',
  severity: 'deny',
  title: 'sessions of one namespace',
  why: 'One namespace takes the room of all others on the nodes.',
} as const;

/** `others`: unfinished sessions of the namespace beside the one that is judged. */
export function namespaceQuotaViolation(
  { namespace, others }: { readonly namespace: string; readonly others: number },
  { limits }: Policy,
): Violation | null {
  if (others < limits.perNamespace) return null;
  return {
    rule: NAMESPACE_QUOTA_RULE.id,
    kind: 'forbidden',
    path: 'metadata.namespace',
    value: namespace,
    message: `the namespace has ${others} unfinished sessions; policy limits.perNamespace is ${limits.perNamespace}`,
    fix: 'delete one of them, or wait until one ends',
  };
}
