import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaced, ROOT } from '../../faults/bundle.ts';
import { MUTANTS } from '../../faults/mutants/mutants.ts';

test('there are the twelve bugs of security.md 3.5, each with a name of its own', () => {
  expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(12);
});

test.each(MUTANTS)('the sources still have the places that $id replaces, each exactly once', ({ replacements }) => {
  for (const replacement of replacements) {
    const source = readFileSync(join(ROOT, replacement.file), 'utf8');
    expect(replaced(source, replacement)).not.toBe(source);
  }
});

test('every bug says what it is and what should show it', () => {
  for (const { why, breaks } of MUTANTS) {
    expect(why.length).toBeGreaterThan(20);
    expect(breaks.every((invariant) => /^I\d+$/.test(invariant))).toBe(true);
    expect(breaks.length).toBeGreaterThan(0);
  }
});
