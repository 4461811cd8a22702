import { historyOf } from './history.ts';
import { writeSync } from 'node:fs';
import { inTurns, setWorld, takeOverTimers } from './kit/real-time.ts';
Error.stackTraceLimit = Number(process.env['STL'] ?? 0);
takeOverTimers();
const n = Number(process.argv[2] ?? 10), seed = Number(process.argv[3] ?? 1), only = process.argv[4];
process.on('unhandledRejection', (e) => { console.log('UNHANDLED', e); process.exit(1); });
let k = only === undefined ? 0 : Number(only), steps = 0, violations = 0;
const narrate = only === undefined ? null : (l: string) => console.log(l);
const cpu0 = process.cpuUsage();
let h = historyOf(seed, k, { narrate }); setWorld(h.world.scheduler);
const kinds = new Map<string, number>();
await inTurns(() => {
  if (h.over) {
    const o = h.outcome(); steps += o.steps;
    if (o.violations.length) { violations++; const v = o.violations[0]!; const key = v.invariant + ' ' + v.what.replace(/\d{2,}/g,'#').slice(0, 90); if (!kinds.has(key)) console.log(k, key); kinds.set(key, (kinds.get(key)??0)+1); }
    k++; if (process.env['SHOW']) writeSync(2, 'K=' + k + '\n');
    if (only !== undefined || k >= n) return true;
    h = historyOf(seed, k); setWorld(h.world.scheduler);
    return false;
  }
  h.step();
  return false;
});
const cpu = process.cpuUsage(cpu0);
console.log({ histories: k, steps, violations, cpuMs: (cpu.user + cpu.system)/1000, msPer: (cpu.user+cpu.system)/1000/k, perStepUs: (cpu.user+cpu.system)/steps });
for (const [a,b] of kinds) console.log(b, a);
