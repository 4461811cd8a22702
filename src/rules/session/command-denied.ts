// Danger: a command that policy names as harmful destroys data or brings foreign code into the session. Fields: spec.command,
// spec.args, the command of an exec. Allowed: what matches none of policy commands.deny, in mode denylist; text that is only printed
// or searched is not looked at. Source: requirements.md S1.CMD.03, K-05, K-40, S0.M5.02.

import { shorten } from '../../lib/visible-text.ts';
import type { CommandPattern } from '../../model/command-pattern.ts';
import { type CommandRule, firstOfEach } from '../command/command-rule.ts';
import type { CommandPolicy } from '../command/command-policy.ts';
import { judgedText, pipelineText, rawTexts } from '../command/command-text.ts';
import type { Analysis } from '../command/found-command.ts';

export const deniedCommand: CommandRule = {
  id: 'MCPS-803',
  severity: 'deny',
  title: 'denied commands',
  why: 'A command that policy names as harmful would run.',
  check: (analysis, policy) =>
    firstOfEach(
      matches(analysis, policy).map(({ at, pattern: { source } }) => ({
        at,
        kind: 'forbidden',
        message: `the command matches ${JSON.stringify(shorten(source, 40))} of policy commands.deny`,
        fix: 'run another command',
      })),
    ),
};

interface Match {
  readonly at: number;
  readonly pattern: CommandPattern;
}

function matches(analysis: Analysis, { deny, isDenied }: CommandPolicy): readonly Match[] {
  if (deny.length === 0) return [];
  const found = (texts: readonly { readonly at: number; readonly text: string }[]): readonly Match[] =>
    texts
      .filter(({ text }) => isDenied(text))
      .flatMap(({ at, text }) => deny.filter((pattern) => pattern.found(text)).map((pattern) => ({ at, pattern })));
  const raw = analysis.problem === null ? [] : rawTexts(analysis);
  return found([
    ...analysis.commands.map((command) => ({ at: command.at, text: judgedText(command) })),
    ...analysis.pipelines.map(({ at, stages }) => ({ at, text: pipelineText(stages) })),
    ...raw.map((text) => ({ at: analysis.problem?.at ?? 0, text })),
  ]);
}
