// Danger: variables that hijack programs may come from the image as well as from the session. Fields: env.
// Allowed: names outside the list or with an empty value, each once; a PATH of absolute entries; no NUL. Values are never shown.
// Source: requirements.md S0.H1.09 and section 10, CVE-2025-23266.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec, EnvironmentEntry } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import { hasRelativeEntry, isHijackingVariable } from '../hijacking-names.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerEnvironment: Rule<ContainerSpec> = {
  id: 'MCPS-927',
  severity: 'deny',
  title: 'container: environment',
  why: 'Such a variable runs code of its choice in every program of the session.',
  check: ({ env }) => {
    const seen = new Set<string>();
    return env.flatMap((entry): Violation[] => {
      const problem = seen.has(entry.name) ? 'is given twice' : entryProblem(entry);
      seen.add(entry.name);
      return problem === null
        ? []
        : [
            containerViolation({
              rule: 'MCPS-927',
              field: `env[${shownValue(entry.name)}]`,
              message: problem,
              fix: 'use an image without it, or change spec.env',
            }),
          ];
    });
  },
};

function entryProblem({ name, value }: EnvironmentEntry): string | null {
  if (name === '' || /[=\0]/.test(name)) return 'is not a name';
  if (isHijackingVariable(name, value)) return 'changes what programs load or run';
  if (value.includes('\0')) return 'holds NUL';
  return name === 'PATH' && hasRelativeEntry(value) ? 'holds an entry that is not absolute' : null;
}
