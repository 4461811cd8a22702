// Danger: a mounted system directory, runtime socket or key directory is root on the node, read-only or not.
// Fields: spec.mounts[].hostPath. Allowed: absolute paths in plain spelling outside the refused places; links are followed
// and judged again on the node (K-30). Source: CIS Docker 5.6, 5.32; requirements.md S0.C1 and 9.1; security.md 4.3.

import { shownValue } from '../../lib/visible-text.ts';
import type { Violation } from '../../model/violation.ts';
import { hostPathProblem } from '../host-path/host-path-problem.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const hostPath: Rule<SessionSubject> = {
  id: 'MCPS-201',
  severity: 'deny',
  title: 'host path mounts',
  why: 'A mounted runtime socket, system directory or key directory is root on the node.',
  check: ({ spec }) =>
    spec.mounts.flatMap(({ hostPath: path }, index): Violation[] => {
      const problem = path === undefined ? null : hostPathProblem(path);
      if (path === undefined || problem === null) return [];
      return [
        {
          rule: 'MCPS-201',
          kind: 'forbidden',
          path: `spec.mounts[${index}].hostPath`,
          message: `${shownValue(path)} ${problem}`,
          fix: 'delete this mount, use spec.workspace',
        },
      ];
    }),
};
