// Objects of the simulated API server, and the paths under which they are asked for. Every version is a value of its own that nobody
// changes; versions share what they have in common.

import { OperatorError } from '../../../src/lib/errors.ts';

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ApiObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata: ObjectMetadata;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface ApiPath {
  readonly plural: string;
  /** null for all namespaces and for objects without one. */
  readonly namespace: string | null;
  /** null for the collection. */
  readonly name: string | null;
  readonly subresource: string;
}

const known = new Map<string, ApiPath>();

/** Paths are few and asked for often. */
export function parseApiPath(path: string): ApiPath {
  const before = known.get(path);
  if (before !== undefined) return before;
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  const hasNamespace = rest[0] === 'namespaces' && rest.length > 2;
  const [plural = '', name = null, subresource = ''] = hasNamespace ? rest.slice(2) : rest;
  const parsed = { plural, namespace: hasNamespace ? (rest[1] ?? null) : null, name, subresource };
  known.set(path, parsed);
  return parsed;
}

export const keyOf = ({ namespace, name }: { readonly namespace?: string | null; readonly name: string }): string =>
  namespace == null ? name : `${namespace}/${name}`;

/** As it comes out of JSON: without members that are undefined, which the programs leave at the top alone. */
export function withoutUndefined<T extends object>(value: T): T {
  for (const key in value) {
    if (value[key] === undefined) return JSON.parse(JSON.stringify(value)) as T; // plain data
  }
  return value;
}

const name = (kind: string, name: string): string => `${kind} "${name}"`;

export const notFound = (path: ApiPath): OperatorError =>
  new OperatorError('not-found', `${name(path.plural, path.name ?? '')} not found`);
export const alreadyExists = (path: ApiPath, object: string): OperatorError =>
  new OperatorError('already-exists', `${name(path.plural, object)} already exists`);
export const conflict = (path: ApiPath): OperatorError =>
  new OperatorError(
    'conflict',
    `Operation cannot be fulfilled on ${name(path.plural, path.name ?? '')}: the object has been modified`,
  );
export const invalid = (why: string): OperatorError => new OperatorError('invalid', why);
export const expired = (revision: number): OperatorError =>
  new OperatorError('expired', `too old resource version: ${revision}`);

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = typeof target === 'object' && target !== null ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}
