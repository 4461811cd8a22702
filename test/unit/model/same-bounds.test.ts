// The definition that the API server enforces and the zod schema that `check`, front end, webhook and controller read say the same of
// every value at and beyond each bound; otherwise one gate accepts what another refuses (S0.C1.01).

import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { structuralSchema } from '../../../src/model/crd/structural-schema.ts';
import { sessionSpecSchema } from '../../../src/model/session-spec.ts';

type Schema = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

const root = structuralSchema(sessionSpecSchema, 'spec');
const asSchema = (value: unknown): Schema => value as Schema; // made by structuralSchema, all of whose children are schemas
const numberOf = (schema: Schema, key: string, fallback: number): number =>
  typeof schema[key] === 'number' ? schema[key] : fallback;
const childrenOf = (schema: Schema): readonly (readonly [string, Schema])[] =>
  Object.entries(asSchema(schema['properties'] ?? {})).map(([name, child]) => [name, asSchema(child)] as const);

/** As the API server validates a structural schema: lengths in code points, patterns by RE2 and not anchored. */
function serverAccepts(schema: Schema, value: unknown): boolean {
  switch (schema['type']) {
    case 'string':
      return typeof value === 'string' && acceptsText(schema, value);
    case 'integer':
      return Number.isInteger(value) && within(schema, value as number, ['minimum', 'maximum']); // just checked
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return (
        Array.isArray(value) &&
        within(schema, value.length, ['minItems', 'maxItems']) &&
        value.every((item) => serverAccepts(asSchema(schema['items']), item))
      );
    default:
      // The cast follows from what is checked before it.
      return (
        typeof value === 'object' && value !== null && !Array.isArray(value) && acceptsObject(schema, value as Schema)
      );
  }
}

const patterns = new Map<string, RE2JS>();
function compiled(pattern: string): RE2JS {
  const known = patterns.get(pattern) ?? RE2JS.compile(pattern);
  patterns.set(pattern, known);
  return known;
}

function acceptsText(schema: Schema, value: string): boolean {
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value);
  const { pattern } = schema as { readonly pattern?: string };
  const matches = pattern === undefined || compiled(pattern).matcher(value).find();
  return matches && within(schema, Array.from(value).length, ['minLength', 'maxLength']);
}

function acceptsObject(schema: Schema, value: Schema): boolean {
  const keys = Object.keys(value);
  if (schema['additionalProperties'] !== undefined) {
    return (
      within(schema, keys.length, ['minProperties', 'maxProperties']) &&
      keys.every((key) => Array.from(key).length <= longestKey(schema)) &&
      keys.every((key) => serverAccepts(asSchema(schema['additionalProperties']), value[key]))
    );
  }
  const children = new Map(childrenOf(schema));
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return (
    required.every((key) => keys.includes(String(key))) &&
    keys.every((key) => children.has(key) && serverAccepts(children.get(key) ?? {}, value[key]))
  );
}

function within(schema: Schema, amount: number, [least, most]: readonly [string, string]): boolean {
  return amount >= numberOf(schema, least, -Infinity) && amount <= numberOf(schema, most, Infinity);
}

/** The one rule of CEL that is a bound: a definition has no word for the length of keys. */
function longestKey(schema: Schema): number {
  const rules = JSON.stringify(schema['x-kubernetes-validations'] ?? '');
  return Number(/self\.all\(key, size\(key\) <= ([0-9]+)\)/.exec(rules)?.[1] ?? Infinity);
}

const EMOJI = '\u{1f600}';
const fill = (length: number, unit: string): string => unit.repeat(Math.max(length, 0));

