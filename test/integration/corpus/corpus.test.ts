// The corpora on real parts: nothing hostile is admitted; with admission out of the way nothing hostile becomes a container; and
// benign sessions are admitted and run. One control plane and one controller for everything, requests eight at a time.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROFILE_NAMES } from '../../../src/model/policy.ts';
import { benignCases } from '../../corpus/benign/index.ts';
import { type CorpusCase, wantedAt } from '../../corpus/case.ts';
import { idsIn } from '../../corpus/gates.ts';
import { hostileCases } from '../../corpus/hostile/index.ts';
import { waitFor } from '../../support/wait-for.ts';
import { removeAdmission, type RemovedAdmission } from './admission.ts';
import { containerProblems } from './container-problems.ts';
import { idsOfAnswer, inParallel, sessionsPath } from './raw-api.ts';
import { type CorpusRig, openCorpusRig, PARALLEL, settled } from './rig.ts';

const LOCAL_IMAGE = 'mcps.local/busybox:1';
/** Far more than it takes: the machine may have other work. */
const MINUTES_MS = 480_000;

let rig: CorpusRig;
/** Each looks twenty times a second, which the server must not have to wait for. */
const WATCHING = 2;

/** For the line at the end. */
const counts = { admitted: 0, stored: 0, created: 0, refused: 0, altered: 0, ran: 0 };

beforeAll(async () => {
  rig = await openCorpusRig();
});
afterAll(async () => {
  await rig.close();
  const { admitted, stored, created, refused, altered, ran } = counts;
  process.stdout.write(
    `corpus: ${hostileCases.length} hostile, ${admitted} admitted; ${stored} stored all the same, ${created} created; ` +
      `${benignCases.length} benign, ${refused} refused, ${altered} altered, ${ran} run\n`,
  );
});

const named = (given: CorpusCase): string => `${given.id} ${given.title}`;

/** Hostile ones that only the API server takes for benign, because it fills in a default before anybody judges. */
const isDefaulted = (given: CorpusCase): boolean => wantedAt('apiServer', given).length === 0;

test(
  'S0.C1.06, S0.C2.13: no hostile spec is admitted, and the causes name the expected rules',
  async () => {
    const asked = (given: CorpusCase) => rig.create(given, isDefaulted(given) ? '&dryRun=All' : '');
    const answers = await inParallel(PARALLEL, hostileCases, asked);
    const found = hostileCases.map((given, index) => ({ id: named(given), ids: idsOfAnswer(answers[index]) }));
    const isAdmitted = (given: CorpusCase, index: number) => !isDefaulted(given) && found[index]?.ids.length === 0;
    counts.admitted = hostileCases.filter(isAdmitted).length;
    expect(found).toEqual(hostileCases.map((given) => ({ id: named(given), ids: wantedAt('apiServer', given) })));
    expect(await rig.isEmpty()).toBe(true);
  },
  MINUTES_MS,
);

test(
  'every benign spec is admitted as it was written, with the expected warnings',
  async () => {
    const answers = await inParallel(PARALLEL, benignCases, (given) => rig.create(given, '&dryRun=All'));
    const found = benignCases.map((given, index) => ({
      id: named(given),
      ids: idsOfAnswer(answers[index]),
      warns: idsIn((answers[index]?.warnings ?? []).join('\n')),
      altered: !holds(answers[index]?.body['spec'], given.spec),
    }));
    counts.refused = found.filter(({ ids }) => ids.length > 0).length;
    counts.altered = found.filter(({ altered }) => altered).length;
    expect(found).toEqual(
      benignCases.map((given) => ({ id: named(given), ids: [], warns: given.warns, altered: false })),
    );
  },
  MINUTES_MS,
);

