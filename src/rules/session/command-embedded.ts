// Danger: awk, sed, tar, git and others run commands out of their own arguments, past every list of programs. Fields: spec.command,
// spec.args, the command of an exec. Allowed: in mode allowlist of policy commands.mode, arguments of those programs that start
// nothing. Source: requirements.md S1.CMD.04, K-31.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';
import { shownProgram } from '../command/command-text.ts';
import { startsInside } from '../command/embedded.ts';

export const embeddedCommand: CommandRule = {
  id: 'MCPS-814',
  severity: 'deny',
  title: 'commands inside of arguments',
  why: 'A command would run past every list of programs.',
  check: ({ commands }, { isStrict }) =>
    !isStrict
      ? []
      : firstOfEach(
          commands
            .filter(({ name, allArgs }) =>
              startsInside(
                name.text,
                allArgs.map(({ text }) => text),
              ),
            )
            .map(({ at, name }) => ({
              at,
              kind: 'forbidden',
              message: `an argument of ${shownProgram(name)} starts another program`,
              fix: 'run that program by itself',
            })),
        ),
};
