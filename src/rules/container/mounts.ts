// Danger: whatever the session asked for, this is what was really mounted: a followed link, a volume of the image, a driver bind.
// Fields: mounts. Allowed: bind, read-only, rprivate, not recursive (what is mounted below stays writable), from a source that passes the host path judgement and policy mounts, to a
// target outside the reserved places, once; the read-only volume of the session init at its place (session-init.ts); and the session's own
// volume at /workspace. Source: CIS Docker 5.6, 5.20, 5.32; security.md 4.3; K-30.

import { canonicalJson } from '../../lib/canonical-json.ts';
import { shownValue } from '../../lib/visible-text.ts';
import { type ContainerMount, type ContainerSpec, sessionInitVolumeIn, workspaceMount } from '../../model/container.ts';
import { workspaceVolumeOf } from '../../model/names.ts';
import type { Policy } from '../../model/policy.ts';
import type { Violation } from '../../model/violation.ts';
import { mountTargetProblem } from '../container-path.ts';
import { hostPathProblem } from '../host-path/host-path-problem.ts';
import type { Rule } from '../rule.ts';
import { isBelowARoot } from '../session/host-mount-policy.ts';
import { containerViolation } from './violation.ts';

export const containerMounts: Rule<ContainerSpec> = {
  id: 'MCPS-917',
  severity: 'deny',
  title: 'container: mounts',
  why: 'A mounted runtime socket, system directory or key directory is root on the node.',
  check: ({ mounts, identity }, policy) =>
    mounts.flatMap((mount): Violation[] => {
      const taken = mounts.filter(({ target }) => target === mount.target).length > 1;
      const own = canonicalJson(mount) === canonicalJson(workspaceMount(workspaceVolumeOf(identity.uid)));
      const problem = taken ? 'is mounted twice' : own ? null : mountProblem(mount, policy);
      if (problem === null) return [];
      return [containerViolation({ rule: 'MCPS-917', field: `mounts[${shownValue(mount.target)}]`, message: problem })];
    }),
};

function mountProblem(mount: ContainerMount, policy: Policy): string | null {
  if (sessionInitVolumeIn({ mounts: [mount] }) !== null) return null;
  const { type, source, target, readOnly, propagation, recursive } = mount;
  if (type !== 'bind') return `type "${shownValue(type)}" is not bind`;
  if (policy.mounts.hostPath === 'forbidden') return 'policy mounts.hostPath is "forbidden"';
  if (!readOnly) return 'is writable';
  if (recursive) return 'takes along the mounts below its source, which may be writable';
  if (propagation !== 'rprivate') return `propagation "${shownValue(propagation)}" is not rprivate`;
  const place = mountTargetProblem(target);
  if (place !== null) return place;
  const problem = hostPathProblem(source);
  if (problem !== null) return `source ${shownValue(source)} ${problem}`;
  const roots = policy.mounts.allowedRoots;
  return roots === null || isBelowARoot(source, roots)
    ? null
    : `source ${shownValue(source)} is not below policy mounts.allowedRoots`;
}
