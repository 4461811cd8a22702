// `make demo`: the main path, seen by a person. Every step says what it saw; out/demo.json holds the same for programs.
// Whatever happens, what the demo started ends with it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { steps } from './steps.ts';
import { createStage, type DemoStep } from './stage.ts';

const results: { name: string; ok: boolean; ms: number; seen: string }[] = [];
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stage = createStage({ say, signal: stop.signal });

async function play(step: DemoStep, position: string): Promise<boolean> {
  const startMs = performance.now();
  const label = `${position} ${step.name.padEnd(9)}`;
  try {
    stop.signal.throwIfAborted();
    const seen = await step.run(stage);
    const ms = Math.round(performance.now() - startMs);
    results.push({ name: step.name, ok: true, ms, seen });
    say(`${label} ${seen} (${(ms / 1000).toFixed(1)} s)`);
    return true;
  } catch (thrown) {
    const seen = thrown instanceof Error ? thrown.message : String(thrown);
    results.push({ name: step.name, ok: false, ms: Math.round(performance.now() - startMs), seen });
    say(`${label} FAILED: ${seen}`);
    return false;
  }
}

let ok = true;
for (const [index, step] of steps.entries()) {
  if (!ok && !step.always) continue;
  ok = (await play(step, `[${index + 1}/${steps.length}]`)) && ok;
}
await stage.close();

mkdirSync('out', { recursive: true });
writeFileSync('out/demo.json', `${JSON.stringify({ ok, steps: results }, null, 2)}\n`);
say(
  ok
    ? '\nEvery step held. Next: node_modules/.bin/node dist/mcpsession.mjs up   (and see README.md)'
    : '\nThe demo failed; see out/demo.json and out/demo.log',
);
process.exit(ok ? 0 : 1);
