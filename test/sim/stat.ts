import { historyOf } from './history.ts';
import { inTurns, setWorld, takeOverTimers } from './kit/real-time.ts';
Error.stackTraceLimit = 0;
takeOverTimers();
const n = 600; let k = 0;
let h = historyOf(5, k); setWorld(h.world.scheduler);
const ph = new Map<string, number>(); const kinds = new Map<string, number>(); const settleMs: number[] = [];
let last = '', began = 0;
await inTurns(() => {
  if (h.over) { settleMs.push(h.world.scheduler.nowMs - began); k++; if (k>=n) return true; h = historyOf(5,k,{narrate}); setWorld(h.world.scheduler); last='';return false; }
  h.step(); return false;
});
function narrate(l: string) {
  if (l.includes('the faults end')) { began = h.world.scheduler.nowMs; last = 'settle'; }
  else if (l.includes('all is as')) last = 'rest';
  const phase = last || 'faults';
  ph.set(phase, (ph.get(phase) ?? 0) + 1);
  const key = phase + ' ' + l.replace(/^\s*\d+\s+[\d.]+ s\s+/, '').replace(/n\d|p1|mcps-\S+|registry\S*/g, '#').replace(/\/apis\/\S*\//, '').slice(0, 40);
  kinds.set(key, (kinds.get(key) ?? 0) + 1);
}
for (const [a,b] of ph) console.log(a, b/n);
settleMs.sort((a,b)=>a-b); console.log('settle+rest sim s: median', settleMs[n/2]!/1000, 'p90', settleMs[n*0.9]!/1000, 'mean', settleMs.reduce((a,b)=>a+b)/n/1000);
for (const [a,b] of [...kinds].sort((x,y)=>y[1]-x[1]).slice(0,45)) console.log((b/n).toFixed(2), a);
