// vitest globalSetup: a Docker Engine, the session image and the bundle, before the first integration test. On a machine
// without an engine, Debian's is installed and started, and stopped again at the end.

import { execFileSync } from 'node:child_process';
import { ensureDocker } from '../../hack/docker.ts';
import { ensureSessionImage } from '../../hack/session-image.ts';

const log = (line: string): void => void process.stdout.write(`${line}\n`);

export default async function setupEngine(): Promise<() => Promise<void>> {
  const engine = await ensureDocker({ log });
  await ensureSessionImage({ socketPath: engine.socketPath, log });
  execFileSync('node', ['hack/build.ts'], { stdio: 'inherit' });
  return () => engine.stop();
}
