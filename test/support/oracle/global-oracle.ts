// vitest globalSetup: the effect oracle over every container that any integration test creates (security.md G10, I8). The run fails
// at its end when a container differed from the profile and no test said that it would, or when one said so and it did not.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

import { createEngineReader } from './engine-socket.ts';
import { readExemptions } from './run.ts';
import { blindness, verdictOf } from './verdict.ts';
import { startWatcher, type Watched } from './watcher.ts';

const SOCKET = '/var/run/docker.sock';

export default function setupOracle(project: TestProject): () => Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'mcpsession-oracle-'));
  const run = { id: randomBytes(4).toString('hex'), exemptionsFile: join(dir, 'exemptions.jsonl') };
  writeFileSync(run.exemptionsFile, '');
  project.provide('oracle', run);
  const watcher = startWatcher(createEngineReader(SOCKET), run);
  return async () => {
    const watched = await watcher.stop();
    const problems = report(watched, run.exemptionsFile);
    rmSync(dir, { recursive: true, force: true });
    if (problems.length === 0) return;
    process.exitCode = 1; // vitest itself only prints what a teardown throws
    throw new Error(`the effect oracle found:\n${problems.join('\n')}`);
  };
}

function report(watched: Watched, exemptionsFile: string): readonly string[] {
  const { seen, missed, foreign, faults } = watched;
  const { unexplained, neverSeen, explained } = verdictOf(seen, readExemptions(exemptionsFile));
  const full = seen.filter((each) => each.full).length;
  process.stdout.write(
    `oracle: ${seen.length} containers examined, ${full} fully, ${unexplained.length} differences` +
      ` (${explained} meant by tests, ${missed.length} gone before a look, ${foreign} of other runs)\n`,
  );
  return [
    ...unexplained,
    ...blindness(seen, missed),
    ...neverSeen.map((each) => `expected and never seen: ${each}`),
    ...faults.map((each) => `the oracle itself failed: ${each}`),
  ];
}
