// Danger: rm of the root, mkfs, writes to disks and fork bombs in spellings that no pattern foresees. Fields: spec.command,
// spec.args, the command of an exec. Allowed: commands without them, unless policy commands.mode is none; decided on arguments, in
// every order of options. Source: requirements.md 9.4, K-05, S0.M5.04.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';
import type { Analysis, FoundCommand } from '../command/found-command.ts';
import { isDisk } from '../command/paths.ts';
import { structuralProblem } from '../command/structural.ts';
import { isWrite } from '../command/writes.ts';

export const destructiveCommand: CommandRule = {
  id: 'MCPS-805',
  severity: 'deny',
  title: 'destructive commands',
  why: 'A command that destroys what it reaches can be spelt in more ways than patterns know.',
  check: (analysis, { settings }) =>
    settings.mode === 'none'
      ? []
      : firstOfEach(
          found(analysis).map(({ at, text }) => ({
            at,
            kind: 'forbidden',
            message: text,
            fix: 'name the files that are meant',
          })),
        ),
};

interface Destruction {
  readonly at: number;
  readonly text: string;
}

const found = ({ commands, forkBombs }: Analysis): readonly Destruction[] => [
  ...commands.flatMap(ofCommand),
  ...forkBombs.map((at) => ({ at, text: 'a function starts itself without end' })),
];

function ofCommand({ at, name, args, directory, redirections }: FoundCommand): readonly Destruction[] {
  const text = structuralProblem({ program: name, args, directory });
  if (text !== null) return [{ at, text }];
  const writesDisk = redirections.some(({ operator, target }) => isWrite(operator) && isDisk(target, directory));
  return writesDisk ? [{ at, text: 'the command writes to a disk' }] : [];
}
