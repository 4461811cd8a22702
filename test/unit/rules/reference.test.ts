import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONTAINER_SNIPPETS } from '../../../hack/rules/container-snippets.ts';
import { parseHeader, policyKeysIn, readRuleHeaders } from '../../../hack/rules/read-headers.ts';
import { TEXT_SNIPPETS } from '../../../hack/rules/text-snippets.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import { containerRules } from '../../../src/rules/container-rules.ts';
import { explainedRules, explainRule, nearRuleIds } from '../../../src/rules/explain.ts';
import { ruleRegistry } from '../../../src/rules/registry.ts';
import { sessionRules } from '../../../src/rules/session-rules.ts';
import { aContainer } from '../../support/container-builder.ts';
import { aPolicy, refusals } from '../../support/judgement.ts';
import { aSession } from '../../support/session-builder.ts';

const ROOT = join(import.meta.dirname, '../../..');
const headers = readRuleHeaders(ROOT);

describe('what is written about the rules', () => {
  test('is complete: each has danger, fields, allowed, source, bad and good', () => {
    const explained = explainedRules();
    expect(explained.map(({ id }) => id)).toEqual(ruleRegistry.map(({ id }) => id));
    for (const { id, danger, fields, allowed, source, bad, good } of explained)
      for (const text of [danger, fields, allowed, source, bad, good]) expect(text, id).toMatch(/\S/);
  });

  test('comes from the header of the file of the rule, all four labels in order', () => {
    const withFile = ruleRegistry.filter(({ subject }) => subject !== 'node').map(({ id }) => id);
    expect(withFile.filter((id) => !headers.has(id))).toEqual([]);
  });

  test('says at which gates a rule holds (S2.STR.04)', () => {
    expect(explainRule('MCPS-201')?.enforcedAt).toEqual(['cli', 'frontend', 'webhook', 'controller']);
    expect(explainRule('MCPS-601')?.enforcedAt).toEqual(['webhook']);
    expect(explainRule('MCPS-901')?.enforcedAt).toEqual(['controller']);
  });

  test.each(['MCPS-201', 'mcps-201', '201', ' 201 '])('is found by %j', (asked) => {
    expect(explainRule(asked)).toMatchObject({ id: 'MCPS-201', link: 'mcpsession.dev/r/201' });
  });

  test.each([
    { asked: '299', want: ['MCPS-301', 'MCPS-302', 'MCPS-303'] },
    { asked: 'seccomp', want: ['MCPS-105', 'MCPS-905'] },
    { asked: 'nothing-like-it', want: [] },
  ])('has ids near $asked', ({ asked, want }) => {
    expect(nearRuleIds(asked)).toEqual(expect.arrayContaining(want));
    expect(nearRuleIds(asked).length).toBeLessThanOrEqual(5);
    expect(explainRule(asked)).toBeNull();
  });
});

describe('the examples of the reference', () => {
  const ofSessions = explainedRules().filter(
    ({ subject, id }) => subject === 'session' && TEXT_SNIPPETS[id]?.policy !== null,
  );

  test.each(ofSessions.map(({ id, bad, good }) => ({ id, bad, good })))(
    'of $id are judged as they say',
    ({ id, bad, good }) => {
      const rule = sessionRules.find((one) => one.id === id);
      if (rule === undefined) throw new Error(`${id} is no session rule`);
      const policy = aPolicy(TEXT_SNIPPETS[id]?.policy ?? {});
      expect(refusals(rule, sessionOf(bad), policy)).not.toEqual([]);
      expect(refusals(rule, sessionOf(good), policy)).toEqual([]);
    },
  );

  test.each(Object.entries(CONTAINER_SNIPPETS).map(([id, { bad, good }]) => ({ id, bad, good })))(
    'of $id are judged as they say',
    ({ id, bad, good }) => {
      const rule = containerRules.find((one) => one.id === id);
      if (rule === undefined) throw new Error(`${id} is no container rule`);
      expect(refusals(rule, aContainer(bad))).not.toEqual([]);
      expect(refusals(rule, aContainer(good))).toEqual([]);
    },
  );
});

describe('the header of a rule file', () => {
  test('is read over its lines', () => {
    const source =
      "// Danger: a thing. Fields: spec.x,\n// spec.y. Allowed: none. Source: CIS Docker 5.1.\n\nexport const id = '';\n";
    expect(parseHeader(source)).toEqual({
      danger: 'A thing.',
      fields: 'spec.x, spec.y',
      allowed: 'none.',
      source: 'CIS Docker 5.1.',
    });
  });

  test.each(['// Danger: a thing. Fields: spec.x. Source: none.\n', '// What lives here.\n', ''])(
    'is refused without all of its labels: %j',
    (source) => expect(parseHeader(source)).toBeNull(),
  );

  test('names settings that exist, one by one or as a group', () => {
    expect(policyKeysIn('up to policy limits.maxPids')).toEqual(['limits.maxPids']);
    expect(policyKeysIn('from policy mounts, below')).toEqual(['mounts.allowedRoots', 'mounts.hostPath']);
    expect(policyKeysIn('limits.maxUnicorns')).toEqual([]);
  });

  test('docs/rules.md has an anchor for every link of a refusal', () => {
    const text = readFileSync(join(ROOT, 'docs/rules.md'), 'utf8');
    const anchors = [...text.matchAll(/<a id="([0-9]{3})"><\/a>/g)].map(([, number]) => `MCPS-${number ?? ''}`);
    expect(anchors.toSorted()).toEqual(ruleRegistry.map(({ id }) => id));
  });
});

function sessionOf(fields: string) {
  const { labels, annotations, ...spec } = parse(`{${fields}}`) as SessionSpecInput & {
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  }; // our own examples; the schema reads the spec
  return aSession(spec, { ...(labels && { labels }), ...(annotations && { annotations }) });
}
