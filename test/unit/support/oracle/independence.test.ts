// The oracle must share no code with what it judges, or one misunderstanding could hide in both.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ORACLE = join(import.meta.dirname, '../../../support/oracle');

test.each(readdirSync(ORACLE))('%s of the oracle imports nothing but the oracle itself, node and vitest', (name) => {
  const text = readFileSync(join(ORACLE, name), 'utf8');
  const imported = [...text.matchAll(/(?:from|import\(?)\s*'([^']+)'/g)].map(([, specifier = '']) => specifier);
  expect(
    imported.filter((specifier) => !/^(?:\.\/[a-z-]+\.ts|node:[a-z/]+|vitest(?:\/node)?)$/.test(specifier)),
  ).toEqual([]);
});
