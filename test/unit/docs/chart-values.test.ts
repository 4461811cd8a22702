// docs/chart-values.md says what every value of the chart is for, from the comments in values.yaml.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type JsonSchema, valuesJsonSchema } from '../../../hack/chart-schema.ts';
import { valueSections } from '../../../hack/docs-values.ts';

const text = readFileSync(join(import.meta.dirname, '../../../charts/mcp-session-operator/values.yaml'), 'utf8');
const sections = valueSections(text, valuesJsonSchema());

const SCHEMA: JsonSchema = { properties: { a: { properties: { b: {}, c: {} } }, d: {} } };

test('a comment belongs to the value below it, however many lines it has', () => {
  const found = valueSections(
    '# About a.\na:\n  # First\n  # line.\n  b: 1\n  # Second.\n  c: {x: 1}\n# Third.\nd: []\n',
    SCHEMA,
  );
  expect(found).toEqual([
    {
      key: 'a',
      comment: 'About a.',
      values: [
        { key: 'a.b', byDefault: 1, comment: 'First line.' },
        { key: 'a.c', byDefault: { x: 1 }, comment: 'Second.' },
      ],
    },
    { key: 'd', comment: '', values: [{ key: 'd', byDefault: [], comment: 'Third.' }] },
  ]);
});

test('a value without a comment is named', () => {
  expect(() => valueSections('a:\n  b: 1\n  # C.\n  c: 1\n\nd: 1\n', SCHEMA)).toThrow(
    'values.yaml: no comment on a.b, d',
  );
});

test('what stands apart above a value is not about it', () => {
  expect(() => valueSections('# The file.\n\nd: 1\n', SCHEMA)).toThrow('no comment on d');
});

test('values.yaml and the schema have the same keys, but for those of the policy', () => {
  const namesIn = (schema: JsonSchema, value: unknown, prefix: string): readonly string[] => {
    if (schema.properties === undefined || prefix === 'policy' || isEmpty(value)) return [prefix];
    return Object.entries(schema.properties).flatMap(([key, below]) =>
      namesIn(below, (value as Record<string, unknown>)[key], prefix === '' ? key : `${prefix}.${key}`),
    );
  };
  const wanted = namesIn(valuesJsonSchema(), parse(text), '');
  const found = sections.flatMap(({ values }) => values.map(({ key }) => key));
  expect([...found].sort()).toEqual([...wanted].sort());
  expect(found.length).toBeGreaterThan(90);
});

/** An object without fields is a value of its own, whatever could be in it. */
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
