// Who finds a setting that nobody approved: the container rules, or the comparison with what was approved.

import { fromInspect } from '../../../../src/docker/from-inspect.ts';
import type { ContainerSpec } from '../../../../src/model/container.ts';
import { compareIsolation } from '../../../../src/plan/isolation.ts';
import { containerRules } from '../../../../src/rules/container-rules.ts';
import { lockDown, type LockedDownSpec } from '../../../../src/rules/lock-down.ts';
import { evaluate } from '../../../../src/rules/rule.ts';
import { defaultPolicy } from '../../../../src/model/policy.ts';
import { type aWorld, runToRest, STORY_NODE } from '../../../support/story.ts';
import { DRIFT } from './verdict.ts';

const home = { cluster: STORY_NODE.cluster, nodeName: STORY_NODE.nodeName };

export type Json = Readonly<Record<string, unknown>>;

/** The container that the session of the world becomes. */
export function containerOf(world: ReturnType<typeof aWorld>): LockedDownSpec {
  runToRest(world);
  const judged = lockDown(world.containers?.[0]?.spec ?? fail(world.lines.join('; ')), world.policy);
  return judged.ok ? judged.value : fail(judged.error.map(({ message }) => message).join('; '));
}

function fail(reason: string): never {
  throw new Error(reason);
}

/** Ids of the container rules that refuse what the engine reports; where none does, DRIFT if it is not what was approved. */
export function findersOf(reported: unknown, approved: ContainerSpec): readonly string[] {
  const found = fromInspect(reported, home);
  if (!found.ours) return ['not ours'];
  const got = found.container.spec;
  const rules = evaluate(containerRules, got, defaultPolicy()).violations.map(({ rule }) => rule);
  if (rules.length > 0) return rules;
  const differs = compareIsolation({ want: approved, got, node: STORY_NODE }).some(({ ok }) => !ok);
  return differs ? [DRIFT] : [];
}

/** A copy with another value at the path; what is on the way and missing is made. undefined takes the key away. */
export function changed(value: unknown, path: readonly string[], to: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, at) => (String(at) === key ? changed(item, rest, to) : item));
    return items.filter((item) => item !== undefined);
  }
  const object = (value ?? {}) as Json; // the paths lead through objects and lists
  return { ...object, [key]: changed(object[key], rest, to) };
}

export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Json | null | undefined)?.[key], value); // undefined where there is nothing
}
