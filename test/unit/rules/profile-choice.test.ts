import { describe, expect, test } from 'vitest';
import { judgeSession } from '../../../src/rules/judge-session.ts';
import { renderCauseText, renderWarning } from '../../../src/rules/render.ts';
import { chosenPolicies } from '../../support/policies.ts';
import { aSession } from '../../support/session-builder.ts';

const profileOf = (settings: Record<string, unknown>, labels: Record<string, string>) =>
  chosenPolicies(settings, labels).enforce.policy.profile;

describe('the profile of a namespace', () => {
  test.each([
    ['the default one without a label', {}, {}, 'sandbox'],
    ['the default one of the policy file', { defaultProfile: 'development' }, {}, 'development'],
    ['that of its label', {}, { 'mcpsession.dev/profile': 'production' }, 'production'],
    ['the default one where the label names none', {}, { 'mcpsession.dev/profile': 'prod' }, 'sandbox'],
  ])('is %s', (_name, settings, labels, want) => {
    expect(profileOf(settings, labels)).toBe(want);
  });

  test('a label that names no profile is a problem for each new session', () => {
    const { problems } = chosenPolicies({}, { 'mcpsession.dev/profile': 'prod', 'mcpsession.dev/warn': 'none' });
    expect(problems.map(renderCauseText)).toEqual([
      'Invalid value: prod: [MCPS-610] label mcpsession.dev/profile names no profile; fix: name one of sandbox, production, development, investigation, or delete the label (mcpsession.dev/r/610)',
      'Invalid value: none: [MCPS-610] label mcpsession.dev/warn names no profile; fix: name one of sandbox, production, development, investigation, or delete the label (mcpsession.dev/r/610)',
    ]);
  });
});

describe('the profiles that only warn or record', () => {
  const tagged = aSession({ image: 'docker.io/library/busybox:1' });

  test('what another profile would refuse is a warning, once, and in 120 characters', () => {
    const { violations, warnings } = judgeSession(tagged, chosenPolicies({}, { 'mcpsession.dev/warn': 'production' }));
    expect(violations).toEqual([]);
    const texts = warnings.map(renderWarning);
    expect(texts.find((text) => text.includes('MCPS-303'))).toMatch(
      /^\[MCPS-303\] spec.image: profile "production" refuses this: /,
    );
    expect(texts.every((text) => text.length <= 120)).toBe(true);
  });

  test('what is refused already is not warned of as well', () => {
    const labels = { 'mcpsession.dev/profile': 'production', 'mcpsession.dev/warn': 'production' };
    const { violations, warnings } = judgeSession(tagged, chosenPolicies({}, labels));
    expect(violations.map(({ rule }) => rule)).toContain('MCPS-303');
    expect(warnings.map(({ rule }) => rule)).not.toContain('MCPS-303');
  });

  test('what another profile would refuse is recorded by rule id', () => {
    const verdict = judgeSession(tagged, chosenPolicies({}, { 'mcpsession.dev/audit': 'production' }));
    expect(verdict.audited).toContain('MCPS-303');
    expect(verdict.warnings.map(({ rule }) => rule)).not.toContain('MCPS-303');
  });
});
