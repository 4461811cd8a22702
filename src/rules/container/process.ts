// Danger: an empty entrypoint runs the image's own, a health check runs its commands, a stop signal such as SIGCONT never stops,
// a terminal merges output streams. Fields: entrypoint, healthcheck, stopSignal, tty. Allowed: a named program, no health check
// (design.md 8.18), a signal that ends processes, no terminal. Source: security.md 4.4.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerProcess: Rule<ContainerSpec> = {
  id: 'MCPS-925',
  severity: 'deny',
  title: 'container: main process',
  why: 'What the image would start by itself is not what was approved.',
  check: ({ entrypoint, healthcheck, stopSignal, tty }) => {
    const facts = [
      { holds: (entrypoint[0] ?? '') !== '', field: 'entrypoint', message: 'names no program' },
      { holds: !healthcheck, field: 'healthcheck', message: 'is true' },
      {
        holds: STOP_SIGNALS.has(stopSignal),
        field: 'stopSignal',
        message: `"${shownValue(stopSignal)}" may not stop it`,
      },
      { holds: !tty, field: 'tty', message: 'is true' },
    ] as const;
    return facts
      .filter(({ holds }) => !holds)
      .map(({ field, message }) => containerViolation({ rule: 'MCPS-925', field, message }));
  },
};

/** "" is SIGTERM. */
const STOP_SIGNALS: ReadonlySet<string> = new Set(['', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']);
