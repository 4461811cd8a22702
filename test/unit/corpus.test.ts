// The corpora of security.md 11 at every gate that needs no server: the same ids everywhere, and they are the expected ones.

import { describe, expect, test } from 'vitest';
import { benignCases } from '../corpus/benign/index.ts';
import { type CorpusCase, wantedAt } from '../corpus/case.ts';
import { atCheck, atController, atFrontend, atWebhook } from '../corpus/gates.ts';
import { hostileCases } from '../corpus/hostile/index.ts';
import { runBenign } from '../corpus/run-benign.ts';

const verdictsOf = (given: CorpusCase) => ({
  check: atCheck(given),
  frontend: atFrontend(given),
  webhook: atWebhook(given),
  controller: atController(given),
});

const byClass = (cases: readonly CorpusCase[]) =>
  [...Map.groupBy(cases, (given) => given.class)].map(([name, all]) => ({ name, count: all.length, all }));

describe('S0.C1.01, S2.STR.04: hostile specs get the same ids at all four gates, and no step toward a container', () => {
  test.each(byClass(hostileCases))('$name ($count)', ({ all }) => {
    const found = all.map((given) => ({ id: `${given.id} ${given.title}`, ...refusals(given) }));
    expect(found).toEqual(all.map((given) => ({ id: `${given.id} ${given.title}`, ...wanted(given) })));
    const seen = all.filter((given) => atController(given).refuses.length > 0);
    expect(seen.filter((given) => atController(given).step !== 'rest')).toEqual([]);
  });
});

describe('benign specs pass all four gates with the expected warnings, and what runs is what was asked for', () => {
  test.each(byClass(benignCases))('$name ($count)', ({ all }) => {
    const found = all.map((given) => ({ id: `${given.id} ${given.title}`, ...refusals(given), ...warnings(given) }));
    expect(found).toEqual(
      all.map((given) => ({
        id: `${given.id} ${given.title}`,
        ...wanted(given),
        warned: [given.warns, given.warns, given.warns],
      })),
    );
    for (const given of all) expect({ id: given.id, ...runBenign(given) }).toMatchObject({ problems: [] });
  });
});

function refusals(given: CorpusCase) {
  const { check, frontend, webhook, controller } = verdictsOf(given);
  return {
    check: check.refuses,
    frontend: frontend.refuses,
    webhook: webhook.refuses,
    controller: controller.refuses,
  };
}

function wanted(given: CorpusCase) {
  return {
    check: wantedAt('check', given),
    frontend: wantedAt('frontend', given),
    webhook: wantedAt('webhook', given),
    controller: wantedAt('controller', given),
  };
}

function warnings(given: CorpusCase) {
  const { check, frontend, webhook } = verdictsOf(given);
  return { warned: [check.warns, frontend.warns, webhook.warns] };
}

test('the corpora are as large as they must be, and no case stands in them twice', () => {
  expect(hostileCases.length).toBeGreaterThanOrEqual(400);
  expect(benignCases.length).toBeGreaterThanOrEqual(200);
  expect(hostileCases.filter(({ want, at }) => want.length === 0 && Object.keys(at).length === 0)).toEqual([]);
  expect(benignCases.filter(({ want }) => want.length > 0)).toEqual([]);
  const bodies = [...hostileCases, ...benignCases].map(({ spec, labels, annotations }) =>
    JSON.stringify([spec, labels, annotations]),
  );
  const twice = bodies.filter((body, index) => bodies.indexOf(body) !== index);
  expect(twice).toEqual([]);
});
