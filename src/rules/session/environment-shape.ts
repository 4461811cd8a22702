// Danger: a variable with two sources, none, or a second definition of the same name means something else to each reader.
// Fields: spec.env[]. Allowed: unique names, each with exactly one of value and valueFrom. Source: Kubernetes EnvVar, K-01.

import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { shownValue } from '../../lib/visible-text.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const environmentShape: Rule<SessionSubject> = {
  id: 'MCPS-607',
  severity: 'deny',
  title: 'source of an environment variable',
  why: 'A variable with two sources or none means something else to each reader.',
  check: ({ spec }) => [...spec.env.flatMap(sourceViolations), ...repeatedNames(spec.env)],
};

function sourceViolations({ value, valueFrom }: SessionSpec['env'][number], index: number): readonly Violation[] {
  const rule = 'MCPS-607';
  const path = `spec.env[${index}]`;
  if (value === undefined && valueFrom === undefined) {
    const message = 'the variable has neither value nor valueFrom';
    return [{ rule, kind: 'required', path: `${path}.value`, message, fix: 'set value, "" for an empty one' }];
  }
  if (value === undefined || valueFrom === undefined) return [];
  return [{ rule, kind: 'invalid', path, message: 'has both value and valueFrom', fix: 'keep one of them' }];
}

function repeatedNames(env: SessionSpec['env']): readonly Violation[] {
  const seen = new Set<string>();
  return env.flatMap(({ name }, index): Violation[] => {
    const repeated = seen.has(name);
    seen.add(name);
    if (!repeated) return [];
    const path = `spec.env[${index}].name`;
    const message = `${shownValue(name)} is given twice`;
    return [{ rule: 'MCPS-607', kind: 'invalid', path, message, fix: 'keep one of them' }];
  });
}
