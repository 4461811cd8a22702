// The violation of a container rule. The container is never used, so unless the rule knows better there is one thing to do.

import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';

export function containerViolation(input: {
  readonly rule: string;
  /** A field of the container, with the part of it that is meant: "mounts[/data]". */
  readonly field: `${keyof ContainerSpec}${'' | `[${string}]` | `.${string}`}`;
  readonly message: string;
  readonly fix?: string;
}): Violation {
  const {
    rule,
    field,
    message,
    fix = 'create the session again; if it repeats, report the node to its operator',
  } = input;
  return { rule, kind: 'forbidden', path: `container.${field}`, message, fix };
}
