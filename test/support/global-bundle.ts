// vitest globalSetup: the bundle of what is tested, before the first test that runs it.

import { execFileSync } from 'node:child_process';

export default function setupBundle(): void {
  execFileSync('node', ['hack/build.ts'], { stdio: 'inherit' });
}
