// docs/isolation.md against what it describes: it names every control, path and number that the code has.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { SESSION_SECCOMP_DIGEST } from '../../../src/docker/seccomp/profile.ts';
import { ALLOWED_CALLS } from '../../../src/docker/seccomp/allowed-calls.ts';
import { ARGUMENT_RULES } from '../../../src/docker/seccomp/argument-rules.ts';
import { policySchema } from '../../../src/model/policy.ts';
import { ISOLATION_CONTROLS } from '../../../src/plan/isolation.ts';
import { DEFAULT_MASKED_PATHS, DEFAULT_READONLY_PATHS } from '../../../src/rules/default-paths.ts';

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'docs/isolation.md'), 'utf8');

test.each(ISOLATION_CONTROLS.map(({ id }) => id))('names the control %s', (id) => {
  expect(text).toContain(`\`${id}\``);
});

test.each([...DEFAULT_MASKED_PATHS, ...DEFAULT_READONLY_PATHS])('names the path %s', (path) => {
  expect(text).toMatch(new RegExp(`\`(?:${path}|${path.replace('/proc/', '')})\``));
});

test('shows the hash of the seccomp profile and counts its calls', () => {
  expect(text).toContain(`RuntimeDefault (${SESSION_SECCOMP_DIGEST.slice(0, 'sha256:'.length + 12)})`);
  expect(text).toContain(`${ALLOWED_CALLS.length} calls with any arguments`);
  const conditional = [...new Set(ARGUMENT_RULES.map(({ call }) => call))];
  expect(text).toContain(`${conditional.length} depending on an argument`);
  for (const call of conditional) expect(text).toContain(`\`${call}\``);
});

test('S3.T5.09: says how the AppArmor profile is copied, loaded and chosen', () => {
  expect(text).toContain('install -m 644 hack/apparmor/mcpsession-default /etc/apparmor.d/mcpsession-default');
  expect(text).toContain('apparmor_parser -r /etc/apparmor.d/mcpsession-default');
  expect(text).toContain('appArmor: {profile: mcpsession-default}');
  const { mode } = policySchema.shape.appArmor.unwrap().shape;
  for (const value of mode.unwrap().options) expect(text).toContain(`| \`${value}\``);
});

test.each([...text.matchAll(/`((?:test|src|hack)\/[\w./-]+)`/g)].map(([, path = '']) => path))(
  'the file that it names is there: %s',
  (path) => {
    expect(() => readFileSync(join(root, path))).not.toThrow(/ENOENT/);
  },
);
