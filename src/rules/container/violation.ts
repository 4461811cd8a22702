// The violation of a container rule: the container is never used, so there is one thing to do about all of them.

import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';

export const containerViolation = (
  rule: string,
  field: `${keyof ContainerSpec}${'' | `[${string}]` | `.${string}`}`,
  message: string,
): Violation => ({
  rule,
  kind: 'forbidden',
  path: `container.${field}`,
  message,
  fix: 'create the session again; if it repeats, report the node to its operator',
});
