// From a zod schema to what the API server takes as a structural schema (apiextensions v1). The differences to plain JSON
// Schema are few and known; anything else is refused here, at generation, and not by a cluster.

import { z } from 'zod';

export type JsonSchema = { readonly [key: string]: unknown };

/** Kept as they are; what is not in here and not handled below has no meaning to the API server. */
const PLAIN_KEYS: ReadonlySet<string> = new Set([
  'description',
  'type',
  'format',
  'default',
  'enum',
  'required',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
]);

/** Throws when the schema holds something that a CRD cannot say; the message names the place. */
export function structuralSchema(schema: z.ZodType, at: string): JsonSchema {
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input', // what people write: fields with a default may be left out
    unrepresentable: 'throw',
    reused: 'inline',
    cycles: 'throw',
  });
  return structural(json, at);
}

function structural(schema: JsonSchema, at: string): JsonSchema {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (PLAIN_KEYS.has(key)) result[key] = value;
    else if (key === 'properties') result['properties'] = structuralProperties(asSchema(value, at), at);
    else if (key === 'items') result['items'] = structural(asSchema(value, at), `${at}[]`);
    else if (key === 'additionalProperties') {
      // Closed objects are the API server's way anyway: it prunes unknown fields, or refuses them in strict mode.
      if (value !== false) result['additionalProperties'] = structural(asSchema(value, at), `${at}{}`);
    } else throw new Error(`${at}: "${key}" cannot be said in a CRD schema`);
  }
  if (typeof result['type'] !== 'string') throw new Error(`${at}: a CRD schema needs one type`);
  return kubernetesNumbers(withoutTimePattern(result));
}

const structuralProperties = (properties: JsonSchema, at: string): JsonSchema =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, structural(asSchema(schema, at), `${at}.${name}`)]),
  );

/** JavaScript's bounds of exact integers say nothing to Kubernetes; its own name for the range does. */
function kubernetesNumbers(schema: JsonSchema): JsonSchema {
  if (schema['type'] !== 'integer') return schema;
  const { minimum, maximum, ...rest } = schema;
  return {
    ...rest,
    format: 'int64',
    ...(minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}

/** The format is checked by the API server; zod's own pattern for it would only be unreadable in `kubectl explain`. */
function withoutTimePattern(schema: JsonSchema): JsonSchema {
  if (schema['format'] !== 'date-time') return schema;
  const { pattern: _pattern, ...rest } = schema;
  return rest;
}

function asSchema(value: unknown, at: string): JsonSchema {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${at}: ${JSON.stringify(value)} is not a schema`);
  }
  return value as JsonSchema; // an object with string keys, as just checked
}
