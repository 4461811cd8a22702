import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cisChecks } from '../../../hack/cis/judge-container.ts';
import { tableRows } from '../../../hack/compliance/row.ts';
import { complianceDocument, STANDARDS } from '../../../hack/docs-compliance.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { ISOLATION_CONTROLS } from '../../../src/plan/isolation.ts';
import { ruleById } from '../../../src/rules/registry.ts';

const ROOT = join(import.meta.dirname, '../../..');
const rows = STANDARDS.flatMap(({ title, rows: all }) => all.map((row) => ({ ...row, standard: title })));
/** Beside those of every container, the comparison of host paths where there are some. */
const CONTROLS = new Set([...ISOLATION_CONTROLS.map(({ id }) => id), 'hostPaths']);
const standardNamed = (start: string) => STANDARDS.find(({ title }) => title.startsWith(start))?.rows ?? [];

describe('docs/compliance.md', () => {
  test.each(rows.flatMap((row) => row.proof.map((proof) => ({ ...proof, control: row.control }))))(
    'S0.C3.09: $control is proved by a test that exists: $file "$title"',
    ({ file, title }) => {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      const source = readFileSync(join(ROOT, file), 'utf8');
      expect(["'", '"', '`'].some((quote) => source.includes(quote + title + quote))).toBe(true);
    },
  );

  test('has a proof in every row that is not the operator’s alone, and names rules and controls that exist', () => {
    for (const { standard, control, support, rules, shownBy, proof } of rows) {
      const row = `${standard} ${control}`;
      if (support !== 'operator') expect(proof, row).not.toEqual([]);
      expect(
        rules.filter((id) => ruleById(id) === null),
        row,
      ).toEqual([]);
      expect(
        shownBy.filter((name) => !CONTROLS.has(name)),
        row,
      ).toEqual([]);
    }
  });

  test('names settings of the policy that exist', () => {
    const policy: Readonly<Record<string, unknown>> = defaultPolicy();
    const named = rows.flatMap(({ how }) => [...how.matchAll(/`([a-zA-Z]+)\.([a-zA-Z]+)/g)]);
    expect(named.length).toBeGreaterThan(10);
    for (const [text, group = '', key = ''] of named) expect(policy[group], text).toHaveProperty(key);
  });

  test('S1.RES.02: has every check of CIS Docker section 5, under the name that `make cis` gives it', () => {
    const cis = standardNamed('CIS').map(({ control, subject }) => ({ id: control, title: subject }));
    expect(cis).toEqual(cisChecks.map(({ id, title }) => ({ id, title: title.replaceAll('’', "'") })));
  });

  test('S1.RES.03, S3.CMP.03: has the 23 risks of NIST SP 800-190', () => {
    const perSection = Map.groupBy(standardNamed('NIST'), ({ control }) => control.slice(0, 3));
    expect([...perSection].map(([number, all]) => [number, all.length])).toEqual([
      ['4.1', 5],
      ['4.2', 3],
      ['4.3', 5],
      ['4.4', 5],
      ['4.5', 5],
    ]);
  });

  test('has the 16 controls of the restricted profile of Pod Security, each once', () => {
    const names = standardNamed('Kubernetes').map(({ control }) => control);
    expect(new Set(names).size).toBe(16);
  });

  test('S3.CMP.01, S3.CMP.04, S3.CMP.05, S4.END.01: has the other standards, and who answers for what', () => {
    const { text } = complianceDocument();
    for (const name of ['OWASP', 'PCI DSS', 'SOC 2', '## Who answers for what']) expect(text).toContain(name);
  });

  test('K-37: says "supports", never that anything complies, meets or is certified', () => {
    const { text } = complianceDocument();
    expect(text).toContain('supports it by default');
    expect(text).not.toMatch(
      /\b(compl(y|ies|iant|iance with)|certified|certification|meets|exceeds|fulfils?|satisf\w+)\b/i,
    );
  });
});

test.each(['a | b | default | how | 1 |  ', 'a | b | maybe | how |  |  | ', 'a | b | default | how | | | nowhere: x'])(
  'a row that cannot be read is refused: %s',
  (line) => expect(() => tableRows(line)).toThrow(/compliance row|short name/),
);
