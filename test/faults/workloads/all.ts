// The closed list of workloads (security.md 3.2).

import { w1, w2, w3, w4, w5 } from './plain-lives.ts';
import type { Workload } from './workload.ts';

export const WORKLOADS: readonly Workload[] = [w1, w2, w3, w4, w5];

export function workloadOf(id: string): Workload {
  const found = WORKLOADS.find((workload) => workload.id === id);
  if (found === undefined)
    throw new Error(`no workload ${id}; there are ${WORKLOADS.map((each) => each.id).join(', ')}`);
  return found;
}
