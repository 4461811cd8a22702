// What the property tests ask of a spec: its verdict, and the container that it becomes.

import type { ContainerSpec } from '../../src/model/container.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import { parseSessionSpec } from '../../src/model/session.ts';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import { evaluate } from '../../src/rules/rule.ts';
import { sessionRules } from '../../src/rules/session-rules.ts';
import { idsOf } from '../corpus/gates.ts';
import { aStoredSession, aWorld, runToRest } from './story.ts';

/** Ids that refuse and warn; the schema's for a spec that does not fit. */
export function verdictOf(raw: unknown, policy = defaultPolicy()): readonly (readonly string[])[] {
  const { spec, problems } = parseSessionSpec(raw);
  if (spec === null) return [idsOf(problems), []];
  const { violations, warnings } = evaluate(sessionRules, { spec, labels: {}, annotations: {} }, policy);
  return [idsOf(violations), idsOf(warnings)];
}

export const isAccepted = (raw: unknown, policy = defaultPolicy()): boolean => verdictOf(raw, policy)[0]?.length === 0;

/** The container of an accepted spec, by the whole pure core; null when image or node cannot have it. */
export function containerOf(input: SessionSpecInput): ContainerSpec | null {
  const world = aWorld({ session: aStoredSession(input) });
  runToRest(world);
  return world.containers?.[0]?.spec ?? null;
}
