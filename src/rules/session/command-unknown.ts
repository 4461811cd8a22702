// Danger: a variable or a substitution where a program or a script stands runs what nobody saw. Fields: spec.command, spec.args,
// the command of an exec. Allowed: in mode allowlist of policy commands.mode, programs and scripts that are written out.
// Source: requirements.md K-01, K-31, S1.CMD.04.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';

export const unknownCommand: CommandRule = {
  id: 'MCPS-812',
  severity: 'deny',
  title: 'commands that are not known before they run',
  why: 'What nobody saw would run.',
  check: ({ commands }, { isStrict }) =>
    !isStrict
      ? []
      : firstOfEach(
          commands
            .filter(({ hidden }) => hidden !== null)
            .map(({ at, hidden }) => ({
              at,
              kind: 'forbidden',
              message: `${hidden} is not known before it runs`,
              fix: 'write it out, without variables and substitutions',
            })),
        ),
};
