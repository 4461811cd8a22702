// Danger: a program that reads has options and redirections that write or start programs, and evidence is changed. Fields:
// spec.command, spec.args, the command of an exec. Allowed: under policy commands.readOnly, reading: no redirection into files, no
// option that writes, top with -b and -n. Source: requirements.md S1.PRO.INV, 9.4, K-31.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';
import { shownProgram } from '../command/command-text.ts';
import type { FoundCommand } from '../command/found-command.ts';
import { isHarmless } from '../command/paths.ts';
import { CONTROL_BUILTINS, READERS } from '../command/program-names.ts';
import { isWrite, missingBatchMode, writingOption } from '../command/writes.ts';

export const readOnlyCommand: CommandRule = {
  id: 'MCPS-813',
  severity: 'deny',
  title: 'writing under a read-only policy',
  why: 'Evidence would be changed.',
  check: ({ commands }, { settings, isStrict }) =>
    !settings.readOnly
      ? []
      : firstOfEach(
          commands.flatMap((command) => {
            const message = writing(command) ?? (isStrict ? null : notReading(command));
            if (message === null) return [];
            return [
              { at: command.at, kind: 'forbidden', message, fix: 'only read (policy commands.readOnly)' } as const,
            ];
          }),
        ),
};

function writing({ name, args, redirections }: FoundCommand): string | null {
  if (redirections.some(({ operator, target }) => isWrite(operator) && !isHarmless(target))) {
    return 'a redirection writes to a file';
  }
  const texts = args.map(({ text }) => text);
  return writingOption(name.text, texts) ?? missingBatchMode(name.text, texts);
}

/** An allow list says by itself which programs there are. */
function notReading({ isFrame, inScript, name }: FoundCommand): string | null {
  if (isFrame || READERS.has(name.text) || (inScript && CONTROL_BUILTINS.has(name.text))) return null;
  return `${shownProgram(name)} is not known to read only`;
}
