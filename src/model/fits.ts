// A quick yes for values that already are what their zod schema would return: complete, with every default in place. The API
// server sends nothing else, thousands of times, and zod's copy of it costs more than all rules together. A no says nothing:
// zod then decides, fills in defaults and names the problems.

import { z } from 'zod';

type Check = (value: unknown) => boolean;
type JsonSchema = z.core.JSONSchema.BaseSchema;

const never: Check = () => false;

/** Yes only for what `schema.parse` would accept and return unchanged (a property test holds it to that). */
export function compileFits(schema: z.ZodType): Check {
  return compile(z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'output', reused: 'inline' }));
}

/** Keywords that the checks below understand; any other makes the answer no, never a wrong yes. */
const UNDERSTOOD = new Set([
  '$schema',
  'type',
  'description',
  'default',
  'enum',
  'properties',
  'required',
  'additionalProperties',
  'propertyNames',
  'maxProperties',
  'items',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
]);

function compile(schema: JsonSchema): Check {
  // A format says nothing beyond its pattern, which zod gives along with it; without one it is not understood.
  const known = Object.keys(schema).every(
    (key) =>
      UNDERSTOOD.has(key) || key.startsWith('x-kubernetes-') || (key === 'format' && schema.pattern !== undefined),
  );
  if (!known) return never;
  switch (schema.type) {
    case 'string':
      return stringCheck(schema);
    case 'integer':
      return integerCheck(schema);
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'array':
      return arrayCheck(schema);
    case 'object':
      return schema.properties === undefined ? recordCheck(schema) : objectCheck(schema);
    default:
      return never;
  }
}

function stringCheck({ enum: values, minLength = 0, maxLength = Number.MAX_SAFE_INTEGER, pattern }: JsonSchema): Check {
  if (values !== undefined) {
    const allowed = new Set<unknown>(values);
    return (value) => allowed.has(value);
  }
  const form = pattern === undefined ? null : new RegExp(pattern);
  return (value) =>
    typeof value === 'string' &&
    value.length >= minLength &&
    value.length <= maxLength &&
    (form === null || form.test(value));
}

function integerCheck({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): Check {
  return (value) => Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum; // an integer, just checked
}

function arrayCheck({ items, minItems = 0, maxItems = Number.MAX_SAFE_INTEGER }: JsonSchema): Check {
  if (typeof items !== 'object' || Array.isArray(items)) return never;
  const item = compile(items);
  return (value) => {
    if (!Array.isArray(value) || value.length < minItems || value.length > maxItems) return false;
    for (const each of value as readonly unknown[]) if (!item(each)) return false; // visits holes too, unlike every()
    return true;
  };
}

function objectCheck({ properties = {}, required = [] }: JsonSchema): Check {
  const checks = new Map(
    Object.entries(properties).map(([key, schema]) => [key, typeof schema === 'object' ? compile(schema) : never]),
  );
  return (value) => {
    if (!isPlain(value)) return false;
    for (const key of required) if (!Object.hasOwn(value, key)) return false;
    for (const key of Object.keys(value)) if (checks.get(key)?.(value[key]) !== true) return false;
    return true;
  };
}

function recordCheck({ additionalProperties, propertyNames, maxProperties = Infinity }: JsonSchema): Check {
  if (typeof additionalProperties !== 'object' || typeof propertyNames !== 'object') return never;
  const item = compile(additionalProperties);
  const name = compile(propertyNames);
  return (value) => {
    if (!isPlain(value)) return false;
    const keys = Object.keys(value);
    return keys.length <= maxProperties && keys.every((key) => key !== '__proto__' && name(key) && item(value[key]));
  };
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
