// What every namespace mode has in common: private is fine, "host" needs policy, everything else is refused. Values are
// compared exactly, because the engine takes "Host" or " host" as names and fails or guesses later (security.md 4.2).

import { shownValue } from '../lib/visible-text.ts';
import type { Policy } from '../model/policy.ts';
import type { Violation } from '../model/violation.ts';

export type HostNamespace = Policy['hostNamespaces']['allow'][number];

export function namespaceModeViolations(input: {
  readonly rule: string;
  readonly path: string;
  readonly value: string;
  /** Spellings of the private namespace. */
  readonly privateModes: readonly string[];
  readonly namespace: HostNamespace;
  /** What sharing gives away, as the end of a sentence: "shows every process of the node". */
  readonly danger: string;
  readonly policy: Policy;
}): readonly Violation[] {
  const { rule, path, value, privateModes, namespace, danger, policy } = input;
  const hostAllowed = policy.hostNamespaces.allow.includes(namespace);
  if (privateModes.includes(value) || (value === 'host' && hostAllowed)) return [];
  const folded = value.trim().toLowerCase();
  const message =
    folded === 'host' && !hostAllowed
      ? `host mode ${danger}; policy hostNamespaces.allow does not list "${namespace}"`
      : folded.startsWith('container:')
        ? `joining the namespace of another container breaks the isolation of both`
        : `"${shownValue(value)}" is not a mode of this operator`;
  return [{ rule, kind: 'forbidden', path, message, fix: 'leave it out for a private namespace' }];
}
