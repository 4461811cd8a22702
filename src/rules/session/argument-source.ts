// Danger: arguments without a program would be handed to whatever the image starts. Fields: spec.args.
// Allowed: only together with spec.command. Source: issue 3 item 3 (an ignored field is a defect, design.md 3).

import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const argumentSource: Rule<SessionSubject> = {
  id: 'MCPS-801',
  severity: 'deny',
  title: 'arguments without a command',
  why: 'Arguments without a program would be handed to whatever the image starts.',
  check: ({ spec }) => {
    if (spec.args.length === 0 || spec.command.length > 0) return [];
    return [
      {
        rule: 'MCPS-801',
        kind: 'forbidden',
        path: 'spec.args',
        message: 'args need spec.command; the program of the image is never started',
        fix: 'set spec.command, or delete spec.args',
      },
    ];
  },
};
