// Danger: PATH, LD_PRELOAD and their like make an allowed program load or run another one. Fields: spec.command, spec.args, the
// command of an exec. Allowed: in mode allowlist of policy commands.mode, scripts that set none of them.
// Source: requirements.md S0.H1.09, K-31; the list is in hijacking-names.ts.

import { type CommandRule, firstOfEach } from '../command/command-rule.ts';
import { isHijackingName } from '../hijacking-names.ts';

export const commandVariables: CommandRule = {
  id: 'MCPS-815',
  severity: 'deny',
  title: 'variables that hijack commands',
  why: 'An allowed program would run another one.',
  check: ({ commands }, { isStrict }) =>
    !isStrict
      ? []
      : firstOfEach(
          commands
            .filter(({ assigned }) => assigned.some((name) => isHijackingName(name) || STEERS_PROGRAMS.test(name)))
            .map(({ at }) => ({
              at,
              kind: 'forbidden',
              message: 'the script sets a variable that changes what programs load or run',
              fix: 'leave the variable out',
            })),
        ),
};

const STEERS_PROGRAMS =
  /^(?:PATH|CDPATH|PAGER|MANPAGER|EDITOR|VISUAL|SHELL|LESSOPEN|LESSCLOSE|GIT_.+|TAR_OPTIONS|AWKPATH)$/;
