// The corpora on real parts: nothing hostile is admitted; with admission out of the way nothing hostile becomes a container; and
// benign sessions are admitted and run. One control plane and one controller for everything, requests eight at a time.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROFILE_LABEL } from '../../../src/model/names.ts';
import { PROFILE_NAMES } from '../../../src/model/policy.ts';
import { benignCases } from '../../corpus/benign/index.ts';
import { type CorpusCase, objectOf, wantedAt } from '../../corpus/case.ts';
import { idsIn } from '../../corpus/gates.ts';
import { hostileCases } from '../../corpus/hostile/index.ts';
import { rawDocker } from '../../support/docker.ts';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';
import { removeAdmission, type RemovedAdmission } from './admission.ts';
import { idsOfAnswer, inParallel, openRawApi, type RawAnswer, type RawApi, sessionsPath } from './raw-api.ts';

const PARALLEL = 8;
const LOCAL_IMAGE = 'mcps.local/busybox:1';
/** So that no quota answers in place of the rule that a case is about. */
const POLICY = 'limits: {perNamespace: 100000, perOwner: 100000, perNode: 100000}\n';

let up: RunningUp;
let api: RawApi;
let dir: string;
let removed: RemovedAdmission;
const startedSeconds = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mcpsession-corpus-'));
  await writeFile(join(dir, 'policy.yaml'), POLICY);
  up = await startUp({ args: ['--policy', join(dir, 'policy.yaml')] });
  api = openRawApi(up.ready.kubeconfig);
  for (const profile of PROFILE_NAMES) {
    const metadata = { name: profile, labels: { [PROFILE_LABEL]: profile } };
    await api.request({ method: 'POST', path: '/api/v1/namespaces', body: JSON.stringify({ metadata }) });
  }
});
afterAll(async () => {
  await api.close();
  await up.stop();
  await rm(up.stateDir, { recursive: true, force: true });
  await rm(dir, { recursive: true, force: true });
});

const create = (given: CorpusCase, query: string, spec = given.spec): Promise<RawAnswer> =>
  api.request({
    method: 'POST',
    path: `${sessionsPath(given.profile)}?fieldValidation=Strict${query}`,
    body: JSON.stringify(objectOf({ ...given, spec }, { name: given.id })),
  });

const named = (given: CorpusCase): string => `${given.id} ${given.title}`;

/** Hostile ones that only the API server takes for benign, because it fills in a default before anybody judges. */
const defaulted = hostileCases.filter((given) => wantedAt('apiServer', given).length === 0);

test('S0.C1.06, S0.C2.13: no hostile spec is admitted, and the causes name the expected rules', async () => {
  const answers = await inParallel(PARALLEL, hostileCases, (given) => create(given, '&dryRun=All'));
  const found = hostileCases.map((given, index) => ({ id: named(given), ids: idsAt(answers, index) }));
  expect(found).toEqual(hostileCases.map((given) => ({ id: named(given), ids: wantedAt('apiServer', given) })));
  const refused = hostileCases.filter((given) => !defaulted.includes(given));
  const real = await inParallel(PARALLEL, refused, (given) => create(given, ''));
  expect(refused.filter((_, index) => (real[index]?.status ?? 0) < 400)).toEqual([]);
  expect(await sessions()).toEqual([]);
});

test('every benign spec is admitted as it was written, with the expected warnings', async () => {
  const answers = await inParallel(PARALLEL, benignCases, (given) => create(given, '&dryRun=All'));
  const found = benignCases.map((given, index) => ({
    id: named(given),
    ids: idsAt(answers, index),
    warns: idsIn((answers[index]?.warnings ?? []).join('\n')),
  }));
  expect(found).toEqual(benignCases.map((given) => ({ id: named(given), ids: [], warns: given.warns })));
  for (const [index, given] of benignCases.entries()) {
    expect(answers[index]?.body['spec'], given.id).toMatchObject(given.spec);
  }
});