/** Values at each bound of the schema, one step inside and one outside of it. */
function edges(schema: Schema): readonly unknown[] {
  switch (schema['type']) {
    case 'string': {
      const most = numberOf(schema, 'maxLength', 10);
      const lengths = [0, 1, most - 1, most, most + 1];
      const enumerated: readonly unknown[] = Array.isArray(schema['enum']) ? schema['enum'] : [];
      return [...lengths.flatMap((length) => ['1', 'A', EMOJI].map((unit) => fill(length, unit))), ...enumerated];
    }
    case 'integer': {
      const [least, most] = [numberOf(schema, 'minimum', 0), numberOf(schema, 'maximum', 10)];
      return [-1, 0, least - 1, least, least + 1, most - 1, most, most + 1, 1.5];
    }
    case 'array': {
      const item = sample(asSchema(schema['items']));
      const most = numberOf(schema, 'maxItems', 3);
      return [0, 1, most, most + 1].map((length) => Array.from({ length }, () => item));
    }
    case 'object':
      return schema['additionalProperties'] === undefined ? [sample(schema), { bogus: 1 }] : mapEdges(schema);
    default:
      return [true, false];
  }
}

function mapEdges(schema: Schema): readonly unknown[] {
  const most = numberOf(schema, 'maxProperties', 3);
  const sized = [0, most, most + 1].map((size) =>
    Object.fromEntries(Array.from({ length: size }, (_, index) => [`k${index}`, 'v'])),
  );
  const keyed = [317, 318].flatMap((length) => [{ [fill(length, 'k')]: 'v' }, { [fill(length, EMOJI)]: 'v' }]);
  return [...sized, ...keyed, { k: fill(63, EMOJI) }, { k: fill(64, EMOJI) }];
}

/** Something that the schema accepts, with nothing that may be left out. */
function sample(schema: Schema): unknown {
  if (schema['default'] !== undefined) return schema['default'];
  switch (schema['type']) {
    case 'string':
      return Array.isArray(schema['enum']) ? schema['enum'][0] : 'A';
    case 'integer':
      return numberOf(schema, 'minimum', 0);
    case 'array':
      return [];
    case 'object': {
      const required = Array.isArray(schema['required']) ? schema['required'] : [];
      return Object.fromEntries(
        childrenOf(schema)
          .filter(([name]) => required.includes(name))
          .map(([name, child]) => [name, sample(child)]),
      );
    }
    default:
      return false;
  }
}

interface Place {
  readonly path: Path;
  readonly schema: Schema;
}

/** Every schema below, with a path to a value of it: the first item of a list stands for all. */
function places(schema: Schema, path: Path = []): readonly Place[] {
  const inner = [
    ...childrenOf(schema).flatMap(([name, child]) => places(child, [...path, name])),
    ...(schema['items'] === undefined ? [] : places(asSchema(schema['items']), [...path, 0])),
  ];
  return [{ path, schema }, ...inner];
}

/** The smallest spec that has `value` at the path. */
function specWith(path: Path, value: unknown, schema: Schema = root): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (key === 0) return [specWith(rest, value, asSchema(schema['items']))];
  const child = asSchema(asSchema(schema['properties'])[key]);
  return { ...(sample(schema) as Schema), [key]: specWith(rest, value, child) };
}

const all = places(root).filter(({ path }) => path.length > 0);
const label = ({ path }: Place): string => path.join('.').replaceAll('.0', '[]');
const shown = (value: unknown): string => JSON.stringify(value).slice(0, 40);

describe('S2.STR.01: the definition and the schema of the programs accept the same values', () => {
  test.each(all.map((place) => ({ at: label(place), place })))('$at', ({ place }) => {
    const verdicts = [...edges(place.schema), null, 'x', 7, [], {}].map((value) => {
      const spec = specWith(place.path, value);
      return {
        value: shown(value),
        server: serverAccepts(root, spec),
        ours: sessionSpecSchema.safeParse(spec).success,
      };
    });
    expect(verdicts.filter(({ server, ours }) => server !== ours)).toEqual([]);
    expect(verdicts.some(({ ours }) => ours)).toBe(true);
    expect(verdicts.some(({ ours }) => !ours)).toBe(true);
  });

  test('whatever the text or number', () => {
    const values = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 70 }),
      fc.integer({ min: -2, max: 70_000 }),
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.dictionary(fc.string({ maxLength: 20 }), fc.string({ maxLength: 70 }), { maxKeys: 40 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...all), values, ({ path }, value) => {
        const spec = specWith(path, value);
        expect(sessionSpecSchema.safeParse(spec).success).toBe(serverAccepts(root, spec));
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});
