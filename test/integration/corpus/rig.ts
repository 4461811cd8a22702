// What the tests of this folder share: one control plane with the webhook and a controller on the real engine, a namespace for each
// profile, and requests that are sent as they are written.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROFILE_LABEL } from '../../../src/model/names.ts';
import { PROFILE_NAMES } from '../../../src/model/policy.ts';
import { type CorpusCase, objectOf } from '../../corpus/case.ts';
import { idsIn } from '../../corpus/gates.ts';
import { rawDocker } from '../../support/docker.ts';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';
import { openRawApi, type RawAnswer, type RawApi, sessionsPath } from './raw-api.ts';

/** So that no quota answers in place of the rule that a case is about. */
const POLICY =
  'limits: {perNamespace: 100000, perOwner: 100000, perNode: 100000, cpuRequest: 1m, memoryRequest: 1Mi}\n';
export const PARALLEL = 8;

export interface CorpusRig {
  readonly up: RunningUp;
  readonly api: RawApi;
  /** Asks for the session of a case in the namespace of its profile; `query` begins with "&". */
  readonly create: (given: CorpusCase, query?: string) => Promise<RawAnswer>;
  readonly sessionOf: (given: CorpusCase) => Promise<SeenSession>;
  /** Whether any session is stored anywhere. */
  readonly isEmpty: () => Promise<boolean>;
  /** Names of all containers of this node that the engine made since the rig began. */
  readonly createdContainers: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export interface SeenSession {
  readonly spec: unknown;
  readonly reason: string;
  readonly ids: readonly string[];
  readonly policyAccepted: string;
  readonly containerId: string | null;
}

export async function openCorpusRig(): Promise<CorpusRig> {
  const startedSeconds = Math.floor(Date.now() / 1000);
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-corpus-'));
  await writeFile(join(dir, 'policy.yaml'), POLICY);
  const up = await startUp({ args: ['--policy', join(dir, 'policy.yaml')] });
  const api = openRawApi(up.ready.kubeconfig);
  for (const profile of PROFILE_NAMES) {
    const metadata = { name: profile, labels: { [PROFILE_LABEL]: profile } };
    await api.request({ method: 'POST', path: '/api/v1/namespaces', body: JSON.stringify({ metadata }) });
  }
  return {
    up,
    api,
    create: (given, query = '') =>
      api.request({
        method: 'POST',
        path: `${sessionsPath(given.profile)}?fieldValidation=Strict${query}`,
        body: JSON.stringify(objectOf(given, { name: given.id })),
      }),
    async sessionOf(given) {
      const { body } = await api.request({ method: 'GET', path: sessionsPath(given.profile, given.id) });
      return seen(body as unknown as Stored); // a session, or a Status that has nothing of one
    },
    async isEmpty() {
      const { body } = await api.request({
        method: 'GET',
        path: '/apis/mcpsession.dev/v1alpha1/mcpsessions?limit=1',
      });
      return (body['items'] as readonly unknown[]).length === 0; // a list of sessions
    },
    createdContainers: () => createdContainers(up.nodeName, startedSeconds),
    async close() {
      await api.close();
      await up.stop();
      await rm(up.stateDir, { recursive: true, force: true });
      await rm(dir, { recursive: true, force: true });
    },
  };
}

interface Stored {
  readonly spec?: unknown;
  readonly status?: {
    readonly container?: { readonly id: string };
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

function seen({ spec, status }: Stored): SeenSession {
  const condition = (wanted: string) => status?.conditions?.find(({ type }) => type === wanted);
  const ready = condition('Ready');
  return {
    spec,
    reason: ready?.reason ?? '',
    ids: idsIn(ready?.message ?? ''),
    policyAccepted: condition('PolicyAccepted')?.status ?? '',
    containerId: status?.container?.id ?? null,
  };
}

const ON_THE_WAY = ['', 'Pending', 'PullingImage', 'Starting', 'VerifyingIsolation'];
const SETTLED_WITHIN_MS = 300_000;

/** The session once it runs, or never will; the last look at it when neither comes true in time. */
export async function settled({ sessionOf }: CorpusRig, given: CorpusCase): Promise<SeenSession> {
  let last = await sessionOf(given);
  const look = async (): Promise<boolean> => {
    last = await sessionOf(given);
    return !ON_THE_WAY.includes(last.reason);
  };
  await waitFor(`${given.id} to settle`, look, SETTLED_WITHIN_MS).catch(() => null); // `last` says how far it came
  return last;
}

async function createdContainers(nodeName: string, sinceSeconds: number): Promise<readonly string[]> {
  const events = await rawDocker().getEvents({
    since: sinceSeconds,
    until: Math.floor(Date.now() / 1000) + 1,
    filters: JSON.stringify({ type: ['container'], event: ['create'], label: [`mcpsession.dev/node=${nodeName}`] }),
  });
  let text = '';
  for await (const chunk of events) text += String(chunk);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => (JSON.parse(line) as CreateEvent).Actor.Attributes.name); // the engine's documented answer
}

interface CreateEvent {
  readonly Actor: { readonly Attributes: { readonly name: string } };
}
