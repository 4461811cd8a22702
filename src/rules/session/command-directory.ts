// Danger: a file that a session wrote itself carries the name of an allowed program. Fields: spec.command, spec.args, the command
// of an exec. Allowed: in mode allowlist of policy commands.mode, programs by name alone or in /bin, /usr/bin, /usr/local/bin,
// /sbin and /usr/sbin. Source: requirements.md 9.4, S1.CMD.04.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';
import { PROGRAM_DIRECTORIES } from '../command/program-names.ts';

export const commandDirectory: CommandRule = {
  id: 'MCPS-811',
  severity: 'deny',
  title: 'directories of programs',
  why: 'A file of the session would pass for an allowed program.',
  check: ({ commands }, { isStrict }) =>
    !isStrict
      ? []
      : firstOfEach(
          commands
            .filter(({ program: { text } }) => text.includes('/') && !PROGRAM_DIRECTORIES.has(directoryOf(text)))
            .map(({ at }) => ({
              at,
              kind: 'forbidden',
              message: 'the program lies outside of /bin, /usr/bin, /usr/local/bin, /sbin and /usr/sbin',
              fix: 'name the program without a directory',
            })),
        ),
};

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
