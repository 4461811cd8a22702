// Danger: a container client in a session that reaches an engine starts containers outside of every limit. Fields: spec.command,
// spec.args, the command of an exec. Allowed: arguments that are none of policy commands.deniedFlags, as "--flag=value" and "--flag
// value"; of container clients also no host namespaces, devices and mounts. Source: requirements.md S1.FLAG.01, K-32.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';
import { deniedFlagIn } from '../command/flags.ts';
import { PRINTERS } from '../command/program-names.ts';

export const commandFlags: CommandRule = {
  id: 'MCPS-808',
  severity: 'deny',
  title: 'denied flags in commands',
  why: 'A container client would start containers outside of every limit.',
  check: ({ commands }, { settings }) =>
    settings.deniedFlags.length === 0
      ? []
      : firstOfEach(
          commands.flatMap(({ at, name, args }) => {
            if (PRINTERS.has(name.text)) return [];
            const flag = deniedFlagIn(
              name.text,
              args.map(({ text }) => text),
              settings.deniedFlags,
            );
            if (flag === null) return [];
            const message = `the command has the flag ${flag}, which policy commands.deniedFlags refuses`;
            return [{ at, kind: 'forbidden', message, fix: 'leave the flag out' } as const];
          }),
        ),
};
