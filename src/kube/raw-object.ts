// Looking into objects of the API server without trusting their shape. Whatever is not there reads as empty.

export interface RawMetadata {
  readonly name: string;
  /** "" for cluster objects. */
  readonly namespace: string;
  readonly uid: string;
  /** "" only in the answer to a dry run, which is stored nowhere. */
  readonly resourceVersion: string;
}

/** The value as a record; an empty one when it is anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return value as Record<string, unknown>; // just checked
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Only entries whose value is a text. */
export const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(recordOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

/** null for something that is not an object of the API server: no name or uid. */
export function metadataOf(raw: unknown): RawMetadata | null {
  const metadata = recordOf(recordOf(raw)['metadata']);
  const name = textOf(metadata['name']);
  const uid = textOf(metadata['uid']);
  if (name === '' || uid === '') return null;
  return { name, namespace: textOf(metadata['namespace']), uid, resourceVersion: textOf(metadata['resourceVersion']) };
}

/** "namespace/name", or "name" for cluster objects. */
export const keyOf = (metadata: RawMetadata): string =>
  metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;

/**
 * Whether version `a` is newer than `b`. Versions of one resource are ordered as integers (KEP-5504, stable in Kubernetes
 * 1.35; the API server's storage has numbered them so for as long as it runs on etcd 3). Not numbers: never newer.
 */
export function isNewer(a: string, b: string): boolean {
  if (!/^[0-9]+$/.test(a) || !/^[0-9]+$/.test(b)) return false;
  return BigInt(a) > BigInt(b);
}
