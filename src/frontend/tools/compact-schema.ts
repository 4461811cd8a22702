// JSON Schema as clients see it. Every byte of it is in the context of every model that has the tools, so what helps nobody there is left
// out: zod checks the whole of it on our side, and a refusal says which bound was broken.

import { z } from 'zod';

/** Bounds that nobody meets by chance. */
const UNSAID = new Set(['$schema', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern', 'propertyNames']);

/** Of a result every field is always there, and none is beside them: that needs saying once per tool at most. */
const UNSAID_OF_RESULTS = new Set(['required']);

export function compactJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const raw = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'throw',
    cycles: 'throw',
    reused: 'inline',
  });
  const text = JSON.stringify(raw, (key, value: unknown) =>
    saysNothing(key, value, { io, isRoot: value === raw })
      ? undefined
      : compactValue(value, { io, isRoot: value === raw }),
  );
  return JSON.parse(text) as Record<string, unknown>; // a JSON Schema of an object schema is an object
}

interface Place {
  readonly io: 'input' | 'output';
  readonly isRoot: boolean;
}

function saysNothing(key: string, value: unknown, { io }: Place): boolean {
  if (UNSAID.has(key) || (io === 'output' && UNSAID_OF_RESULTS.has(key))) return true;
  if (key === 'minimum' || key === 'maximum')
    return typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER;
  return key === 'default' && (value === false || JSON.stringify(value) === '{}' || JSON.stringify(value) === '[]');
}

function compactValue(value: unknown, { io, isRoot }: Place): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { anyOf, additionalProperties, ...rest } = value as Record<string, unknown>; // an object that is no array
  const closed = additionalProperties === undefined || (io === 'output' && !isRoot && additionalProperties === false);
  const kept = closed ? rest : { ...rest, additionalProperties };
  return anyOf === undefined ? kept : { ...nullable(anyOf), ...kept };
}

/** `{type: [T, "null"]}` for a bare T or null. */
function nullable(anyOf: unknown): Record<string, unknown> {
  const [first, second, ...others] = Array.isArray(anyOf) ? (anyOf as { readonly type?: unknown }[]) : [];
  const isBare = first?.type === 'integer' || first?.type === 'number';
  return isBare && second?.type === 'null' && others.length === 0 ? { type: [first.type, 'null'] } : { anyOf };
}
