// `mcpsession placement`: any number of them, of which one leads.

import type { Shutdown } from '../../process/shutdown.ts';
import { firstFailure, untilAborted } from '../first-failure.ts';
import { startPlacement } from '../roles/placement.ts';
import { openProgram, type ProgramHost } from './open-program.ts';
import type { RoleProgram } from './read-program.ts';

export async function runPlacement(
  program: RoleProgram<'placement'>,
  host: ProgramHost,
  shutdown: Shutdown,
): Promise<void> {
  const { signal } = shutdown;
  const opened = await openProgram(program, host, shutdown);
  const placement = startPlacement(opened, signal);
  shutdown.onClose('placement', async () => {
    await placement.done.catch(() => {}); // reported below
    await placement.close();
  });
  opened.readyWhen(() => ({ namespaces: placement.isReady() }));
  await Promise.race([
    untilAborted(signal),
    firstFailure({ placement: placement.done, policy: opened.policies.keep(signal) }),
  ]);
}
