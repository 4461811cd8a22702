// The closed list of workloads (security.md 3.2).

import { w16 } from './anonymous-volume.ts';
import { w0 } from './steady.ts';
import { w7, w9, w10, w11 } from './changes.ts';
import { w14 } from './foreign-hands.ts';
import { w6, w13 } from './many.ts';
import { w12, w12b } from './moves.ts';
import { w1, w2, w3, w4, w5 } from './plain-lives.ts';
import { w15 } from './storage.ts';
import { w8 } from './streams.ts';
import type { Workload } from './workload.ts';

export const WORKLOADS: readonly Workload[] = [
  w0,
  w1,
  w2,
  w3,
  w4,
  w5,
  w6,
  w7,
  w8,
  w9,
  w10,
  w11,
  w12,
  w12b,
  w13,
  w14,
  w15,
  w16,
];

export function workloadOf(id: string): Workload {
  const found = WORKLOADS.find((workload) => workload.id === id);
  if (found === undefined)
    throw new Error(`no workload ${id}; there are ${WORKLOADS.map((each) => each.id).join(', ')}`);
  return found;
}
