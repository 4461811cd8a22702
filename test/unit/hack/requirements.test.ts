import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { coverageOf, coverageText, mustBeProved } from '../../../hack/requirements/coverage.ts';
import { idsIn, namedIds } from '../../../hack/requirements/named-ids.ts';
import { ELSEWHERE, type Elsewhere, type Requirement, requirements } from '../../requirements/index.ts';

const ROOT = join(import.meta.dirname, '../../..');
const all = requirements();
const row = (id: string, change: Partial<Requirement> = {}): Requirement => ({
  id,
  kind: 'rule',
  owner: 'RULES',
  title: 'a thing',
  elsewhere: null,
  ...change,
});
/** Made up for these tests; put together so that this file names no row. */
const made = (section: string, number: string): string => ['S0', section, number].join('.');

describe('the index of requirements', () => {
  test('has every row of the five documents once', () => {
    const perDocument = ['S0.', 'S1.', 'S2.', 'S3.', 'S4.'].map(
      (document) => all.filter(({ id }) => id.startsWith(document)).length,
    );
    expect(perDocument).toEqual([150, 77, 17, 83, 66]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id } of all) expect(id).toMatch(/^S[0-4]\.[A-Z][A-Z0-9]*(\.[A-Z0-9]+)?$/);
  });

  test('knows every id that a test names, or the section of it', () => {
    const known = new Set(all.map(({ id }) => id));
    const isSection = (id: string): boolean => all.some((row) => row.id.startsWith(`${id}.`));
    const unknown = namedIds(ROOT).filter(({ id }) => !known.has(id) && !isSection(id));
    expect(unknown).toEqual([]);
  });

  test('S0.NEXT.03: every rule, default and limit is named by a test, or has the reason why not', () => {
    const { missing, excused } = coverageOf(all, new Set(namedIds(ROOT).map(({ id }) => id)));
    expect(missing.map(({ id }) => id)).toEqual([]);
    for (const { requirement, reason } of excused) expect(reason, requirement.id).toMatch(/\S/);
  });

  test('gives no reason that no row uses', () => {
    const used = new Set(all.map(({ elsewhere }) => elsewhere));
    expect(Object.keys(ELSEWHERE).filter((reason) => !used.has(reason as Elsewhere))).toEqual([]);
  });
});

describe('the ids of a file', () => {
  const [first, second, third] = [made('C1', '01'), made('C1', '02'), made('C1', '03')];

  test.each([
    {
      name: 'in titles and tables',
      source: `test('${first}: a thing', () => {}); const x = { name: "${second}" };`,
      want: [first, second],
    },
    { name: 'as a range', source: `describe('${first}-03', () => {})`, want: [first, second, third] },
    { name: 'each once', source: `'${first}' '${first}'`, want: [first] },
    { name: 'not in comments', source: `// ${first}\nconst x = 1; // ${second}\n/* ${third} */`, want: [] },
    { name: 'after an address with two slashes', source: `'https://x/${first}'`, want: [first] },
  ])('are found $name', ({ source, want }) => {
    expect(idsIn(source)).toEqual(want);
  });
});

describe('the coverage of requirements', () => {
  const [proved, missing, behaviour, other] = ['01', '02', '03', '04'].map((number) => made('X', number));
  const rows = [
    row(proved ?? ''),
    row(missing ?? ''),
    row(behaviour ?? '', { kind: 'behaviour' }),
    row(other ?? '', { kind: 'limit', elsewhere: 'chart' }),
  ];

  test('misses a rule, default or limit of ours that no test names, and nothing else', () => {
    expect(rows.filter(mustBeProved).map(({ id }) => id)).toEqual([proved, missing]);
    const coverage = coverageOf(rows, new Set([proved ?? '']));
    expect(coverage.missing.map(({ id }) => id)).toEqual([missing]);
    expect(coverage.excused.map(({ reason }) => reason)).toEqual([
      'a behaviour that no test names yet',
      ELSEWHERE.chart,
    ]);
  });

  test('is said in one line, then row by row with the reason', () => {
    const lines = coverageText(rows, coverageOf(rows, new Set([proved ?? ''])))
      .trim()
      .split('\n');
    expect(lines[0]).toBe('covered 1 / total 4 (rules, defaults, limits: 1 / 2)');
    expect(lines[1]).toBe(`MISSING  ${missing}  rule  RULES: a thing`);
    expect(lines).toHaveLength(4);
  });
});
