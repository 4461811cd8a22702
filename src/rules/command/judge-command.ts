// The verdict on a command line, wherever it is to run (design.md 8.4). A guard rail and an aid to people and audit; what holds a
// command is its container (requirements.md K-05, K-26).

import { rememberByIdentity, rememberLast } from '../../lib/remember.ts';
import type { Policy } from '../../model/policy.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { evaluate, type Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';
import { analyseCommand, type CommandLine } from './analyse-command.ts';
import { commandPolicyOf } from './command-policy.ts';
import type { CommandRule } from './command-rule.ts';
import { commandRules } from './command-rules.ts';
import { isPlainCommand } from './plain-command.ts';
import type { Analysis } from './found-command.ts';

/** The laws about commands alone, all at once; paths are "argv[2]". Never throws. The list in docs/policy.md says what is judged. */
export function judgeCommand(line: CommandLine, policy: Policy): readonly Violation[] {
  return evaluate(rulesOfCommandLines, line, policy).violations;
}

const analysisOfLine: (line: CommandLine) => Analysis = rememberLast(analyseCommand);

const rulesOfCommandLines: readonly Rule<CommandLine>[] = commandRules.map((rule) => ({
  ...described(rule),
  check: (line, { commands }) => violationsOf(rule, analysisOfLine(line), { commands, pathOf: (at) => `argv[${at}]` }),
}));

const analysisOfSpec: (spec: SessionSpec) => Analysis = rememberByIdentity(({ command, args, workingDir, env }) =>
  analyseCommand({ argv: [...command, ...args], cwd: workingDir, env }),
);

/** One answer for all laws. */
const isPlain: (spec: SessionSpec) => (settings: Policy['commands']) => boolean = rememberByIdentity(
  (spec: SessionSpec) =>
    rememberLast((settings: Policy['commands']) =>
      isPlainCommand([...spec.command, ...spec.args], spec.workingDir, commandPolicyOf(settings)),
    ),
);

/** The same laws about the command that a session is made for. An idle session has none. */
export const rulesOfSpecCommands: readonly Rule<SessionSubject>[] = commandRules.map((rule) => ({
  ...described(rule),
  check: ({ spec }, { commands }) => {
    if (spec.command.length === 0 || isPlain(spec)(commands)) return [];
    const pathOf = (at: number): string =>
      at < spec.command.length ? `spec.command[${at}]` : `spec.args[${at - spec.command.length}]`;
    return violationsOf(rule, analysisOfSpec(spec), { commands, pathOf });
  },
}));

function violationsOf(
  rule: CommandRule,
  analysis: Analysis,
  given: { readonly commands: Policy['commands']; readonly pathOf: (at: number) => string },
): readonly Violation[] {
  const policy = commandPolicyOf(given.commands);
  if (!policy.restricts) return [];
  return rule
    .check(analysis, policy)
    .map(({ at, kind, message, fix }) => ({ rule: rule.id, kind, path: given.pathOf(at), message, fix }));
}

function described({ id, severity, title, why }: CommandRule): Omit<Rule<never>, 'check'> {
  return { id, severity, title, why };
}
