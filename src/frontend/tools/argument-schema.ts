// Arguments of a tool: the JSON Schema that clients see, and the check that never throws, so that a wrong argument gets our own
// answer. Objects and lists that a client sends as JSON text are parsed back, whole numbers and truth values in a map of texts become
// text (S0.H1.04); unknown arguments are refused by name.

import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { isPlainObject } from '../../lib/plain-object.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { compactJsonSchema } from './compact-schema.ts';

/** One sentence per problem; none of them holds a value that was sent. */
export type ArgumentProblems = readonly string[];

export function argumentSchema<Shape extends z.ZodObject>(
  schema: Shape,
): StandardSchemaWithJSON<unknown, Result<z.output<Shape>, ArgumentProblems>> {
  const json = compactJsonSchema(schema, 'input');
  const structured = structuredArguments(json);
  const textMaps = textMapArguments(json);
  const names = Object.keys(schema.shape);
  return {
    '~standard': {
      version: 1,
      vendor: 'mcpsession',
      validate: (value) => {
        const given = withTexts(repaired(value, structured), textMaps);
        const lost = lostNames(given);
        if (lost.length > 0) return { value: err(lost) };
        const parsed = schema.safeParse(given);
        if (parsed.success) return { value: ok(parsed.data) };
        return { value: err(parsed.error.issues.map((issue) => problemText(issue, names))) };
      },
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}

/** The result shape of a tool; checked by the SDK before it is sent. */
export function resultSchema<Shape extends z.ZodObject>(
  schema: Shape,
): StandardSchemaWithJSON<unknown, z.output<Shape>> {
  const json = compactJsonSchema(schema, 'output');
  return {
    '~standard': {
      version: 1,
      vendor: 'mcpsession',
      validate: (value) => {
        const parsed = schema.safeParse(value);
        return parsed.success ? { value: parsed.data } : { issues: parsed.error.issues };
      },
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}

interface ArgumentSchema {
  readonly type?: unknown;
  readonly additionalProperties?: { readonly type?: unknown };
}

const argumentsOf = (json: Record<string, unknown>): readonly (readonly [string, ArgumentSchema])[] =>
  Object.entries((json['properties'] ?? {}) as Record<string, ArgumentSchema>); // made by zod above

function structuredArguments(json: Record<string, unknown>): ReadonlySet<string> {
  const entries = argumentsOf(json).filter(([, { type }]) => type === 'object' || type === 'array');
  return new Set(entries.map(([name]) => name));
}

/** Maps of names to texts, such as variables. */
function textMapArguments(json: Record<string, unknown>): ReadonlySet<string> {
  const entries = argumentsOf(json).filter(([, { additionalProperties }]) => additionalProperties?.type === 'string');
  return new Set(entries.map(([name]) => name));
}

function repaired(value: unknown, structured: ReadonlySet<string>): unknown {
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([name, argument]: [string, unknown]) => [
    name,
    structured.has(name) && typeof argument === 'string' ? parsedOrSame(argument) : argument,
  ]);
  return Object.fromEntries(entries);
}

function withTexts(value: unknown, textMaps: ReadonlySet<string>): unknown {
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([name, argument]: [string, unknown]) => [
    name,
    textMaps.has(name) && isPlainObject(argument)
      ? Object.fromEntries(Object.entries(argument).map(([key, item]: [string, unknown]) => [key, textOf(item)]))
      : argument,
  ]);
  return Object.fromEntries(entries);
}

/** A fraction or a larger number is not what was written any more: 1.10 has become 1.1. It stays, and is refused. */
const textOf = (value: unknown): unknown =>
  typeof value === 'boolean' || (Number.isSafeInteger(value) && !Object.is(value, -0)) ? String(value) : value;

function parsedOrSame(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // not JSON: the schema says what is expected
  }
}

/** Maps with an entry that zod leaves out without a word; the caller would believe that it was taken. */
function lostNames(given: unknown): ArgumentProblems {
  if (!isPlainObject(given)) return [];
  return Object.entries(given)
    .filter(([, map]: [string, unknown]) => isPlainObject(map) && Object.hasOwn(map, '__proto__'))
    .map(([name]) => `${name.slice(0, 64)}: "__proto__" is not a usable name`);
}

function problemText(issue: z.core.$ZodIssue, names: readonly string[]): string {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    const unknown = issue.keys.map((key) => JSON.stringify(key.slice(0, 64))).join(', ');
    return `unknown argument ${unknown}; the arguments are ${names.join(', ')}`;
  }
  const where = issue.path.map((part) => String(part).slice(0, 64)).join('.');
  const hint =
    issue.code === 'invalid_type' && /string, received number/.test(issue.message) ? '; put it in quotes' : '';
  return where === '' ? issue.message : `${where}: ${issue.message}${hint}`;
}
