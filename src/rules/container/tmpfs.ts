// Danger: no size is half of the memory of the node; suid, dev and exec are effective when asked for. Fields: tmpfs.
// Allowed: a size above 0 up to policy limits.maxTmpfs, nosuid, nodev, noexec (/workspace may be exec), mode, uid, gid; each path
// once and outside the reserved places. Source: security.md 4.2 Tmpfs (measured), CIS Docker 5.13.

import { parseQuantityBytes } from '../../lib/quantity.ts';
import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec, ContainerTmpfs } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import { mountTargetProblem } from '../container-path.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerTmpfs: Rule<ContainerSpec> = {
  id: 'MCPS-916',
  severity: 'deny',
  title: 'container: directories in memory',
  why: 'A directory in memory without a bound takes the memory of the node.',
  check: ({ tmpfs, mounts }, policy) => {
    const maxBytes = parseQuantityBytes(policy.limits.maxTmpfs) ?? 0;
    return tmpfs.flatMap((directory): Violation[] => {
      const taken =
        tmpfs.filter(({ path }) => path === directory.path).length > 1 ||
        mounts.some(({ target }) => target === directory.path);
      const problem = taken ? 'is mounted twice' : directoryProblem(directory, maxBytes);
      if (problem === null) return [];
      return [
        containerViolation({ rule: 'MCPS-916', field: `tmpfs[${shownValue(directory.path)}]`, message: problem }),
      ];
    });
  },
};

const REQUIRED = ['nodev', 'nosuid'] as const;
const WORKSPACE = '/workspace';
/** Besides the required ones. A mode may have the sticky bit, never setuid or setgid. */
const PLAIN_OPTION = /^(?:rw|noexec|nodev|nosuid|mode=[01]?[0-7]{3}|[ug]id=[0-9]{1,10})$/;

function directoryProblem({ path, sizeBytes, options }: ContainerTmpfs, maxBytes: number): string | null {
  const place = mountTargetProblem(path);
  if (place !== null) return place;
  if (!(sizeBytes > 0 && sizeBytes <= maxBytes))
    return `size ${sizeBytes} is not above 0 and at most ${maxBytes} bytes`;
  const mayExecute = path === WORKSPACE;
  const required = mayExecute ? REQUIRED : [...REQUIRED, 'noexec'];
  const missing = required.filter((option) => !options.includes(option));
  if (missing.length > 0) return `lacks ${missing.join(', ')}`;
  const refused = options.filter((option) => !PLAIN_OPTION.test(option) && !(mayExecute && option === 'exec'));
  return refused.length === 0 ? null : `has ${shownValue(refused.join(', '))}`;
}
