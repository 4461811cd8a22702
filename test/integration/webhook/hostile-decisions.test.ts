// Whatever is posted gets an answer, within 50 ms of processor time, and leaves nothing behind.

import { describe, expect, test } from 'vitest';
import { parseBoundedJson } from '../../../src/process/json-body.ts';
import type { ChosenPolicies } from '../../../src/rules/profile-choice.ts';
import { admissionResponse, parseAdmissionReview } from '../../../src/webhook/admission-review.ts';
import { admit } from '../../../src/webhook/admit.ts';
import { REVIEW_LIMITS } from '../../../src/webhook/read-review.ts';
import { spentMs } from '../../support/cpu-time.ts';
import { hostileReviews } from '../../support/hostile-reviews.ts';
import { chosenPolicies } from '../../support/policies.ts';

const MAX_CPU_MS = 50;
const MIB = 1024 * 1024;
/** The API server passes 4,096 runes of warnings on; and rules times violations bound the rest. */
const MAX_ANSWER_BYTES = 128 * 1024;

const ONE_PROFILE = chosenPolicies();
/** One refuses, the others warn and are recorded. */
const THREE_PROFILES = chosenPolicies(
  {},
  {
    'mcpsession.dev/profile': 'production',
    'mcpsession.dev/warn': 'investigation',
    'mcpsession.dev/audit': 'development',
  },
);

function answer(body: Buffer, policies: ChosenPolicies): string {
  try {
    const request = parseAdmissionReview(parseBoundedJson(body, REVIEW_LIMITS));
    if (typeof request === 'string') return 'unreadable';
    const options = { isSuspended: false, requestProblems: [], frontendUsername: 'f', policies };
    return JSON.stringify(admissionResponse(request, admit(request, options).answer));
  } catch (thrown) {
    if ((thrown as { kind?: unknown }).kind === 'invalid') return 'unreadable'; // of parseBoundedJson; anything else fails the test
    throw thrown;
  }
}

const decisionOf = (text: string): string => {
  if (text === 'unreadable') return text;
  const { response } = JSON.parse(text) as { response: { allowed: boolean } }; // what admissionResponse made
  return response.allowed ? 'allowed' : 'denied';
};

describe('gets an answer in time, under one profile and under three', () => {
  test.each(hostileReviews)('$name: $want', ({ body, want }) => {
    const bytes = Buffer.from(body());
    let text = '';
    expect(spentMs(() => (text = answer(bytes, ONE_PROFILE)), MAX_CPU_MS)).toBeLessThan(MAX_CPU_MS);
    if (want === 'answered') expect(['allowed', 'denied']).toContain(decisionOf(text));
    else expect(decisionOf(text)).toBe(want);
    expect(text.length).toBeLessThan(MAX_ANSWER_BYTES);
    expect(spentMs(() => void answer(bytes, THREE_PROFILES), MAX_CPU_MS)).toBeLessThan(MAX_CPU_MS);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

test.each([
  { name: 'brackets', given: '['.repeat(4 * MIB) },
  { name: 'blanks', given: ' '.repeat(4 * MIB) },
  { name: 'one string', given: `"${'a'.repeat(4 * MIB)}"` },
  { name: 'one string of escapes', given: `"${'\\"'.repeat(2 * MIB)}"` },
  { name: 'backslashes without an end', given: `"${'\\'.repeat(4 * MIB)}` },
  { name: 'backslashes and quotes', given: `${'\\'.repeat(2000)}"`.repeat(2000) },
  { name: 'strings', given: `["${'","'.repeat(MIB)}"]` },
  { name: 'digits', given: '1'.repeat(4 * MIB) },
  { name: 'long numbers', given: `[${`${'1'.repeat(100)},`.repeat(39_000)}1]` },
  {
    name: 'long keys',
    given: `{${Array.from({ length: 39_000 }, (_, at) => `"${String(at).padStart(90, 'x')}":1`).join()}}`,
  },
])('4 MiB of $name are read, or refused, in time', ({ given }) => {
  const bytes = Buffer.from(given);
  expect(spentMs(() => void answer(bytes, ONE_PROFILE), MAX_CPU_MS)).toBeLessThan(MAX_CPU_MS);
});
