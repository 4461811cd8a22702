// Leases that nobody else wants, in memory.

import type { LeaseStore } from '../../../src/ports/nodes.ts';

export function memoryLeases(): LeaseStore {
  return {
    read: async () => null,
    write: async (_name, { holder, durationSeconds }) => ({
      holder,
      durationSeconds,
      renewTime: new Date().toISOString(),
      resourceVersion: '1',
    }),
    list: async () => new Map(),
  };
}
