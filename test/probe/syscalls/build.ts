// Builds the probe with the cargo that builds the session init.

import { join } from 'node:path';

import { cargoEnvironment, ensureCargo, INIT_CACHE_DIR } from '../../../hack/init/cargo.ts';
import { runTool } from '../../../src/embedded/binaries/run-tool.ts';

const BUILD_WITHIN_MS = 300_000;

/** Path of a static program. Throws with cargo's last lines when it does not build. */
export async function buildSyscallProbe(): Promise<string> {
  const cargo = await ensureCargo(() => {});
  const targetDir = join(INIT_CACHE_DIR, 'target-syscall-probe');
  const run = {
    program: cargo.program,
    args: ['build', '--release', '--locked', '--offline'],
    cwd: import.meta.dirname,
    environment: cargoEnvironment(cargo, targetDir),
  };
  const { exitCode, lastLines } = await runTool(run, AbortSignal.timeout(BUILD_WITHIN_MS));
  if (exitCode !== 0) throw new Error(`cargo build failed in test/probe/syscalls:\n${lastLines}`);
  return join(targetDir, 'release', 'syscall-probe');
}
