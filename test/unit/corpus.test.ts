// The corpora of security.md 11 at every gate that needs no server: the same ids everywhere, and they are the expected ones.

import { describe, expect, test } from 'vitest';
import { benignCases } from '../corpus/benign/index.ts';
import { type CorpusCase, wantedAt, withoutRepeats } from '../corpus/case.ts';
import { atCheck, atController, atFrontend, atWebhook } from '../corpus/gates.ts';
import { hostileCases } from '../corpus/hostile/index.ts';
import { runBenign } from '../corpus/run-benign.ts';

/** Nothing, or the question what an earlier life has left on the engine. */
const IDLE: ReadonlySet<string> = new Set(['rest', 'lookAtAttachments']);

const byClass = (cases: readonly CorpusCase[]) =>
  [...Map.groupBy(cases, (given) => given.class)].map(([name, all]) => ({ name, count: all.length, all }));

const named = ({ id, title }: CorpusCase): string => `${id} ${title}`;

describe('S0.C1.01, S2.STR.04: hostile specs get the same ids at all four gates, and no step toward a container', () => {
  test.each(byClass(hostileCases))('$name ($count)', ({ all }) => {
    const verdicts = all.map(verdictsOf);
    expect(verdicts.map(refusals)).toEqual(all.map(wanted));
    const steps = verdicts.filter(({ controller }) => controller.refuses.length > 0 && !IDLE.has(controller.step));
    expect(steps.map(({ id }) => id)).toEqual([]);
  });
});

describe('benign specs pass all four gates with the expected warnings, and what runs is what was asked for', () => {
  test.each(byClass(benignCases))('$name ($count)', ({ all }) => {
    const verdicts = all.map(verdictsOf);
    expect(verdicts.map(refusals)).toEqual(all.map(wanted));
    const warned = verdicts.map(({ id, check, frontend, webhook }) => ({
      id,
      warns: [check.warns, frontend.warns, webhook.warns],
    }));
    expect(warned).toEqual(all.map((given) => ({ id: named(given), warns: [given.warns, given.warns, given.warns] })));
    for (const given of all) expect({ id: given.id, ...runBenign(given) }).toMatchObject({ problems: [] });
  });
});

const verdictsOf = (given: CorpusCase) => ({
  id: named(given),
  check: atCheck(given),
  frontend: atFrontend(given),
  webhook: atWebhook(given),
  controller: atController(given),
});

function refusals({ id, check, frontend, webhook, controller }: ReturnType<typeof verdictsOf>) {
  return {
    id,
    check: check.refuses,
    frontend: frontend.refuses,
    webhook: webhook.refuses,
    controller: controller.refuses,
  };
}

function wanted(given: CorpusCase) {
  return {
    id: named(given),
    check: wantedAt('check', given),
    frontend: wantedAt('frontend', given),
    webhook: wantedAt('webhook', given),
    controller: wantedAt('controller', given),
  };
}

test('the corpora are as large as they must be, and no case stands in them twice', () => {
  expect(hostileCases.length).toBeGreaterThanOrEqual(400);
  expect(benignCases.length).toBeGreaterThanOrEqual(200);
  expect(hostileCases.filter(({ want, at }) => want.length === 0 && Object.keys(at).length === 0)).toEqual([]);
  expect(benignCases.filter(({ want }) => want.length > 0)).toEqual([]);
  const all = [...hostileCases, ...benignCases];
  const first = withoutRepeats(all);
  expect(all.filter((given) => !first.includes(given)).map(named)).toEqual([]);
});
