// Danger: a label that is misspelt would judge a namespace by another profile than its owner believes.
// Fields: labels mcpsession.dev/profile, /warn and /audit of the namespace. Allowed: the name of a profile, or no label.
// Source: design.md 3, Pod Security Admission (labels of a namespace).

import { AUDIT_LABEL, PROFILE_LABEL, WARN_LABEL } from '../model/names.ts';
import { PROFILE_NAMES } from '../model/policy.ts';
import { isProfileName, type PolicySet, type ProfilePolicy } from '../model/policy-set.ts';
import type { Violation } from '../model/violation.ts';

export const PROFILE_LABEL_RULE = {
  id: 'MCPS-610',
  severity: 'deny',
  title: 'profile of the namespace',
  why: 'A misspelt label would judge a namespace by another profile than its owner believes.',
} as const;

export interface ChosenPolicies {
  readonly enforce: ProfilePolicy;
  /** Its refusals are shown as warnings. */
  readonly warn: ProfilePolicy | null;
  /** Its refusals are written into the cluster's audit log. */
  readonly audit: ProfilePolicy | null;
  /** Labels that name no profile: nothing new is admitted until they do. What runs is judged by the default profile. */
  readonly problems: readonly Violation[];
}

export function choosePolicies(set: PolicySet, labels: Readonly<Record<string, string>>): ChosenPolicies {
  const problems: Violation[] = [];
  const chosen = (label: string): ProfilePolicy | null => {
    const name = labels[label];
    if (name === undefined) return null;
    if (isProfileName(name)) return set.profiles[name];
    problems.push(unknownProfile(label, name));
    return null;
  };
  const enforce = chosen(PROFILE_LABEL) ?? set.profiles[set.defaultProfile];
  return { enforce, warn: chosen(WARN_LABEL), audit: chosen(AUDIT_LABEL), problems };
}

function unknownProfile(label: string, name: string): Violation {
  return {
    rule: PROFILE_LABEL_RULE.id,
    kind: 'invalid',
    path: 'metadata.namespace',
    value: name,
    message: `label ${label} names no profile`,
    fix: `name one of ${PROFILE_NAMES.join(', ')}, or delete the label`,
  };
}
