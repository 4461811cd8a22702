// Danger: letters of other scripts that look like ASCII make a person approve a program or an option that is another one. Fields:
// spec.command, spec.args, the command of an exec. Allowed: names of programs and options in one script; data in any language;
// everything where policy commands.mode is none. Source: requirements.md K-26.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';
import { flagName, looksAlike } from '../command/look-alike.ts';
import { PRINTERS } from '../command/program-names.ts';

export const commandLookAlike: CommandRule = {
  id: 'MCPS-810',
  severity: 'deny',
  title: 'look-alike letters in commands',
  why: 'A person would approve another program than the one that runs.',
  check: ({ commands }, { settings }) =>
    settings.mode === 'none'
      ? []
      : firstOfEach(
          commands.flatMap(({ at, name, args }) => {
            const flags = PRINTERS.has(name.text) ? [] : args.filter(({ text }) => looksAlike(flagName(text)));
            const found = looksAlike(name.text)
              ? [{ at, what: 'program' }]
              : flags.map((arg) => ({ at: arg.at, what: 'option' }));
            return found.map((one) => ({
              at: one.at,
              kind: 'invalid' as const,
              message: `the name of ${one.what === 'program' ? 'a program' : 'an option'} has letters that look like others`,
              fix: 'type it in ASCII',
            }));
          }),
        ),
};
