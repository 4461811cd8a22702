// Danger: a PID 1 that calls itself ours and is not would be believed about files and output; an open standard input without it waits
// for ever; a log of its frames would put the output of commands on the node's disk. Fields: entrypoint, command, openStdin, mounts,
// logDriver, init. Allowed: our program, from its own volume, with all that belongs to it; or nothing of it.
// Source: design.md 9, security.md 4.2 Init and LogConfig, 4.4 OpenStdin.

import { type ContainerSpec, hasSessionInit, sessionInitVolumeIn } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerSessionInit: Rule<ContainerSpec> = {
  id: 'MCPS-930',
  severity: 'deny',
  title: 'container: session init',
  why: 'What speaks for the session over its standard streams must be our own program, or nothing.',
  check: (spec) => (hasSessionInit(spec) ? missing(spec) : left(spec)),
};

function missing(spec: ContainerSpec): readonly Violation[] {
  const facts = [
    { holds: sessionInitVolumeIn(spec) !== null, field: 'mounts', message: 'lack the volume of the session init' },
    { holds: spec.openStdin, field: 'openStdin', message: 'is false: nobody could speak to the session init' },
    {
      holds: spec.entrypoint.length === 1 && spec.command[0] === 'run',
      field: 'command',
      message: 'is not that of the session init',
    },
    { holds: spec.logDriver === 'none', field: 'logDriver', message: 'would keep the frames of the session init' },
    { holds: !spec.init, field: 'init', message: 'is true: the session init would not be PID 1' },
  ] as const;
  return violations(facts);
}

function left(spec: ContainerSpec): readonly Violation[] {
  const facts = [
    { holds: sessionInitVolumeIn(spec) === null, field: 'mounts', message: 'hold a session init that does not run' },
    { holds: !spec.openStdin, field: 'openStdin', message: 'is true without the session init' },
  ] as const;
  return violations(facts);
}

interface Fact {
  readonly holds: boolean;
  readonly field: keyof ContainerSpec;
  readonly message: string;
}

const violations = (facts: readonly Fact[]): readonly Violation[] =>
  facts
    .filter(({ holds }) => !holds)
    .map(({ field, message }) => containerViolation({ rule: 'MCPS-930', field, message }));
