// Builds the probe of system calls as the session init is built: once for each content of its sources.

import { buildRustProgram } from '../../../hack/init/rust-program.ts';

const SYSCALL_PROBE = {
  what: 'syscall probe',
  sourceDir: import.meta.dirname,
  packageName: 'syscall-probe',
  fileName: 'syscall-probe',
};

/** Path of a static program. Throws as `buildRustProgram` does. */
export async function buildSyscallProbe(): Promise<string> {
  return (await buildRustProgram(SYSCALL_PROBE, () => {})).path;
}
