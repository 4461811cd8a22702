// Requirements against the tests that name them: pure, so that the count can be tested.

import { ELSEWHERE, type Requirement, type RequirementKind } from '../../test/requirements/index.ts';

export interface Coverage {
  readonly covered: readonly Requirement[];
  /** Must be named by a test and is not: what the command fails for. */
  readonly missing: readonly Requirement[];
  /** Not named, each with the reason why that is no failure. */
  readonly excused: readonly { readonly requirement: Requirement; readonly reason: string }[];
}

const PROVED_KINDS: readonly RequirementKind[] = ['rule', 'default', 'limit'];
export const mustBeProved = ({ kind, elsewhere }: Requirement): boolean =>
  elsewhere === null && PROVED_KINDS.includes(kind);

export function coverageOf(requirements: readonly Requirement[], named: ReadonlySet<string>): Coverage {
  const uncovered = requirements.filter(({ id }) => !named.has(id));
  return {
    covered: requirements.filter(({ id }) => named.has(id)),
    missing: uncovered.filter(mustBeProved),
    excused: uncovered
      .filter((requirement) => !mustBeProved(requirement))
      .map((requirement) => ({ requirement, reason: reasonOf(requirement) })),
  };
}

export function coverageText(requirements: readonly Requirement[], { covered, missing, excused }: Coverage): string {
  const due = requirements.filter(mustBeProved);
  const proved = due.length - missing.length;
  const lines = [
    `covered ${covered.length} / total ${requirements.length} (rules, defaults, limits: ${proved} / ${due.length})`,
    ...missing.map(({ id, kind, owner, title }) => `MISSING  ${id}  ${kind}  ${owner}: ${title}`),
    ...excused.map(({ requirement: { id, title }, reason }) => `-        ${id}  ${title}: ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

const reasonOf = ({ kind, elsewhere }: Requirement): string => {
  if (elsewhere !== null) return ELSEWHERE[elsewhere];
  return kind === 'document' ? 'a document' : 'a behaviour that no test names yet';
};
