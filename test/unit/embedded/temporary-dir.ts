// A private directory for one test, removed with it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

export async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'mcps-embedded-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
