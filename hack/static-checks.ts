// Checks that need no test runner: types, lint, format, generated files. All of them run, so that one run shows every problem.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

const SOURCES = ['src', 'test', 'hack'];
const CHECKS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', ...SOURCES] },
  { name: 'format', command: ['biome', 'format', ...SOURCES] },
  { name: 'generated files', command: ['node', 'hack/generate.ts', '--check'] },
];

const results = CHECKS.map(({ name, command: [program = '', ...args] }) => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const passed = status === 0;
  process.stdout.write(`${passed ? 'ok  ' : 'FAIL'} ${name}\n`);
  if (!passed) process.stdout.write(`${stdout}${stderr}\n`);
  return passed;
});

const passed = results.filter(Boolean).length;
mkdirSync('out', { recursive: true });
writeFileSync('out/static.json', JSON.stringify({ passed, failed: results.length - passed, skipped: 0 }));
process.exitCode = passed === results.length ? 0 : 1;
