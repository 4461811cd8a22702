import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judgeObject } from '../../../src/cli/check/judge-object.ts';
import { readYaml } from '../../../src/config/read-yaml.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { sessionRules } from '../../../src/rules/session-rules.ts';

const folder = join(import.meta.dirname, '../../../examples/denied');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Rules that no example can break alone, or at all under the default policy. */
const EXTRA: Readonly<Record<string, readonly string[]>> = Object.fromEntries([
  ...['MCPS-505', 'MCPS-506'].map((id) => [id, ['MCPS-501']]),
  ...['MCPS-502', 'MCPS-503', 'MCPS-507', 'MCPS-508'].map((id) => [id, ['MCPS-504']]),
]);
const WITHOUT_EXAMPLE: Readonly<Record<string, string>> = {
  'MCPS-302': 'the default policy allows every registry',
  'MCPS-303': 'the default policy requires no digest',
  'MCPS-611': 'the default policy warns of literal secrets (MCPS-605)',
  'MCPS-614': 'the default policy warns of values that look like keys (MCPS-613)',
  ...Object.fromEntries(
    ['MCPS-804', 'MCPS-811', 'MCPS-812', 'MCPS-813', 'MCPS-814', 'MCPS-815'].map((id) => [
      id,
      'the default policy has a deny list',
    ]),
  ),
  'MCPS-609': 'the smallest example has a megabyte',
};

const idOf = (file: string): string => file.slice(0, 'mcps-000'.length).toUpperCase();

describe('examples/denied', () => {
  test.each(files)('%s is refused for exactly its rule', (file) => {
    const documents = readYaml(readFileSync(join(folder, file), 'utf8'), file);
    const judged = documents.ok ? documents.value.map((raw) => judgeObject(raw, defaultPolicy())) : [];
    const rules = judged.flatMap((one) =>
      one.kind === 'judged' ? one.violations.map(({ rule }) => rule) : [one.kind],
    );
    expect([...new Set(rules)].sort()).toEqual([idOf(file), ...(EXTRA[idOf(file)] ?? [])].sort());
  });

  test('each has the words of kubectl beside it (test/integration/webhook/denied-output.test.ts writes them)', () => {
    const outputs = readdirSync(folder).filter((name) => name.endsWith('.out'));
    expect(outputs).toEqual(files.map((file) => file.replace(/\.yaml$/, '.out')));
  });

  test('there is one for every deny rule about sessions', () => {
    const denied = sessionRules.filter(({ severity }) => severity === 'deny').map(({ id }) => id);
    expect([...files.map(idOf), ...Object.keys(WITHOUT_EXAMPLE)].sort()).toEqual(denied.sort());
  });
});
