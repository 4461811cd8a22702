// Danger: a script that this side reads differently from the shell, or not to its end, hides what it runs. Fields: spec.command,
// spec.args, the command of an exec. Allowed: scripts that the parser understands, up to its bounds; all of them where policy
// commands restricts nothing. Source: requirements.md 9.4 (unparsable quoting), K-05.

import type { CommandRule } from '../command/command-rule.ts';

export const unreadableCommand: CommandRule = {
  id: 'MCPS-809',
  severity: 'deny',
  title: 'commands that cannot be judged',
  why: 'What cannot be read cannot be judged.',
  check: ({ problem }, { restricts }) =>
    problem === null || !restricts
      ? []
      : [
          {
            at: problem.at,
            kind: 'invalid',
            message: `the command ${problem.text} and cannot be judged`,
            fix: 'write it plainly, or put it in a file and run that',
          },
        ],
};
