import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { policyFileSchema } from '../../../src/model/policy-set.ts';

const text = readFileSync(join(import.meta.dirname, '../../../docs/policy.md'), 'utf8');

test('docs/policy.md names every setting of a profile', () => {
  const { profile: _profile, yolo: _yolo, ...groups } = defaultPolicy();
  const keys = Object.entries(groups).flatMap(([group, settings]) =>
    Object.keys(settings).map((name) => `${group}.${name}`),
  );
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});

test('docs/policy.md names every setting above the profiles', () => {
  const groups = new Set(Object.keys(defaultPolicy()));
  const keys = Object.keys(policyFileSchema.shape).filter((key) => !groups.has(key));
  expect(keys.filter((key) => !text.includes(`\`${key}\``) && !text.includes(`${key}:`))).toEqual([]);
});
