import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaced, ROOT } from '../../faults/bundle.ts';
import { AIMED_PLANS, FOUND, MUTANTS } from '../../faults/mutants/mutants.ts';
import { parsePlan } from '../../faults/plan.ts';

test('there are the twelve bugs of security.md 3.5, each with a name of its own', () => {
  expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(12);
});

test.each([...MUTANTS, ...FOUND])(
  'the sources still have the places that $id replaces, each exactly once',
  ({ replacements }) => {
    for (const replacement of replacements) {
      const source = readFileSync(join(ROOT, replacement.file), 'utf8');
      expect(replaced(source, replacement)).not.toBe(source);
    }
  },
);

test('every bug says what it is and what should show it', () => {
  for (const { why, breaks } of [...MUTANTS, ...FOUND]) {
    expect(why.length).toBeGreaterThan(20);
    expect(breaks.every((invariant) => /^(I\d+|ended)$/.test(invariant))).toBe(true);
    expect(breaks.length).toBeGreaterThan(0);
  }
});

test('every one of the twelve has a plan of its own, which every sweep runs', () => {
  const plans = readdirSync(AIMED_PLANS);
  expect(plans.sort()).toEqual(MUTANTS.map(({ id }) => `${id}.json`).sort());
  for (const plan of plans) expect(() => parsePlan(readFileSync(join(AIMED_PLANS, plan), 'utf8'))).not.toThrow();
});
