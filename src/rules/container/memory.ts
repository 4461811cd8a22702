// Danger: 0 means unlimited, -1 as swap too; a container that cannot be OOM-killed kills others instead; shared memory is memory.
// Fields: memoryBytes, memorySwapBytes, oomKillDisabled, oomScoreAdj, shmBytes. Allowed: above 0 up to policy limits.maxMemory,
// swap equal to it, OOM kill on, score 0 to 1000, at most 64 MiB of /dev/shm. Source: CIS Docker 5.11, security.md 4.2.

import { parseQuantityBytes } from '../../lib/quantity.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerMemory: Rule<ContainerSpec> = {
  id: 'MCPS-912',
  severity: 'deny',
  title: 'container: memory',
  why: 'Without a memory limit one session takes its node down.',
  check: ({ memoryBytes, memorySwapBytes, oomKillDisabled, oomScoreAdj, shmBytes }, policy) => {
    const { maxMemory } = policy.limits;
    const bounded = memoryBytes > 0 && memoryBytes <= (parseQuantityBytes(maxMemory) ?? 0);
    const facts = [
      { holds: bounded, field: 'memoryBytes', message: `${memoryBytes} is not above 0 and at most ${maxMemory}` },
      {
        holds: memorySwapBytes === memoryBytes,
        field: 'memorySwapBytes',
        message: `${memorySwapBytes} is not equal to memory`,
      },
      { holds: !oomKillDisabled, field: 'oomKillDisabled', message: 'is true' },
      {
        holds: oomScoreAdj >= 0 && oomScoreAdj <= 1000,
        field: 'oomScoreAdj',
        message: `${oomScoreAdj} is not between 0 and 1000`,
      },
      {
        holds: shmBytes > 0 && shmBytes <= MAX_SHM_BYTES,
        field: 'shmBytes',
        message: `${shmBytes} is not above 0 and at most 64Mi`,
      },
    ] as const;
    return facts
      .filter(({ holds }) => !holds)
      .map(({ field, message }) => containerViolation({ rule: 'MCPS-912', field, message }));
  },
};

const MAX_SHM_BYTES = 67_108_864;
