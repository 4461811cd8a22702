// A stored McpSession -> what the programs see. Pure. Never throws: an object that this release cannot read is still an
// object, and somebody must be able to say so in its status.

import type { z } from 'zod';

import { compileFits } from '../model/fits.ts';
import {
  type McpSession,
  type ObjectMeta,
  parseSessionSpec,
  type SessionStatus,
  sessionStatusSchema,
} from '../model/session.ts';
import { listOf, metadataOf, recordOf, textOf, textsOf } from './raw-object.ts';

/** A copy of the whole object that kubectl keeps; as large as the object, and nothing here reads it. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * null only for something that is no object of the API server (no name or uid). `known`: an earlier version of it, whose spec is kept
 * while the generation is the same, so that what was worked out for that spec counts on.
 */
export function parseSession(raw: unknown, known: McpSession | null = null): McpSession | null {
  const meta = parseMeta(raw);
  if (meta === null) return null;
  const object = recordOf(raw);
  const spec =
    known?.spec != null &&
    known.meta.uid === meta.uid &&
    known.meta.generation === meta.generation &&
    meta.generation > 0
      ? { spec: known.spec, problems: known.problems }
      : parseSessionSpec(object['spec']);
  return { meta, ...spec, status: parseStatus(object['status']) };
}

function parseMeta(raw: unknown): ObjectMeta | null {
  const identity = metadataOf(raw);
  if (identity === null) return null;
  const metadata = recordOf(recordOf(raw)['metadata']);
  const { [LAST_APPLIED]: _, ...annotations } = textsOf(metadata['annotations']);
  const generation = metadata['generation'];
  return {
    ...identity,
    generation: typeof generation === 'number' ? generation : 0,
    creationMs: timeOf(metadata['creationTimestamp']) ?? 0,
    deletionMs: timeOf(metadata['deletionTimestamp']),
    finalizers: listOf(metadata['finalizers']).filter((item): item is string => typeof item === 'string'),
    labels: textsOf(metadata['labels']),
    annotations,
  };
}

function timeOf(value: unknown): number | null {
  const ms = Date.parse(textOf(value));
  return Number.isNaN(ms) ? null : ms;
}

const fitsStatus = compileFits(sessionStatusSchema);

/** Unknown fields (of a newer release) are left out; a status that does not fit otherwise reads as none. */
export function parseStatus(raw: unknown): SessionStatus {
  if (fitsStatus(raw)) return raw as SessionStatus; // what zod would return, by fits.ts
  return parseLenient(sessionStatusSchema, raw ?? {}) ?? {};
}

/** The value without the fields that `schema` does not know; null when it does not fit for any other reason. */
export function parseLenient<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.output<Schema> | null {
  const strict = schema.safeParse(raw);
  if (strict.success) return strict.data;
  const pruned: unknown = structuredClone(raw);
  for (const issue of strict.error.issues) {
    if (issue.code !== 'unrecognized_keys') return null;
    const holder = at(pruned, issue.path) as Record<string, unknown>; // zod found keys in it, so it is an object
    for (const key of issue.keys) delete holder[key];
  }
  const again = schema.safeParse(pruned);
  return again.success ? again.data : null;
}

const at = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown>)[step], root); // the path comes from this value