describe('S0.C1.06: behind admission', () => {
  /** What the definition lets in and the controller must refuse. */
  const stored = turnOf(
    hostileCases.filter(
      (given) =>
        !wantedAt('apiServer', given).includes('SCHEMA') && wantedAt('stored', given).length > 0 && !isDefaulted(given),
    ),
  );
  let removed: RemovedAdmission;

  beforeAll(async () => {
    removed = await removeAdmission(rig.api, async () => (await probe()) === 201);
  });

  test(
    'the controller refuses every hostile spec whose turn it is with the same ids and makes no container',
    async () => {
      counts.stored = stored.length;
      const answers = await inParallel(PARALLEL, stored, (given) => rig.create(given));
      expect(stored.filter((_, index) => answers[index]?.status !== 201).map(named)).toEqual([]);
      const judged = await inParallel(WATCHING, stored, (given) => settled(rig, given));
      const found = judged.map(({ ids, policyAccepted, containerId }, index) => {
        const { [index]: given } = stored;
        return { id: given === undefined ? '' : named(given), ids, policyAccepted, containerId };
      });
      const created = await rig.createdContainers();
      counts.created = created.length;
      expect(created).toEqual([]);
      expect(await rig.up.containers()).toEqual([]);
      const refusal = { policyAccepted: 'False', containerId: null };
      expect(found).toEqual(stored.map((given) => ({ id: named(given), ids: wantedAt('stored', given), ...refusal })));
    },
    MINUTES_MS,
  );

  test(
    'they can be deleted all at once, and admission judges again when it is back',
    async () => {
      await deleteAll();
      await waitFor('the sessions to be gone', rig.isEmpty, MINUTES_MS);
      await removed.restore(async () => (await probe()) !== 201);
      expect(await rig.createdContainers()).toEqual([]);
    },
    MINUTES_MS,
  );
});

test(
  'benign specs run on the real engine, in containers as they were asked for',
  async () => {
    const running = benignCases
      .filter(({ runs }) => runs)
      .map((given) => ({ ...given, spec: { ...given.spec, image: LOCAL_IMAGE } }));
    expect(running.length).toBeGreaterThanOrEqual(40);
    const outcomes = await inParallel(PARALLEL, running, async (given) => {
      const made = await rig.create(given);
      if (made.status !== 201) return { id: named(given), reason: JSON.stringify(made.body), problems: [] };
      const { reason, spec, containerId } = await settled(rig, given);
      const problems = containerId === null ? ['no container'] : await containerProblems(spec, containerId);
      const altered = holds(spec, given.spec) ? [] : ['the spec was altered'];
      await rig.api.request({ method: 'DELETE', path: sessionsPath(given.profile, given.id) });
      return { id: named(given), reason, problems: [...altered, ...problems] };
    });
    counts.ran = outcomes.filter(({ reason, problems }) => reason === 'Running' && problems.length === 0).length;
    expect(outcomes).toEqual(running.map((given) => ({ id: named(given), reason: 'Running', problems: [] })));
    await waitFor('the containers to be gone', async () => (await rig.up.containers()).length === 0, MINUTES_MS);
  },
  MINUTES_MS,
);

/**
 * A thousand sessions that are stored, refused, told and deleted are two minutes of work for an API server, and the code that refuses them has
 * judged each in test/unit/corpus.test.ts. So here it is the turn of every combination of rules, and of a third of the others, another one each day.
 */
function turnOf(cases: readonly CorpusCase[]): readonly CorpusCase[] {
  if (process.env['MCPSESSION_CORPUS'] === 'all') return cases;
  const day = Math.floor(Date.now() / 86_400_000);
  const seen = new Set<string>();
  return cases.filter((given, index) => {
    const rules = [given.profile, ...wantedAt('stored', given)].join();
    const isFirst = !seen.has(rules);
    seen.add(rules);
    return isFirst || index % 3 === day % 3;
  });
}

/** Whether everything that was asked for is there as it was written; what was not asked for may be more. */
function holds(whole: unknown, asked: unknown): boolean {
  try {
    expect({ spec: whole }).toMatchObject({ spec: asked });
    return true;
  } catch {
    return false;
  }
}

/** Asked once for all where that is enough: asking again is as much work for the API server, which ends a request after a minute. */
async function deleteAll(): Promise<void> {
  for (const profile of PROFILE_NAMES) {
    const answer = () => rig.api.request({ method: 'DELETE', path: sessionsPath(profile) });
    const isDone = () =>
      answer().then(
        ({ status }) => status === 200,
        () => false, // ended without an answer
      );
    await waitFor('all to be deleted', isDone, MINUTES_MS);
  }
}

/** Whether a privileged session would be stored now. */
async function probe(): Promise<number> {
  const object = {
    apiVersion: 'mcpsession.dev/v1alpha1',
    kind: 'McpSession',
    metadata: { name: 'probe', labels: { 'mcpsession.dev/uid': 'x' } },
    spec: { image: LOCAL_IMAGE, security: { privileged: true } },
  };
  const path = `${sessionsPath('sandbox')}?dryRun=All`;
  return (await rig.api.request({ method: 'POST', path, body: JSON.stringify(object) })).status;
}
