// Builds the probe of system calls as the session init is built: once for each content of its sources.

import { join } from 'node:path';

import { INIT_CACHE_DIR } from '../../../hack/init/cargo.ts';
import { buildCrate } from '../../../hack/init/crate-build.ts';

const SYSCALL_PROBE = {
  sourceDir: import.meta.dirname,
  program: 'syscall-probe',
  cacheDir: join(INIT_CACHE_DIR, '../syscall-probe'),
  title: 'syscall probe',
};

/** Path of a static program. Throws as `buildCrate` does. */
export async function buildSyscallProbe(): Promise<string> {
  return (await buildCrate(SYSCALL_PROBE, () => {})).path;
}
