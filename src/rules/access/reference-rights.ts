// Danger: the controller reads a Secret for the session of somebody who may not read it, and the session hands the value out.
// Fields: spec.env[].valueFrom, spec.imagePullSecrets. Allowed: objects of the session's own namespace that the requester may `get`,
// at most 32 of them; on an update those that were named before. Source: design.md 8.12 (no confused deputy).

import { shownValue } from '../../lib/visible-text.ts';
import type { AccessRequest, Caller } from '../../model/caller.ts';
import type { ReferencedKind, ReferencedObject } from '../../model/references.ts';
import type { Violation } from '../../model/violation.ts';

export const REFERENCE_RIGHT_RULE = {
  id: 'MCPS-612',
  severity: 'deny',
  title: 'right to read what is referred to',
  why: 'The controller would read a Secret for somebody who may not, and the session would hand it out.',
} as const;

/** Each is a question to the API server. */
export const MAX_REFERENCED_OBJECTS = 32;

export interface ReferenceAt extends ReferencedObject {
  /** Where the spec names it first. */
  readonly path: string;
}

/** Every object that a spec names, once. Takes a spec as it came, before any schema: what does not look like a reference is none. */
export function namedObjects(spec: unknown): readonly ReferenceAt[] {
  const found = new Map<string, ReferenceAt>();
  const add = (kind: ReferencedKind, reference: unknown, path: string): void => {
    const name = fieldOf(reference, 'name');
    const id = `${kind}/${String(name)}`;
    if (typeof name === 'string' && name !== '' && !found.has(id)) found.set(id, { kind, name, path });
  };
  for (const [index, variable] of itemsOf(fieldOf(spec, 'env'))) {
    const valueFrom = fieldOf(variable, 'valueFrom');
    const path = `spec.env[${index}].valueFrom`;
    add('Secret', fieldOf(valueFrom, 'secretKeyRef'), `${path}.secretKeyRef`);
    add('ConfigMap', fieldOf(valueFrom, 'configMapKeyRef'), `${path}.configMapKeyRef`);
  }
  for (const [index, reference] of itemsOf(fieldOf(spec, 'imagePullSecrets'))) {
    add('Secret', reference, `spec.imagePullSecrets[${index}]`);
  }
  return [...found.values()];
}

const itemsOf = (value: unknown): Iterable<readonly [number, unknown]> => (Array.isArray(value) ? value.entries() : []);

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key]; // just checked
}

/** Objects that the new spec names and the old one did not. */
export function addedObjects(spec: unknown, before: unknown): readonly ReferenceAt[] {
  const known = new Set(namedObjects(before).map(({ kind, name }) => `${kind}/${name}`));
  return namedObjects(spec).filter(({ kind, name }) => !known.has(`${kind}/${name}`));
}

/** Asks nothing when there are too many to ask for. `mayGet` is asked as the requester; what it rejects with goes on to the caller. */
export async function referenceViolations(
  asked: { readonly namespace: string; readonly requester: Caller; readonly objects: readonly ReferenceAt[] },
  mayGet: (request: AccessRequest) => Promise<boolean>,
): Promise<readonly Violation[]> {
  const { namespace, requester, objects } = asked;
  if (objects.length > MAX_REFERENCED_OBJECTS) return [tooMany(objects)];
  const verdicts = await Promise.all(
    objects.map(async (object) => ((await mayGet(rightTo(namespace, object))) ? [] : [notAllowed(requester, object)])),
  );
  return verdicts.flat();
}

const rightTo = (namespace: string, { kind, name }: ReferencedObject): AccessRequest => ({
  verb: 'get',
  resource: kind === 'Secret' ? 'secrets' : 'configmaps',
  subresource: '',
  namespace,
  name,
});

/** Says the same whether the object exists or not. */
function notAllowed({ username }: Caller, { kind, name, path }: ReferenceAt): Violation {
  return {
    rule: REFERENCE_RIGHT_RULE.id,
    kind: 'forbidden',
    path,
    message: `${shownValue(username)} may not get ${kind} ${shownValue(name)}`,
    fix: 'ask an admin of the namespace for the right',
  };
}

function tooMany(objects: readonly ReferenceAt[]): Violation {
  return {
    rule: REFERENCE_RIGHT_RULE.id,
    kind: 'forbidden',
    path: 'spec.env',
    message: `names ${objects.length} Secrets and ConfigMaps; at most ${MAX_REFERENCED_OBJECTS} are allowed`,
    fix: 'keep the values in fewer objects',
  };
}
