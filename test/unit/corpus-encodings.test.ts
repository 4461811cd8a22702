// Every spelling of test/corpus/encodings at the readers that need no server: `mcpsession check`, and the JSON of webhook and front
// end. What the real API server and kubectl make of the same texts is in test/integration/corpus/encodings.test.ts.

import { describe, expect, test } from 'vitest';
import { checkSpec } from '../../src/frontend/use-cases/check-spec.ts';
import { parseBoundedJson } from '../../src/process/json-body.ts';
import type { EncodingCase } from '../corpus/encodings/case.ts';
import { readingAtCheck } from '../corpus/encodings/at-check.ts';
import { jsonEncodings, yamlEncodings } from '../corpus/encodings/index.ts';
import { defaultPolicySet } from '../../src/config/load-policy.ts';
import { idsOf } from '../corpus/gates.ts';
import { choosePolicies } from '../../src/rules/profile-choice.ts';

const shown = ({ text }: EncodingCase): string => JSON.stringify(Buffer.from(text).toString('latin1').slice(-60));

describe('security.md 11 class 13: check reads YAML', () => {
  test.each(yamlEncodings)('$title', (given) => {
    expect(readingAtCheck(given.text).reading, shown(given)).toEqual(given.check);
  });
});

describe('security.md 11 class 13: check reads JSON', () => {
  test.each(jsonEncodings)('$title', (given) => {
    expect(readingAtCheck(given.text).reading, shown(given)).toEqual(given.check);
  });
});

const POLICIES = choosePolicies(defaultPolicySet(), {});

/** As webhook and front end read: JSON alone, of two members the last. */
function readingOfBody(text: string | Uint8Array): EncodingCase['check'] {
  try {
    const body = parseBoundedJson(Buffer.from(text), { maxDepth: 64 });
    if (!(body instanceof Object && 'spec' in body)) return 'unreadable';
    const { spec } = body;
    return idsOf(checkSpec({ raw: spec, annotations: {}, policies: POLICIES }).violations);
  } catch {
    return 'unreadable';
  }
}

describe('security.md 11 class 13: webhook and front end read JSON', () => {
  const LAST_WINS = jsonEncodings.filter(({ because }) => because?.includes('last of two') === true);
  test.each(LAST_WINS)('$title: the last one, which is the one that is written', (given) => {
    expect(readingOfBody(given.text)).toEqual(given.kubectl);
  });

  test.each(jsonEncodings.filter((given) => !LAST_WINS.includes(given)))(
    '$title: nothing that the server refuses is accepted, and the same refused for the same reason',
    (given) => {
      const reading = readingOfBody(given.text);
      expect({ reading, of: shown(given) }).toEqual({ reading: expectedOfBody(given), of: shown(given) });
    },
  );

  test.each([
    { name: 'a byte order mark', text: '\ufeff{"a":1}', want: { a: 1 } },
    { name: 'white space', text: ' \r\n\t{"a":1}\n', want: { a: 1 } },
    { name: 'numbers beyond the largest', text: '{"a":1e400}', want: { a: Number.POSITIVE_INFINITY } },
  ])('$name is read as JSON.parse reads it', ({ text, want }) => {
    expect(parseBoundedJson(Buffer.from(text), { maxDepth: 4 })).toEqual(want);
  });
});

/** As the API server, but for what no server sends: bytes that are no UTF-8, halves of pairs, depth, null where nothing is. */
function expectedOfBody({ title, server, check }: EncodingCase): EncodingCase['check'] {
  if (title === 'lists in lists') return 'unreadable';
  if (title === 'a byte order mark') return check;
  if (check === 'unreadable') return 'unreadable';
  return title === 'null for security' ? check : server;
}
