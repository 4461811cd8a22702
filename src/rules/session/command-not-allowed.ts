// Danger: a program that nobody thought of does what no list of bad ones foresees. Fields: spec.command, spec.args, the command of
// an exec. Allowed: in mode allowlist of policy commands.mode, commands that match policy commands.allow; of a script, a launcher or
// a pipeline each command by itself. Source: requirements.md S1.CMD.01, S1.CMD.04, K-31, K-40.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';
import { shownProgram, wholeText } from '../command/command-text.ts';
import type { FoundCommand } from '../command/found-command.ts';
import { CONTROL_BUILTINS } from '../command/program-names.ts';

export const commandNotAllowed: CommandRule = {
  id: 'MCPS-804',
  severity: 'deny',
  title: 'commands that are not allowed',
  why: 'A program that nobody reviewed would run.',
  check: ({ commands }, { isStrict, allow }) =>
    !isStrict
      ? []
      : firstOfEach(
          commands
            .filter((command) => !runsNothing(command) && !allow.some((pattern) => pattern.found(wholeText(command))))
            .map(({ at, name }) => ({
              at,
              kind: 'forbidden',
              message: `${shownProgram(name)} does not match policy commands.allow`,
              fix: 'run an allowed command',
            })),
        ),
};

/** What it starts is judged by itself, or it only steers a script. */
const runsNothing = ({ isFrame, hidden, inScript, program }: FoundCommand): boolean =>
  isFrame || hidden !== null || (inScript && CONTROL_BUILTINS.has(program.text));
