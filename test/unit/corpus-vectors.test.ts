// Every vector of requirements.md section 9 that is a spec stands in the corpora, with the verdict that the document gives it.

import { expect, test } from 'vitest';
import { benignCases } from '../corpus/benign/index.ts';
import { benignVectors } from '../corpus/benign/vectors.ts';
import { sameCase } from '../corpus/case.ts';
import { hostileCases } from '../corpus/hostile/index.ts';
import { hostileVectors } from '../corpus/hostile/vectors.ts';

test.each(hostileVectors)('$title is refused by $want', (vector) => {
  expect(vector.want.length).toBeGreaterThan(0);
  expect(sameCase(hostileCases, vector)?.want).toEqual(vector.want);
});

test.each(benignVectors)('$title is accepted', (vector) => {
  expect(sameCase(benignCases, vector)?.want).toEqual([]);
});
