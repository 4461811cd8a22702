// Policies for tests: from settings as a policy file would have them, fixed, in namespaces without labels.

import type { LivePolicies } from '../../src/compose/policy-file.ts';
import { parsePolicy } from '../../src/config/load-policy.ts';
import type { PolicySet } from '../../src/model/policy-set.ts';
import type { Namespaces } from '../../src/ports/policies.ts';
import { type ChosenPolicies, choosePolicies } from '../../src/rules/profile-choice.ts';

export function aPolicySet(settings: Readonly<Record<string, unknown>> = {}): PolicySet {
  const parsed = parsePolicy(JSON.stringify(settings), 'the policy of the test');
  if (!parsed.ok) throw new Error(parsed.error.join('\n'));
  return parsed.value;
}

export const chosenPolicies = (
  settings: Readonly<Record<string, unknown>> = {},
  labels: Readonly<Record<string, string>> = {},
): ChosenPolicies => choosePolicies(aPolicySet(settings), labels);

/** Never changes. */
export function fixedPolicies(settings: Readonly<Record<string, unknown>> = {}): LivePolicies {
  const set = aPolicySet(settings);
  return { current: () => set, onChange: () => {}, onRefused: () => {}, keep: () => Promise.resolve() };
}

export const unlabelled: Namespaces = { labelsOf: () => Promise.resolve({}), knownLabelsOf: () => ({}) };

/** Room for as many sessions as a test wants, on a node of any size. */
export const ROOMY = {
  limits: { perNode: 10_000, perNamespace: 10_000, perOwner: 10_000, cpuRequest: '1m', memoryRequest: '1Mi' },
};
