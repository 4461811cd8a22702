// Danger: files of the image and of the kernel tell about the machine or steer it. Fields: spec.command, spec.args,
// spec.workingDir, the command of an exec. Allowed: arguments, redirections and directories outside policy commands.deniedPaths;
// with policy commands.deniedPathsMode write, reading them too. Source: requirements.md S1.PATH.01, S1.PATH.02, K-19.

import { type FoundPath, pathsOf } from '../command/command-paths.ts';
import type { CommandPolicy } from '../command/command-policy.ts';
import { type CommandProblem, type CommandRule, firstOfEach } from '../command/command-rule.ts';
import { deniedPathIn, isAnywhere, newPathBudget, type PathBudget } from '../command/paths.ts';

export const commandPaths: CommandRule = {
  id: 'MCPS-807',
  severity: 'deny',
  title: 'denied paths in commands',
  why: 'Files that policy keeps from sessions would be read or changed.',
  check({ commands }, policy) {
    const { deniedPaths, settings } = policy;
    if (deniedPaths.length === 0) return [];
    const budget = newPathBudget();
    const paths = commands.flatMap((command) => pathsOf(command, settings.deniedPathsMode));
    return firstOfEach(paths.flatMap((path) => problemOf(path, policy, budget)));
  },
};

function problemOf(found: FoundPath, policy: CommandPolicy, budget: PathBudget): readonly CommandProblem[] {
  const { at, field, directory } = found;
  const { deniedPaths, isStrict } = policy;
  const denied = deniedPathIn(field, deniedPaths, { directory, strict: isStrict, budget });
  if (denied !== null) {
    const message = `the command names ${denied}, which policy commands.deniedPaths lists`;
    return [{ at, kind: 'forbidden', message, fix: 'use another path, for example below /workspace' }];
  }
  if (budget.places <= 0) {
    const message = 'the command names more paths than are compared with policy commands.deniedPaths';
    return [{ at, kind: 'invalid', message, fix: 'put it in a file and run that' }];
  }
  if (!isStrict || !isAnywhere(field)) return [];
  const message = 'an argument is not known before it runs, and policy commands.deniedPaths is set';
  return [{ at, kind: 'forbidden', message, fix: 'write it out' }];
}
