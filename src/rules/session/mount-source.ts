// Danger: a mount without one clear source would be guessed at; an engine volume can bind any host directory through its
// driver options. Fields: spec.mounts[].{hostPath,volume}. Allowed: exactly hostPath; volumes are not available in this release.
// Source: security.md 4.3 VolumeOptions.DriverConfig (measured: mounted the host root), issue 3 item 3.

import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const mountSource: Rule<SessionSubject> = {
  id: 'MCPS-209',
  severity: 'deny',
  title: 'source of a mount',
  why: 'An engine volume can bind any directory of the node, and a mount without a source would be guessed at.',
  check: ({ spec }) => spec.mounts.flatMap((mount, index) => sourceViolations(mount, `spec.mounts[${index}]`)),
};

function sourceViolations(mount: SessionSpec['mounts'][number], path: string): readonly Violation[] {
  if (mount.volume !== undefined) {
    const both = mount.hostPath === undefined ? '' : ' and hostPath is set as well';
    return [
      {
        rule: 'MCPS-209',
        kind: 'forbidden',
        path: `${path}.volume`,
        message: `engine volumes are not available in this release${both}`,
        fix: 'delete volume, use spec.workspace or hostPath',
      },
    ];
  }
  if (mount.hostPath !== undefined) return [];
  return [
    {
      rule: 'MCPS-209',
      kind: 'required',
      path: `${path}.hostPath`,
      message: 'the mount has no source',
      fix: 'set hostPath, or delete this mount',
    },
  ];
}
