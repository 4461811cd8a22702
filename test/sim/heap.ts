import { historyOf } from './history.ts';
import { inTurns, setWorld, takeOverTimers } from './kit/real-time.ts';
import { writeHeapSnapshot } from 'node:v8';
Error.stackTraceLimit = 0;
takeOverTimers();
const n = 300; let k = 0;
let h: ReturnType<typeof historyOf> | null = historyOf(5, k); setWorld(h.world.scheduler);
await inTurns(() => {
  if (h!.over) { k++; if (k>=n) return true; if (k % 100 === 0) { (globalThis as any).gc(); console.log(k, process.memoryUsage().heapUsed / 1e6); } h = historyOf(5,k); setWorld(h.world.scheduler); return false; }
  h!.step(); return false;
});
h = null; setWorld(null);
(globalThis as any).gc(); console.log(k, process.memoryUsage().heapUsed / 1e6);
if (process.argv[2]) writeHeapSnapshot('/tmp/h2/heap.heapsnapshot');
