// Which policies judge the sessions of a namespace: those that its labels choose, at this moment.

import type { Namespaces, Policies } from '../ports/policies.ts';
import { choosePolicies } from '../rules/profile-choice.ts';
import type { PoliciesFor } from './service-parts.ts';

export const policiesOfNamespaces =
  (policies: Policies, namespaces: Pick<Namespaces, 'labelsOf'>): PoliciesFor =>
  async (namespace, signal) => {
    const labels = await namespaces.labelsOf(namespace, signal);
    const all = policies.current();
    return { policies: choosePolicies(all, labels), isSuspended: all.suspension !== 'none', all };
  };
