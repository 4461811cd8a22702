import { expect, test } from 'vitest';
import { judgeObject } from '../../../src/cli/check/judge-object.ts';
import { readYaml } from '../../../src/config/read-yaml.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';

const read = (text: string) => readYaml(text, 'f');
const HEAD = 'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: a}\n';

test.each([
  { name: 'several documents, empty ones left out', given: 'a: 1\n---\n---\nb: yes\n', want: [{ a: 1 }, { b: true }] },
  { name: 'JSON', given: '{"a": [1, "b"]}', want: [{ a: [1, 'b'] }] },
  { name: 'merged maps', given: 'a: &a {b: 1}\nc: {<<: *a, d: 2}\n', want: [{ a: { b: 1 }, c: { b: 1, d: 2 } }] },
  { name: 'the same key in two maps', given: '[{a: 1}, {a: 2}]', want: [[{ a: 1 }, { a: 2 }]] },
  { name: 'nothing', given: '# only a comment\n', want: [] },
])('reads $name', ({ given, want }) => {
  expect(read(given)).toEqual({ ok: true, value: want });
});

test.each([
  { name: 'a key twice', given: 'a: 1\nb: 2\na: 3\n', want: 'f:3: Map keys must be unique' },
  { name: 'a key twice, once quoted', given: '{"a": 1, a: 2}', want: 'f:1: Map keys must be unique' },
  { name: 'a number and a text that become one key', given: '1: a\n"1": b\n', want: 'f:2: Map keys must be unique' },
  {
    name: 'a key twice in a document behind others',
    given: 'a: 1\n---\nb:\n  c: 1\n  c: 2\n',
    want: 'f:5: Map keys must be unique',
  },
  {
    name: 'too many tokens',
    given: `a: [${'1,'.repeat(60_000)}1]`,
    want: 'f: holds a document of more than 100000 tokens',
  },
  { name: 'too many documents', given: '---\n'.repeat(10_001), want: 'f: holds more than 10000 documents' },
  { name: 'too many errors', given: `a: ${'}'.repeat(1_000)}`, want: 'f: holds more than 200 errors or directives' },
  { name: 'nesting without end', given: `a: ${'['.repeat(100_000)}`, want: 'f: is nested too deeply' },
  {
    name: 'indentation without end',
    given: Array.from({ length: 600 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
    want: 'f: is nested too deeply',
  },
])('refuses $name', ({ given, want }) => {
  const result = read(given);
  expect(result.ok ? result.value : result.error[0]).toBe(want);
});

test.each([
  {
    name: 'metadata',
    given: `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: &m {name: a, labels: *m}\nspec: {image: a}\n`,
  },
  { name: 'the spec', given: `${HEAD}spec: &s {image: a, network: *s}\n` },
  { name: 'a list', given: `${HEAD}spec: {image: a, env: &e [*e]}\n` },
])('an object that holds itself is refused: $name', ({ given }) => {
  const result = read(given);
  const judged = result.ok ? judgeObject(result.value[0], defaultPolicy()) : null;
  expect(judged).toMatchObject({ kind: 'judged', violations: [{ rule: 'SCHEMA' }] });
});