describe('behind admission', () => {
  /** What the definition lets in and the controller must refuse. */
  const stored = hostileCases.filter(
    (given) =>
      !wantedAt('apiServer', given).includes('SCHEMA') &&
      wantedAt('controller', given).length > 0 &&
      !defaulted.includes(given),
  );

  beforeAll(async () => {
    removed = await removeAdmission(api, async () => (await probe()) === 201);
  });

  test('S0.C1.06, S0.C1.24, S0.C1.25: the controller refuses every hostile spec with the same ids and makes no container', async () => {
    const answers = await inParallel(PARALLEL, stored, (given) => create(given, ''));
    expect(stored.filter((_, index) => answers[index]?.status !== 201).map(named)).toEqual([]);
    const judged = await waitFor('a verdict on every session', async () => {
      const all = await sessions();
      return all.length === stored.length && all.every(({ reason }) => reason === 'PolicyRejected') ? all : null;
    });
    const verdicts = new Map(judged.map(({ name, ids, policyAccepted }) => [name, { ids, policyAccepted }]));
    const found = stored.map((given) => ({ id: named(given), ...verdicts.get(given.id) }));
    expect(found).toEqual(
      stored.map((given) => ({ id: named(given), ids: wantedAt('controller', given), policyAccepted: 'False' })),
    );
    expect(await createdContainers()).toEqual([]);
    expect(await up.containers()).toEqual([]);
  });

  test('they can be deleted all at once, and admission judges again when it is back', async () => {
    for (const profile of PROFILE_NAMES) await api.request({ method: 'DELETE', path: sessionsPath(profile) });
    await waitFor('the sessions to be gone', async () => (await sessions()).length === 0);
    await removed.restore(async () => (await probe()) !== 201);
    expect(await createdContainers()).toEqual([]);
  });
});

test('benign specs run on the real engine', async () => {
  const running = benignCases.filter(({ runs }) => runs);
  expect(running.length).toBeGreaterThanOrEqual(40);
  const outcomes = await inParallel(PARALLEL, running, async (given) => {
    const made = await create(given, '', { ...given.spec, image: LOCAL_IMAGE });
    const reason = made.status === 201 ? await reasonOf(given) : `not created: ${JSON.stringify(made.body)}`;
    await api.request({ method: 'DELETE', path: sessionsPath(given.profile, given.id) });
    return { id: named(given), reason };
  });
  expect(outcomes).toEqual(running.map((given) => ({ id: named(given), reason: 'Running' })));
  await waitFor('the containers to be gone', async () => (await up.containers()).length === 0);
});

const idsAt = (answers: readonly RawAnswer[], index: number): readonly string[] => {
  const answer = answers[index];
  return answer === undefined ? ['none'] : idsOfAnswer(answer);
};

/** Whether a privileged session would be stored now. */
async function probe(): Promise<number> {
  const path = `${sessionsPath('sandbox')}?dryRun=All`;
  const spec = { image: LOCAL_IMAGE, security: { privileged: true } };
  const labels = { 'mcpsession.dev/uid': 'x' };
  const object = {
    apiVersion: 'mcpsession.dev/v1alpha1',
    kind: 'McpSession',
    metadata: { name: 'probe', labels },
    spec,
  };
  return (await api.request({ method: 'POST', path, body: JSON.stringify(object) })).status;
}

interface Seen {
  readonly name: string;
  readonly reason: string;
  readonly ids: readonly string[];
  readonly policyAccepted: string;
}

async function sessions(): Promise<readonly Seen[]> {
  const { body } = await api.request({ method: 'GET', path: '/apis/mcpsession.dev/v1alpha1/mcpsessions' });
  return (body['items'] as readonly Stored[]).map(seen); // a list of sessions
}

interface Stored {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

function seen({ metadata, status }: Stored): Seen {
  const condition = (wanted: string) => status?.conditions?.find(({ type }) => type === wanted);
  const ready = condition('Ready');
  return {
    name: metadata.name,
    reason: ready?.reason ?? '',
    ids: idsIn(ready?.message ?? ''),
    policyAccepted: condition('PolicyAccepted')?.status ?? '',
  };
}

/** The word of the session once it runs or never will. */
function reasonOf(given: CorpusCase): Promise<string> {
  return waitFor(`${given.id} to run`, async () => {
    const { body } = await api.request({ method: 'GET', path: sessionsPath(given.profile, given.id) });
    const { reason } = seen(body as unknown as Stored); // a session
    return ['', 'Pending', 'PullingImage', 'Starting', 'VerifyingIsolation'].includes(reason) ? null : reason;
  });
}

/** Names of all containers of this node that the engine made since this file began. */
async function createdContainers(): Promise<readonly string[]> {
  const events = await rawDocker().getEvents({
    since: startedSeconds,
    until: Math.floor(Date.now() / 1000) + 1,
    filters: JSON.stringify({ type: ['container'], event: ['create'], label: [`mcpsession.dev/node=${up.nodeName}`] }),
  });
  let text = '';
  for await (const chunk of events) text += String(chunk);
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(
      (line) =>
        (JSON.parse(line) as { readonly Actor: { readonly Attributes: { readonly name: string } } }).Actor.Attributes
          .name,
    ); // the engine's documented answer
}
