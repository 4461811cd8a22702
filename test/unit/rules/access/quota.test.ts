import { expect, test } from 'vitest';
import { defaultPolicy } from '../../../../src/model/policy.ts';
import { countsAgainstQuota, type QuotaEntry, quotaViolations } from '../../../../src/rules/access/quota.ts';
import { renderCauseText } from '../../../../src/rules/render.ts';
import { aStoredSession } from '../../../support/story.ts';

const DANA = 'system:serviceaccount:team-a:dana';
const entries = (count: number, entry: QuotaEntry): readonly QuotaEntry[] => Array.from({ length: count }, () => entry);
const idsOf = (asked: Parameters<typeof quotaViolations>[0], policy = defaultPolicy()) =>
  quotaViolations(asked, policy).map(({ rule }) => rule);

test.each([
  { name: 'the third of an owner', owner: DANA, others: entries(2, { namespace: 'team-a', owner: DANA }), want: [] },
  {
    name: 'the fourth of an owner',
    owner: DANA,
    others: entries(3, { namespace: 'team-a', owner: DANA }),
    want: ['MCPS-410'],
  },
  {
    name: 'the fourth of an owner whose others are in other namespaces',
    owner: DANA,
    others: entries(3, { namespace: 'team-b', owner: DANA }),
    want: ['MCPS-410'],
  },
  {
    name: 'the fourth in a namespace where others own three',
    owner: DANA,
    others: entries(3, { namespace: 'team-a', owner: 'erin' }),
    want: [],
  },
  { name: 'the tenth of a namespace', owner: null, others: entries(9, { namespace: 'team-a', owner: null }), want: [] },
  {
    name: 'the eleventh of a namespace',
    owner: null,
    others: entries(10, { namespace: 'team-a', owner: null }),
    want: ['MCPS-411'],
  },
  {
    name: 'the first of a namespace beside a full one',
    owner: null,
    others: entries(10, { namespace: 'team-b', owner: null }),
    want: [],
  },
  {
    name: 'one without an owner among many without one',
    owner: null,
    others: entries(4, { namespace: 'team-a', owner: null }),
    want: [],
  },
  {
    name: 'one above both quotas',
    owner: DANA,
    others: entries(10, { namespace: 'team-a', owner: DANA }),
    want: ['MCPS-410', 'MCPS-411'],
  },
])('S4.DEV.03: $name breaks $want', ({ owner, others, want }) => {
  expect(idsOf({ namespace: 'team-a', owner, others })).toEqual(want);
});

test('S4.DEV.03: the limits come from policy', () => {
  const policy = { ...defaultPolicy(), limits: { ...defaultPolicy().limits, perOwner: 1, perNamespace: 2 } };
  const others = entries(2, { namespace: 'team-a', owner: DANA });
  expect(idsOf({ namespace: 'team-a', owner: DANA, others }, policy)).toEqual(['MCPS-410', 'MCPS-411']);
});

test('S4.DEV.03: quotas hold where policy switches the safety rules off', () => {
  const others = entries(10, { namespace: 'team-a', owner: null });
  expect(idsOf({ namespace: 'team-a', owner: null, others }, { ...defaultPolicy(), yolo: true })).toEqual(['MCPS-411']);
});

test('the refusal says how many there are, how many may be, and what to do', () => {
  const owner = `system:serviceaccount:${'n'.repeat(63)}:${'a'.repeat(63)}`;
  const others = entries(10, { namespace: 'team-a', owner });
  const texts = quotaViolations({ namespace: 'team-a', owner, others }, defaultPolicy()).map(renderCauseText);
  expect(texts[0]).toMatch(/has 10 unfinished sessions; policy limits.perOwner is 3; fix: delete one of them/);
  expect(texts[1]).toMatch(
    /the namespace has 10 unfinished sessions; policy limits.perNamespace is 10; fix: delete one/,
  );
  for (const text of texts) expect(text.length).toBeLessThanOrEqual(200);
});

test('suspended sessions count; finished ones and those that are being deleted do not', () => {
  const session = aStoredSession({ operatingMode: 'Suspended' });
  expect(countsAgainstQuota(session)).toBe(true);
  expect(countsAgainstQuota(aStoredSession({}, { finishedAt: '2026-11-20T12:00:00Z' }))).toBe(false);
  expect(countsAgainstQuota({ ...session, meta: { ...session.meta, deletionMs: 1 } })).toBe(false);
});
