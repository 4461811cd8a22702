// A child process that keeps all sessions, in one of four ways: as placement does, as the informer of client-node does, or, for
// comparison, only reading the pages or parsing the whole answer at once. Says what the first list left in memory; each
// message after that asks for another list and gets what that cost.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Resync, Subject } from './protocol.ts';
import { openInformer } from './subjects/informer.ts';
import { openPages } from './subjects/pages.ts';
import { openPlacement } from './subjects/placement.ts';
import { openWhole } from './subjects/whole.ts';

const SUBJECTS = { placement: openPlacement, informer: openInformer, pages: openPages, whole: openWhole };
const SETTLE_MS = 100;
/** Resolution of the loop's delay; it is part of every reading. */
const RESOLUTION_MS = 1;

const [name = '', url = ''] = process.argv.slice(2);
const subject: Subject = SUBJECTS[name as keyof typeof SUBJECTS](url); // a name that rows/cache.ts sends

process.once('disconnect', () => process.exit(0));
process.on('message', () => {
  void once().then((measured) => process.send?.(measured));
});
process.send?.('open');

async function once(): Promise<Resync> {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const cpu = process.cpuUsage();
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const startedMs = performance.now();
  await subject.list();
  const wallMs = performance.now() - startedMs;
  await sleep(SETTLE_MS); // what the list caused is part of it
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  const blockMs = subject.blockMs?.() ?? delay.max / 1e6 - RESOLUTION_MS;
  const { rss } = process.memoryUsage();
  globalThis.gc?.();
  const after = process.memoryUsage();
  return {
    wallMs,
    cpuMs: (user + system) / 1000,
    blockMs,
    rssMib: (rss - before.rss) / 2 ** 20,
    heldBytes: after.heapUsed - before.heapUsed,
  };
}
