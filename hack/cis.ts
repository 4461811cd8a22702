// `make cis`: the checks of CIS Docker Benchmark section 5 over the running session containers of an engine, or over those named.
//   node hack/cis.ts [--socket PATH] [CONTAINER...]
// Exits 1 when a check fails, or when nobody can look.

import { parseArgs } from 'node:util';
import { probeEngine } from './docker/probe-engine.ts';
import { containerText, judgeContainer } from './cis/judge-container.ts';
import { readFacts, sessionContainers } from './cis/read-facts.ts';

const WITHIN_MS = 60_000;

const counted = (count: number): string => `${count} container${count === 1 ? '' : 's'}`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { socket: { type: 'string', default: '/var/run/docker.sock' } },
    allowPositionals: true,
  });
  const { socket: socketPath } = values;
  // A check must not change what it checks: it starts no engine.
  const engine = await probeEngine(socketPath);
  if (engine.state !== 'answers') {
    console.error(`error: no Docker Engine answers on ${socketPath} (${engine.state}); name its socket with --socket`);
    return 1;
  }
  const signal = AbortSignal.timeout(WITHIN_MS);
  const names = positionals.length > 0 ? positionals : await sessionContainers(socketPath, signal);
  if (names.length === 0) {
    console.log('no session container is running on this engine; name containers to check others');
    return 0;
  }
  console.log(`CIS Docker Benchmark 1.6.0, section 5: ${counted(names.length)}\n`);
  let failed = 0;
  for (const name of names) {
    const facts = await readFacts(socketPath, name, signal);
    const results = judgeContainer(facts);
    console.log(
      containerText(`${facts.container.Name.replace(/^\//, '')} (${facts.container.Config.Image ?? ''})`, results),
    );
    if (results.some(({ status }) => status === 'FAIL')) failed += 1;
  }
  console.log(`${counted(names.length)}, ${failed === 0 ? 'none' : failed} with a failed check`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (thrown) {
  console.error(`error: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
}
