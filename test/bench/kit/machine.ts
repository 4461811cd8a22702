// What the figures were measured on: they are this machine's.

import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

import { createRawEngine } from './raw-engine.ts';

export async function machineFacts(socketPath: string) {
  const engine = createRawEngine(socketPath);
  try {
    const { engine: engineVersion, api } = await engine.version();
    return {
      measuredAt: new Date().toISOString(),
      cpus: availableParallelism(),
      cpuModel: cpus()[0]?.model ?? 'unknown',
      memoryGiB: Math.round(totalmem() / 1024 ** 3),
      kernel: release(),
      node: process.versions.node,
      engine: engineVersion,
      engineApi: api,
      /** Of the last minute. */
      load: loadavg()[0] ?? 0,
    };
  } finally {
    engine.close();
  }
}
