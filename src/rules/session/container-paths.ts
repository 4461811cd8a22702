// Danger: mounting over /proc, /sys or /dev undoes the masking of the engine; over programs, libraries or accounts it replaces the
// system of the image; a working directory there reaches open files of the runtime (CVE-2024-21626); two mounts on one place hide each
// other; one below a host path would be made on the node, as root.
// Fields: spec.mounts[].target, spec.tmpfs[].path, spec.workingDir.
// Allowed: absolute, plainly written, unique, outside the reserved places (container-path.ts) and host mounts.
// Source: security.md 4.3 "Target" and 4.4 "WorkingDir" (measured), CVE-2019-16884.

import { isAtOrBelow } from '../../lib/posix-path.ts';
import { shownValue } from '../../lib/visible-text.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { mountTargetProblem, workingDirProblem } from '../container-path.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

interface Place {
  readonly path: string;
  readonly target: string;
}

/** The operator mounts here itself. */
const WORKSPACE = '/workspace';

export const containerPaths: Rule<SessionSubject> = {
  id: 'MCPS-208',
  severity: 'deny',
  title: 'mount targets and working directory',
  why: 'A mount over /proc, /sys or /dev undoes the masking of the engine.',
  check: ({ spec }) => {
    const places: readonly Place[] = [
      ...spec.mounts.map(({ target }, index) => ({ path: `spec.mounts[${index}].target`, target })),
      ...spec.tmpfs.map(({ path }, index) => ({ path: `spec.tmpfs[${index}].path`, target: path })),
    ];
    return [
      ...places.flatMap(targetViolations),
      ...duplicateViolations(places),
      ...nestedViolations(spec, places),
      ...workingDirViolations(spec.workingDir),
    ];
  },
};

function targetViolations({ path, target }: Place): readonly Violation[] {
  const problem = mountTargetProblem(target);
  if (problem === null) return [];
  const fix = 'choose another absolute path, such as /data';
  return [{ rule: 'MCPS-208', kind: 'forbidden', path, message: `${shownValue(target)} ${problem}`, fix }];
}

function duplicateViolations(places: readonly Place[]): readonly Violation[] {
  const taken = new Map([[WORKSPACE, 'spec.workspace']]);
  return places.flatMap(({ path, target }): Violation[] => {
    const owner = taken.get(target);
    if (owner === undefined) {
      taken.set(target, path);
      return [];
    }
    const message = `${shownValue(target)} is already the place of ${owner}`;
    return [{ rule: 'MCPS-208', kind: 'invalid', path, value: target, message, fix: 'choose another path' }];
  });
}

/** The runtime makes the place of a mount where it is missing, and below a host path that is on the node. */
function nestedViolations({ mounts }: SessionSpec, places: readonly Place[]): readonly Violation[] {
  return places.flatMap(({ path, target }): Violation[] => {
    const above = mounts.findIndex((mount) => mount.target !== target && isAtOrBelow(target, mount.target));
    if (above === -1 || mounts[above]?.target === '/') return []; // "/" is refused as a place
    const message = `${shownValue(target)} lies below spec.mounts[${above}], where it would be made on the node`;
    return [{ rule: 'MCPS-208', kind: 'forbidden', path, message, fix: 'choose a path outside of that mount' }];
  });
}

function workingDirViolations(workingDir: string): readonly Violation[] {
  const problem = workingDirProblem(workingDir);
  if (problem === null) return [];
  return [
    {
      rule: 'MCPS-208',
      kind: 'forbidden',
      path: 'spec.workingDir',
      message: `${shownValue(workingDir)} ${problem}`,
      fix: 'leave it out for /workspace',
    },
  ];
}
