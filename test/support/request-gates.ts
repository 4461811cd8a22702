// The rules about the request, each broken at each gate that sees the request: the ids that the gate then names.

import { subjectAccess } from '../../src/frontend/access.ts';
import { policiesOfNamespaces } from '../../src/frontend/policies-for.ts';
import type { ServiceParts } from '../../src/frontend/service-parts.ts';
import { OWNER_ANNOTATION, PROFILE_LABEL } from '../../src/model/names.ts';
import type { McpSession } from '../../src/model/session.ts';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import { nextStep } from '../../src/plan/next-step.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { waitForQuota } from './quota-turn.ts';
import type { Authorizer } from '../../src/ports/authority.ts';
import type { AdmissionRequest } from '../../src/webhook/admission-review.ts';
import { type AdmitOptions, admit } from '../../src/webhook/admit.ts';
import { createReferenceRights } from '../../src/webhook/reference-rights.ts';
import { createSessionQuota } from '../../src/webhook/session-quota.ts';
import { ALICE, fakeClock, frontendWorld, sessionNamed, TEST_IMAGE } from './frontend-fakes.ts';
import { aPolicySet, chosenPolicies, fixedPolicies } from './policies.ts';
import { aStoredSession, aWorld, observationOf } from './story.ts';

export type AskedIds = Promise<readonly string[]> | readonly string[];
type Settings = Readonly<Record<string, unknown>>;

const never = new AbortController().signal;
const MISSPELT = { [PROFILE_LABEL]: 'prodution' };

/** One session of the owner is there already, and a second one is asked for. */
const FULL = {
  'MCPS-410': { limits: { perOwner: 1 } },
  'MCPS-411': { limits: { perNamespace: 1 } },
} satisfies Readonly<Record<string, Settings>>;

export const named = (text: string): readonly string[] => [...new Set(text.match(/MCPS-[0-9]{3}/g) ?? [])];

/** Of a create through the front end, whose answer names rules by id. */
async function atFrontend(change: {
  readonly settings?: Settings;
  readonly parts?: Partial<ServiceParts>;
  readonly spec?: Pick<SessionSpecInput, 'env'>;
}) {
  const first = sessionNamed({ name: 'first', owner: ALICE.username });
  const world = frontendWorld({ sessions: [first], policySettings: change.settings ?? {}, parts: change.parts ?? {} });
  const request = { namespace: 'agents', name: 'second', spec: { image: TEST_IMAGE, ...change.spec }, waitSeconds: 0 };
  const created = await world.services.create(ALICE, request, () => {}, never);
  return created.ok ? [] : named(created.error.what);
}

const aCreate = (owner: string | null = null): AdmissionRequest => ({
  uid: 'r',
  group: 'mcpsession.dev',
  version: 'v1alpha1',
  kind: 'McpSession',
  operation: 'CREATE',
  dryRun: false,
  namespace: 'agents',
  name: 'second',
  requester: ALICE,
  object: { labels: {}, annotations: owner === null ? {} : { [OWNER_ANNOTATION]: owner }, spec: { image: TEST_IMAGE } },
  oldObject: null,
});

function atWebhook(change: Partial<AdmitOptions>, request = aCreate()): readonly string[] {
  const options = { policies: chosenPolicies(), isSuspended: false, requestProblems: [], frontendUsername: 'frontend' };
  const { answer } = admit(request, { ...options, ...change });
  return named(answer.causes.map(({ message }) => message).join());
}

function quotaAtWebhook(settings: Settings): readonly string[] {
  const first = sessionNamed({ name: 'first', owner: ALICE.username });
  const cache = {
    isSynced: () => true,
    whenSynced: () => Promise.resolve(),
    all: () => [first].values(),
    cached: () => null,
  };
  const request = aCreate(ALICE.username);
  const { policy } = chosenPolicies(settings).enforce;
  const requestProblems = createSessionQuota({ cache, clock: fakeClock() }).problems(request, policy);
  return atWebhook({ requestProblems }, request);
}

/** A key of a Secret, in a cluster where nobody may read Secrets. */
const REFERRING = { env: [{ name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } }] };
const noSecrets: Authorizer = {
  allowed: async (_, { resource }) => ({ allowed: resource !== 'secrets', reason: '' }),
};

async function rightsAtWebhook(): Promise<readonly string[]> {
  const request = aCreate();
  const spec = { image: TEST_IMAGE, ...REFERRING };
  const referring = { ...request, object: request.object === null ? null : { ...request.object, spec } };
  const rights = createReferenceRights({ authorizer: noSecrets, frontendUsername: 'frontend' });
  return atWebhook({ requestProblems: await rights.problems(referring, never) }, referring);
}

function atPlacement(settings: Settings): readonly string[] {
  const first = sessionNamed({ name: 'first', owner: ALICE.username });
  const second: McpSession = { ...sessionNamed({ name: 'second', owner: ALICE.username }), status: {} };
  const { policy } = aPolicySet(settings).profiles.sandbox;
  return named(waitForQuota(second, [first, second], policy)?.message ?? '');
}

function atController(change: Partial<Observation>): readonly string[] {
  const session = aStoredSession();
  const world = aWorld({
    session: { ...session, meta: { ...session.meta, finalizers: ['mcpsession.dev/container'] } },
  });
  const { step, report } = nextStep({ ...observationOf(world), ...change });
  if (step.do !== 'rest') return [];
  // The condition is "Suspended", as for one session that is suspended; its words are those of the rule.
  return report?.reason === 'Suspended' && report.message.includes('policy suspendAll')
    ? ['MCPS-412']
    : named(report?.message ?? '');
}

/** By rule, then by gate. */
export const REQUEST_ASKS: Readonly<Record<string, Readonly<Record<string, () => AskedIds>>>> = {
  'MCPS-410': {
    frontend: () => atFrontend({ settings: FULL['MCPS-410'] }),
    webhook: () => quotaAtWebhook(FULL['MCPS-410']),
    placement: () => atPlacement(FULL['MCPS-410']),
  },
  'MCPS-411': {
    frontend: () => atFrontend({ settings: FULL['MCPS-411'] }),
    webhook: () => quotaAtWebhook(FULL['MCPS-411']),
    placement: () => atPlacement(FULL['MCPS-411']),
  },
  'MCPS-412': {
    frontend: () => atFrontend({ settings: { suspendAll: true } }),
    webhook: () => atWebhook({ isSuspended: true }),
    controller: () => atController({ suspension: 'refuse' }),
  },
  'MCPS-601': { webhook: () => atWebhook({}, aCreate('system:serviceaccount:agents:bob')) },
  'MCPS-610': {
    frontend: () =>
      atFrontend({
        parts: {
          policiesFor: policiesOfNamespaces(fixedPolicies(), { labelsOf: () => Promise.resolve(MISSPELT) }),
        },
      }),
    webhook: () => atWebhook({ policies: chosenPolicies({}, MISSPELT) }),
    controller: () => atController({ namespaceProblems: chosenPolicies({}, MISSPELT).problems }),
  },
  'MCPS-612': {
    frontend: () => atFrontend({ spec: REFERRING, parts: { access: subjectAccess(noSecrets) } }),
    webhook: rightsAtWebhook,
  },
};
