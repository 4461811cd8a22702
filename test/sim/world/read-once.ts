// What caches make of an object of the simulated API server, by the object itself: versions are values that nobody changes, every process
// is given the same ones, and reading them costs more than most of what is done with them.

import type { Parse } from '../../../src/kube/reflector.ts';

/** Per kind of object; an entry goes with its object. */
const known = new Map<string, WeakMap<object, { readonly read: unknown }>>();

export function readOnce<T>(resource: string, parse: Parse<T>): Parse<T> {
  const reads = known.get(resource) ?? new WeakMap<object, { readonly read: unknown }>();
  known.set(resource, reads);
  return (raw, before) => {
    if (typeof raw !== 'object' || raw === null) return parse(raw, before);
    const found = reads.get(raw) ?? { read: parse(raw, before) };
    reads.set(raw, found);
    return found.read as T | null; // of this kind, as is all that this map holds
  };
}
