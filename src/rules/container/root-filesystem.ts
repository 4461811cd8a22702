// Danger: a writable root is disk without a limit. Fields: readOnlyRootFilesystem. Allowed: true. Source: CIS Docker 5.13.

import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerRootFilesystem: Rule<ContainerSpec> = {
  id: 'MCPS-908',
  severity: 'deny',
  title: 'container: read-only root',
  why: 'A writable root is disk without a limit and a place to persist.',
  check: ({ readOnlyRootFilesystem }) =>
    readOnlyRootFilesystem
      ? []
      : [containerViolation({ rule: 'MCPS-908', field: 'readOnlyRootFilesystem', message: 'is false' })],
};
