import { describe, expect, test } from 'vitest';
import { type JudgeSpec, judgeSpec, rememberVerdicts } from '../../../src/webhook/judge-spec.ts';
import { chosenPolicies } from '../../support/policies.ts';
import { PINNED_IMAGE } from '../../support/session-builder.ts';

const object = (change: object = {}) => ({ labels: {}, annotations: {}, spec: { image: PINNED_IMAGE }, ...change });

/** How often the judge itself was asked. */
function counted(): { readonly judge: JudgeSpec; readonly times: () => number } {
  let times = 0;
  const judge: JudgeSpec = (...given) => {
    times += 1;
    return judgeSpec(...given);
  };
  return { judge: rememberVerdicts(judge), times: () => times };
}

describe('verdicts that are kept', () => {
  test('are asked for once, and are the same', () => {
    const { judge, times } = counted();
    const privileged = object({ spec: { image: PINNED_IMAGE, security: { privileged: true } } });
    const policies = chosenPolicies({});
    const first = judge(privileged, policies);
    expect(first.violations.map(({ rule }) => rule)).toEqual(['MCPS-101']);
    expect(judge(structuredClone(privileged), policies)).toEqual(first);
    expect(times()).toBe(1);
  });

  test.each([
    { name: 'another label', other: object({ labels: { 'mcpsession.dev/uid': 'x' } }), settings: {} },
    { name: 'another annotation', other: object({ annotations: { 'mcpsession.dev/uid': 'x' } }), settings: {} },
    { name: 'another field', other: object({ spec: { image: PINNED_IMAGE, privileged: true } }), settings: {} },
    { name: 'another policy', other: object(), settings: { images: { allow: ['registry.invalid'] } } },
  ])('are not those of $name', ({ other, settings }) => {
    const { judge } = counted();
    expect(judge(object(), chosenPolicies({})).violations).toEqual([]);
    expect(judge(other, chosenPolicies(settings)).violations).not.toEqual([]);
  });

  test('are not those of a namespace that warns', () => {
    const { judge } = counted();
    const tagged = object({ spec: { image: 'docker.io/library/busybox:1' } });
    const plain = judge(tagged, chosenPolicies({})).warnings.length;
    expect(judge(tagged, chosenPolicies({}, { 'mcpsession.dev/warn': 'production' })).warnings.length).toBeGreaterThan(
      plain,
    );
  });

  test('are not kept for large objects', () => {
    const { judge, times } = counted();
    const large = object({ annotations: { note: 'x'.repeat(9_000) } });
    judge(large, chosenPolicies({}));
    judge(large, chosenPolicies({}));
    expect(times()).toBe(2);
  });
});
