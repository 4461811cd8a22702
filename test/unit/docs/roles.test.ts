import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRoleEnvironment } from '../../../src/config/role-environment.ts';
import { ROLE_SCHEMAS } from '../../../src/config/role-settings.ts';

const text = readFileSync(join(import.meta.dirname, '../../../docs/roles.md'), 'utf8');

/** "nodeApi.port" for what is nested. */
function keysOf(schema: unknown, prefix = ''): readonly string[] {
  const { properties } = schema as { properties?: Record<string, unknown> }; // JSON Schema
  if (properties === undefined) return [prefix];
  return Object.entries(properties).flatMap(([key, below]) => keysOf(below, prefix === '' ? key : `${prefix}.${key}`));
}

test('docs/roles.md names every setting of every role', () => {
  const keys = Object.values(ROLE_SCHEMAS).flatMap((schema) => keysOf(schema.toJSONSchema({ io: 'input' })));
  expect(keys.length).toBeGreaterThan(20);
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});

test('docs/roles.md names every variable', () => {
  const read = readRoleEnvironment('controller', {});
  const names = read.ok ? [] : read.error.map((problem) => problem.split(':')[0]);
  expect(names).toHaveLength(6);
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
