// The shape of a law about commands: what the analysis found, against the commands part of a policy. Each law is one file of
// rules/session/command-*.ts; it holds for the command of a session and for every command that is run in one.

import type { Analysis } from './found-command.ts';
import type { CommandPolicy } from './command-policy.ts';

export interface CommandProblem {
  /** The word of the command line. */
  readonly at: number;
  readonly kind: 'forbidden' | 'invalid';
  /** States the fact and what is allowed; holds no argument but the name of a program and what the policy names itself. */
  readonly message: string;
  readonly fix: string;
}

export interface CommandRule {
  readonly id: string;
  readonly severity: 'deny';
  readonly title: string;
  readonly why: string;
  check(analysis: Analysis, policy: CommandPolicy): readonly CommandProblem[];
}

/** The first problem of each word: one command line that breaks a law a hundred times breaks it once. */
export function firstOfEach(problems: Iterable<CommandProblem>): readonly CommandProblem[] {
  const found = new Map<number, CommandProblem>();
  for (const problem of problems) if (!found.has(problem.at)) found.set(problem.at, problem);
  return [...found.values()];
}
