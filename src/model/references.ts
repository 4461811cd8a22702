// What a session takes from other objects of its namespace: keys of Secrets and ConfigMaps that become variables (design.md 8.12).

import type { SessionSpec } from './session-spec.ts';

export type ReferencedKind = 'Secret' | 'ConfigMap';

export interface ReferencedObject {
  readonly kind: ReferencedKind;
  readonly name: string;
}

export interface Reference extends ReferencedObject {
  readonly key: string;
  /** The variable that gets the value. */
  readonly variable: string;
  /** Without the object or the key the variable is left out. */
  readonly optional: boolean;
}

/** In the order of spec.env. */
export function referencesOf({ env }: Pick<SessionSpec, 'env'>): readonly Reference[] {
  return env.flatMap(({ name: variable, valueFrom }): readonly Reference[] => {
    const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
    return [
      ...(secretKeyRef === undefined ? [] : [{ kind: 'Secret' as const, variable, ...secretKeyRef }]),
      ...(configMapKeyRef === undefined ? [] : [{ kind: 'ConfigMap' as const, variable, ...configMapKeyRef }]),
    ];
  });
}

/**
 * Whether the session init starts nothing until the controller has looked at the running container and given the rest of the
 * environment: with references, whose values are in no configuration of the container; and with host paths, so that nothing of the
 * session runs with a directory that took the place of another (MCPS-212).
 */
export const isHeldAtStart = (spec: SessionSpec): boolean =>
  spec.sessionInit === 'Enabled' &&
  (spec.mounts.some(({ hostPath }) => hostPath !== undefined) || referencesOf(spec).length > 0);
