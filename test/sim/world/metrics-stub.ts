// Metrics that nobody counts: the simulation looks at effects.

import type { Metrics } from '../../../src/process/metrics.ts';

const instrument = {
  inc: () => {},
  dec: () => {},
  set: () => {},
  remove: () => {},
  reset: () => {},
  observe: () => {},
  setToCurrentTime: () => {},
  startTimer: () => () => 0,
};

export const silentMetrics = new Proxy({}, { get: () => instrument }) as unknown as Metrics; // every instrument takes every call
