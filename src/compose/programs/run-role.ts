// A role as a process of its own.

import type { RoleName } from '../../config/role-settings.ts';
import { assertNever } from '../../lib/assert-never.ts';
import type { Shutdown } from '../../process/shutdown.ts';
import type { ProgramHost } from './open-program.ts';
import type { RoleProgram } from './read-program.ts';
import { runController } from './run-controller.ts';
import { runFrontend } from './run-frontend.ts';
import { runPlacement } from './run-placement.ts';
import { runWebhook } from './run-webhook.ts';

/** Any of the four, its settings being those of its role. */
export type AnyProgram = { [Role in RoleName]: RoleProgram<Role> }[RoleName];

/** Runs until the stop; rejects with OperatorError when the role cannot go on. */
export function runRole(program: AnyProgram, host: ProgramHost, shutdown: Shutdown): Promise<void> {
  switch (program.role) {
    case 'controller':
      return runController(program, host, shutdown);
    case 'placement':
      return runPlacement(program, host, shutdown);
    case 'webhook':
      return runWebhook(program, host, shutdown);
    case 'frontend':
      return runFrontend(program, host, shutdown);
    default:
      return assertNever(program);
  }
}
