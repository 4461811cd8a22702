// A rule as a person is told about it: what runs (registry) and what is written about it (reference), in one value. For
// `mcpsession rules` and docs/rules.md.

import { assertNever } from '../lib/assert-never.ts';
import type { RuleReference } from './reference.ts';
import { RULE_REFERENCE } from './reference.generated.ts';
import { type RuleDescription, ruleRegistry } from './registry.ts';
import { ruleLink } from './render.ts';

/** In the order in which a session passes them. */
export type Gate = 'cli' | 'frontend' | 'webhook' | 'placement' | 'controller';

export interface ExplainedRule extends RuleReference {
  readonly id: string;
  readonly severity: RuleDescription['severity'];
  readonly title: string;
  readonly why: string;
  readonly subject: RuleDescription['subject'];
  /** The release that brought it. */
  readonly since: string;
  readonly enforcedAt: readonly Gate[];
  /** Ends in the anchor of docs/rules.md. */
  readonly link: string;
}

/** No release has been made since the first rules. */
const SINCE = '0.1';
const MOST_NEAR_IDS = 5;

/** Ordered by id. */
export const explainedRules = (): readonly ExplainedRule[] =>
  ruleRegistry.flatMap((rule) => {
    const reference = RULE_REFERENCE[rule.id];
    return reference === undefined ? [] : [explained(rule, reference)];
  });

/** Takes "MCPS-201", "mcps-201" and "201"; null when there is no such rule. */
export function explainRule(asked: string): ExplainedRule | null {
  const id = ruleIdOf(asked);
  return explainedRules().find((rule) => rule.id === id) ?? null;
}

/** Where rules about the request are asked: wherever the request, the others of its owner, or the switch of policy can be seen. */
const REQUEST_GATES: Readonly<Record<string, readonly Gate[]>> = {
  'MCPS-410': ['frontend', 'webhook', 'placement'],
  'MCPS-411': ['frontend', 'webhook', 'placement'],
  'MCPS-412': ['frontend', 'webhook', 'controller'],
  'MCPS-601': ['webhook'],
  'MCPS-610': ['frontend', 'webhook', 'controller'],
  'MCPS-612': ['frontend', 'webhook'],
};

/** Every gate that asks the rule; test/unit/rules/gates.test.ts breaks each rule at each of them. */
export function gatesOf({ id, subject, severity }: RuleDescription): readonly Gate[] {
  switch (subject) {
    case 'session':
      // The controller tells nobody of warnings: whoever could act on them has seen them by then.
      return severity === 'warn' ? ['cli', 'frontend', 'webhook'] : ['cli', 'frontend', 'webhook', 'controller'];
    case 'request':
      return REQUEST_GATES[id] ?? [];
    case 'node':
    case 'container':
      return ['controller'];
    default:
      return assertNever(subject);
  }
}

/** Ids that somebody may have meant: rules with the word in their title, else the nearest numbers; at most five. */
export function nearRuleIds(asked: string): readonly string[] {
  const word = asked.trim().toLowerCase();
  const named = ruleRegistry.filter(({ title }) => word.length > 2 && title.toLowerCase().includes(word));
  if (named.length > 0) return named.slice(0, MOST_NEAR_IDS).map(({ id }) => id);
  const number = Number(/[0-9]+/.exec(asked)?.[0] ?? Number.NaN);
  if (Number.isNaN(number)) return [];
  const distance = (id: string): number => Math.abs(Number(id.slice('MCPS-'.length)) - number);
  const nearest = ruleRegistry.map(({ id }) => id).sort((left, right) => distance(left) - distance(right));
  return nearest.slice(0, MOST_NEAR_IDS).sort();
}

export function explained(rule: RuleDescription, reference: RuleReference): ExplainedRule {
  const { id, severity, title, why, subject } = rule;
  const link = ruleLink(id) ?? id;
  return { id, severity, title, why, subject, since: SINCE, enforcedAt: gatesOf(rule), link, ...reference };
}

const ruleIdOf = (asked: string): string => `MCPS-${asked.trim().replace(/^mcps-/i, '')}`;
