import { defineConfig } from 'vitest/config';

import { FileOrder } from './test/support/file-order.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: FileOrder },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // They wait for nothing, but a property over thousands of cases takes its time on a machine that does other things too.
          testTimeout: 30_000,
          environment: 'node',
          // No module keeps state (style.md 13), so the files can share their imports: a third of the time.
          isolate: false,
          pool: 'threads',
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: [
            'test/support/global-engine.ts',
            'test/support/oracle/global-oracle.ts',
            'test/support/global-control-plane.ts',
          ],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Twice as many as cores: the longest ones mostly wait for deadlines. Many more would queue on the one engine.
          maxWorkers: 4,
          // As with the unit tests: importing everything anew for each file took a fifth of the time.
          isolate: false,
          environment: 'node',
        },
      },
      {
        test: {
          // A real cluster on this machine (hack/cluster): needs root, and there is only one at a time, which all files share.
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: ['test/cluster/support/global-cluster.ts'],
          testTimeout: 240_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          environment: 'node',
        },
      },
    ],
  },
});
