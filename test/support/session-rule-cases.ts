// Tables of session rule tests: one valid session, one change, the exact text.

import { describe, expect, test } from 'vitest';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { SessionSubject } from '../../src/rules/session-subject.ts';
import { aPolicy, refusals } from './judgement.ts';
import { aSession } from './session-builder.ts';

export interface AcceptedCase {
  readonly name: string;
  readonly rule: Rule<SessionSubject>;
  readonly given: Partial<SessionSpecInput>;
  /** Settings that differ from the default policy. */
  readonly policy?: Readonly<Record<string, unknown>>;
}

export interface RefusedCase extends AcceptedCase {
  /** Each without the link at its end, which follows from the id. */
  readonly want: readonly string[];
}

export function testSessionRules(cases: {
  readonly refused: readonly RefusedCase[];
  readonly accepted: readonly AcceptedCase[];
}): void {
  describe('refuses', () => {
    test.each(cases.refused)('$name', ({ rule, given, policy, want }) => {
      const link = ` (mcpsession.dev/r/${rule.id.slice(-3)})`;
      expect(refusals(rule, aSession(given), aPolicy(policy ?? {}))).toEqual(want.map((text) => text + link));
    });
  });
  describe('accepts', () => {
    test.each(cases.accepted)('$name', ({ rule, given, policy }) => {
      expect(refusals(rule, aSession(given), aPolicy(policy ?? {}))).toEqual([]);
    });
  });
}
