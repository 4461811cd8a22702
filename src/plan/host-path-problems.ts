// What on the node makes a host path impossible to mount (rule MCPS-211). Where it leads is judged by the rules of the container.

import { assertNever } from '../lib/assert-never.ts';
import type { ResolvedHostPath } from '../model/container.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Violation } from '../model/violation.ts';

export function hostPathProblems(spec: SessionSpec, hostPaths: readonly ResolvedHostPath[]): readonly Violation[] {
  return spec.mounts.flatMap(({ hostPath }, index): Violation[] => {
    const found = hostPaths.find(({ asked }) => asked === hostPath);
    const what = hostPathProblem(found?.kind ?? 'absent');
    if (what === null) return [];
    return [
      {
        rule: 'MCPS-211',
        kind: 'invalid',
        path: `spec.mounts[${index}].hostPath`,
        value: hostPath,
        message: `${hostPath ?? ''} ${what}`,
        fix: 'name an existing directory or file',
      },
    ];
  });
}

function hostPathProblem(kind: ResolvedHostPath['kind']): string | null {
  switch (kind) {
    case 'directory':
    case 'file':
      return null;
    case 'linkedFile':
      return 'is a file with several names on the node (hard links), so this name does not tell what it is';
    case 'other':
      return 'is neither a directory nor a regular file on the node';
    case 'absent':
      return 'does not exist on the node';
    default:
      return assertNever(kind);
  }
}
