import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonLimits, parseBoundedJson } from '../../../src/process/json-body.ts';

const MIB = 1024 * 1024;
const LIMITS = { maxDepth: 64, maxValues: 40_000 };

function outcome(text: string | Buffer, limits: JsonLimits = LIMITS): unknown {
  try {
    return parseBoundedJson(Buffer.from(text), limits);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : thrown;
  }
}

test.each([
  { name: 'a value', given: '{"a":[1,"b",null]}', want: { a: [1, 'b', null] } },
  { name: 'brackets inside of strings', given: `{"a":"${'[{'.repeat(100)}"}`, want: { a: '[{'.repeat(100) } },
  { name: 'escaped quotes', given: '["\\\\","\\"[","]"]', want: ['\\', '"[', ']'] },
  { name: 'as deep as allowed', given: `${'['.repeat(64)}${']'.repeat(64)}`, want: expect.any(Array) },
  { name: 'deeper', given: `${'['.repeat(65)}${']'.repeat(65)}`, want: 'the request body nests deeper than 64 levels' },
  { name: 'a depth bomb', given: '{"a":'.repeat(MIB), want: 'the request body nests deeper than 64 levels' },
  {
    name: 'too many values',
    given: `[${'1,'.repeat(40_000)}1]`,
    want: 'the request body holds more than 40000 values',
  },
  { name: 'half a text', given: '{"a":', want: 'the request body is not JSON' },
  { name: 'nothing', given: '', want: 'the request body is not JSON' },
  { name: 'a number beyond all numbers', given: '1e400', want: Number.POSITIVE_INFINITY },
  { name: 'a byte order mark', given: '\uFEFF{}', want: {} },
  { name: 'a NUL byte', given: '{}\0', want: 'the request body is not JSON' },
  {
    name: 'bytes that are not UTF-8',
    given: Buffer.from([0x22, 0xc3, 0x28, 0x22]),
    want: 'the request body is not UTF-8',
  },
  {
    name: 'half a surrogate pair',
    given: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    want: 'the request body is not UTF-8',
  },
])('$name', ({ given, want }) => {
  expect(outcome(given)).toEqual(want);
});

test('keys of prototypes are keys like others', () => {
  const parsed = outcome('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  expect(Object.keys(parsed as object)).toEqual(['__proto__', 'constructor']); // an object, as the text says
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

/** Depth and values, told without tricks. */
function counted(text: string): { readonly depth: number; readonly values: number } {
  let open = 0;
  let depth = 0;
  let values = 1;
  const outside = text.replaceAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)/gs, '');
  for (const character of outside) {
    if ('[{'.includes(character)) depth = Math.max(depth, (open += 1));
    if (']}'.includes(character)) open -= 1;
    if (',[{'.includes(character)) values += 1;
  }
  return { depth, values };
}

test('counts every text as a slow reader does', () => {
  const text = fc.string({
    unit: fc.constantFrom('"', '\\', ',', '[', ']', '{', '}', 'a', ':', ' ', 'é'),
    maxLength: 120,
  });
  fc.assert(
    fc.property(text, (given) => {
      const { depth, values } = counted(given);
      expect(String(outcome(given, { maxDepth: depth, maxValues: values }))).not.toMatch(/nests|more than/); // or a value
      if (values > 1) expect(outcome(given, { maxDepth: 999, maxValues: values - 1 })).toMatch(/more than/);
      if (depth > 0) expect(outcome(given, { maxDepth: depth - 1 })).toMatch(/nests/);
    }),
  );
});
