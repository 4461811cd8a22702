// The only place where a ContainerSpec becomes acceptable to the engine. `engine.create` takes nothing else, so an
// unchecked container does not compile.

import type { Brand } from '../lib/brand.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { ContainerSpec } from '../model/container.ts';
import type { Policy } from '../model/policy.ts';
import type { Violation } from '../model/violation.ts';
import { containerRules } from './container-rules.ts';
import { evaluate } from './rule.ts';

export type LockedDownSpec = Brand<ContainerSpec, 'LockedDown'>;

/** The spec with its brand, or every container rule that it breaks. */
export function lockDown(spec: ContainerSpec, policy: Policy): Result<LockedDownSpec, readonly Violation[]> {
  const { violations } = evaluate(containerRules, spec, policy);
  if (violations.length > 0) return err(violations);
  return ok(spec as LockedDownSpec); // the one cast: every container rule has just passed
}
