// Danger: a script that comes from a network and runs at once is code that nobody reviewed and that can change with every call.
// Fields: spec.command, spec.args, the command of an exec. Allowed: fetching into a file or into a program that reads it as data,
// unless policy commands.mode is none. Source: requirements.md 9.4, S0.M5.04, K-05.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';

export const fetchedScript: CommandRule = {
  id: 'MCPS-806',
  severity: 'deny',
  title: 'scripts from the network',
  why: 'Code that nobody reviewed would run.',
  check: ({ commands }, { settings }) =>
    settings.mode === 'none'
      ? []
      : firstOfEach(
          commands
            .filter(({ runsFetched }) => runsFetched)
            .map(({ at }) => ({
              at,
              kind: 'forbidden',
              message: 'a script from the network would run unread',
              fix: 'fetch it into a file, read it, then run it',
            })),
        ),
};
