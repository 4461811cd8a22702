import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { containerRules } from '../../../src/rules/container-rules.ts';
import { ruleById, ruleRegistry } from '../../../src/rules/registry.ts';
import { evaluate } from '../../../src/rules/rule.ts';
import { sessionRules } from '../../../src/rules/session-rules.ts';
import { aSession } from '../../support/session-builder.ts';

describe('the list of rules', () => {
  test('has every id once, in the form MCPS-nnn, with words for people', () => {
    expect(new Set(ruleRegistry.map(({ id }) => id)).size).toBe(ruleRegistry.length);
    for (const { id, title, why } of ruleRegistry) {
      expect(id).toMatch(/^MCPS-[1-9][0-9]{2}$/);
      expect(title).not.toBe('');
      expect(why).toMatch(/\.$/);
    }
  });

  test('has at least 25 session rules (issue 3) and every rule that runs', () => {
    expect(sessionRules.length).toBeGreaterThanOrEqual(25);
    for (const { id } of [...sessionRules, ...containerRules]) expect(ruleById(id)?.id).toBe(id);
    expect(ruleById('MCPS-601')).toMatchObject({ subject: 'request' });
    expect(ruleById('MCPS-000')).toBeNull();
  });

  test('judges the smallest session without a word', () => {
    expect(evaluate(sessionRules, aSession(), defaultPolicy())).toEqual({ violations: [], warnings: [] });
  });
});

test('all violations come at once, ordered by path and rule, whatever the order of the rules', () => {
  const session = aSession({
    mounts: [{ hostPath: '/etc', target: '/proc', readOnly: false }],
    security: { privileged: true, pidMode: 'host' },
    image: 'python',
  });
  const found = evaluate(sessionRules, session, defaultPolicy());
  expect(found.violations.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
    'spec.mounts[0].hostPath MCPS-201',
    'spec.mounts[0].readOnly MCPS-207',
    'spec.mounts[0].target MCPS-208',
    'spec.security.pidMode MCPS-202',
    'spec.security.privileged MCPS-101',
  ]);
  expect(found.warnings.map(({ rule }) => rule)).toEqual(['MCPS-310']);
  expect(evaluate(sessionRules.toReversed(), session, defaultPolicy())).toEqual(found);
});
