// Equal parts of many sessions, kept once. Ten thousand sessions differ in little more than a name, an id and some times; the
// proof of their isolation, nearly half of each, is the same for all. Sound because nobody changes what was parsed.

import type { McpSession, SessionStatus } from '../model/session.ts';

/** Then all is forgotten, but for what sessions hold: parts that no two sessions have must not pile up. */
const MAX_KEPT = 4_096;
/** Longer ones are seldom the same, and dear to keep. */
const LONGEST_KEY = 1_024;

/** The same in every cache, so that what is worked out for one of their sessions counts for the other's. */
const EMPTY: ReadonlyMap<string, object> = new Map<string, object>([
  ['[]', Object.freeze([])],
  ['{}', Object.freeze({})],
]);

/** One for each cache. The result equals the argument. */
export function createSharedParts(): (session: McpSession) => McpSession {
  const texts = keepOne<string>();
  const objects = keepOne<object>();
  const text = (value: string): string => texts(value, value);
  /** Parts that are the kept ones already, and specs of which every part is: versions of a session share theirs. */
  const known = new WeakSet<object>();
  const part = <T extends object>(value: T): T => {
    if (known.has(value)) return value;
    const json = JSON.stringify(value);
    const kept = (EMPTY.get(json) ?? objects(json, value)) as T; // the same JSON
    known.add(kept);
    return kept;
  };
  const parts = <T extends object>(value: T): T => {
    if (known.has(value)) return value;
    const entries = Object.entries(value).map(
      ([name, inner]: [string, unknown]) => [name, inner, shared(inner)] as const,
    );
    const same = entries.every(([, inner, kept]) => inner === kept);
    const made = same ? value : (Object.fromEntries(entries.map(([name, , kept]) => [name, kept])) as T); // the same names, equal values
    known.add(made);
    return made;
  };
  const shared = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    return typeof value === 'object' && value !== null ? part(value) : value;
  };

  const statusOf = (status: SessionStatus): SessionStatus => {
    const { conditions, isolation, container, policy } = status;
    return {
      ...status,
      ...(conditions === undefined
        ? {}
        : {
            conditions: conditions.map((condition) => ({
              ...condition,
              type: text(condition.type),
              reason: text(condition.reason),
              lastTransitionTime: text(condition.lastTransitionTime),
            })),
          }),
      ...(isolation === undefined ? {} : { isolation: { ...isolation, controls: isolation.controls.map(part) } }),
      ...(container === undefined
        ? {}
        : { container: { ...container, imageDigest: text(container.imageDigest), runtime: text(container.runtime) } }),
      ...(policy === undefined ? {} : { policy: part(policy) }),
    };
  };

  return ({ meta, spec, problems, status }) => ({
    meta: {
      ...meta,
      namespace: text(meta.namespace),
      finalizers: part(meta.finalizers),
      labels: part(meta.labels),
      annotations: part(meta.annotations),
    },
    spec: spec === null ? null : parts(spec),
    problems,
    status: statusOf(status),
  });
}

/** The first value that came with each key. Two of these, since a text may look like the JSON of something else. */
function keepOne<T>(): (key: string, value: T) => T {
  const kept = new Map<string, T>();
  return (key, value) => {
    if (key.length > LONGEST_KEY) return value;
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(key, value);
    return value;
  };
}
