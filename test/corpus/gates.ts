// The gates that need no server: the same object at `mcpsession check`, the front end, the webhook and the controller. Each answers
// with the ids that it gives, so that they can be compared.

import { judgeObject } from '../../src/cli/check/judge-object.ts';
import { checkSpec } from '../../src/frontend/use-cases/check-spec.ts';
import { parseSession } from '../../src/kube/parse-session.ts';
import { FINALIZER, GROUP, PROFILE_LABEL, SESSION_KIND, VERSION } from '../../src/model/names.ts';
import { defaultPolicySet } from '../../src/config/load-policy.ts';
import { nextStep } from '../../src/plan/next-step.ts';
import type { Step } from '../../src/plan/step.ts';
import { choosePolicies, type ChosenPolicies } from '../../src/rules/profile-choice.ts';
import { admit } from '../../src/webhook/admit.ts';
import { parseAdmissionReview } from '../../src/webhook/admission-review.ts';
import { aWorld, observationOf, STORY_START_MS } from '../support/story.ts';
import { type CorpusCase, objectOf, type RuleIds } from './case.ts';

export interface GateVerdict {
  readonly refuses: RuleIds;
  /** null where the gate tells nobody of warnings. */
  readonly warns: RuleIds | null;
}

export const idsOf = (violations: readonly { readonly rule: string }[]): RuleIds =>
  [...new Set(violations.map(({ rule }) => rule))].sort();

/** The ids in a text that was rendered for people. */
export const idsIn = (text: string): RuleIds =>
  [...new Set([...text.matchAll(/\[(MCPS-[0-9]{3}|SCHEMA)\]/g)].map(([, id = '']) => id))].sort();

const SET = defaultPolicySet();
/** Of a namespace with the profile of the case. */
export const policiesFor = ({ profile }: CorpusCase): ChosenPolicies =>
  choosePolicies(SET, { [PROFILE_LABEL]: profile });

const METADATA = { name: 'case', namespace: 'team-a' };

/** Each gate judges by the profile of the case, unless a test has a policy of its own. */
export function atCheck(given: CorpusCase, policies = policiesFor(given)): GateVerdict {
  const judgement = judgeObject(objectOf(given, METADATA), policies.enforce.policy);
  if (judgement.kind !== 'judged') throw new Error(`check did not judge ${given.id}: ${judgement.kind}`);
  return { refuses: idsOf(judgement.violations), warns: idsOf(judgement.warnings) };
}

export function atFrontend(given: CorpusCase, policies = policiesFor(given)): GateVerdict {
  const { spec, annotations } = given;
  const checked = checkSpec({ raw: spec, annotations, policies });
  return { refuses: idsOf(checked.violations), warns: idsOf(checked.warnings) };
}

/** By way of the wire: the review is text that is parsed again. */
export function atWebhook(given: CorpusCase, policies = policiesFor(given)): GateVerdict {
  const review = parseAdmissionReview(JSON.parse(JSON.stringify(aReview(objectOf(given, METADATA)))));
  if (typeof review === 'string') throw new Error(`${given.id}: ${review}`);
  const { answer, found } = admit(review, {
    policies,
    isSuspended: false,
    requestProblems: [],
    frontendUsername: 'system:serviceaccount:s:frontend',
  });
  const refuses = idsOf(found.violations);
  const told = idsIn(answer.causes.map(({ message }) => message).join('\n'));
  if (answer.allowed !== (refuses.length === 0) || told.join() !== refuses.join()) {
    throw new Error(`${given.id}: the answer says ${told.join()}, the verdict ${refuses.join()}`);
  }
  return { refuses, warns: idsOf(found.warnings) };
}

const aReview = (object: unknown): unknown => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'r',
    kind: { group: GROUP, version: VERSION, kind: SESSION_KIND },
    ...METADATA,
    operation: 'CREATE',
    userInfo: { username: 'somebody' },
    object,
  },
});

/** The object as it would be stored, had nobody looked before: what the condition of the session says, and the step taken. */
export function atController(
  given: CorpusCase,
  policies = policiesFor(given),
): GateVerdict & { readonly step: Step['do'] } {
  const world = aWorld({ session: storedSession(given), policy: policies.enforce.policy });
  const { step, report } = nextStep(observationOf(world));
  const refuses = report?.reason === 'PolicyRejected' ? idsIn(report.message) : [];
  return { refuses, warns: null, step: step.do };
}

/** Read as the controller reads it, assigned to the node of the stories. */
export function storedSession(given: CorpusCase): NonNullable<ReturnType<typeof parseSession>> {
  const stored = objectOf(given, {
    ...METADATA,
    uid: '0d9d2b5e-4a0c-4a63-9d0f-6a9b1c2d3e4f',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: new Date(STORY_START_MS).toISOString(),
    finalizers: [FINALIZER],
  });
  const assignment = { nodeName: 'node-1', attempt: 1, instanceGeneration: 1, assignedAt: '2026-11-20T12:00:00Z' };
  const session = parseSession({ ...stored, status: { assignment } });
  if (session === null) throw new Error(`${given.id} is no object`);
  return session;
}
