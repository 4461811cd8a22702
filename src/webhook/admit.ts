// The admission decision: pure. Schema, owner and session rules, all violations at once, the same text at every gate.

import { API_VERSION, GROUP, OWNER_ANNOTATION, SESSION_KIND, VERSION } from '../model/names.ts';
import type { Violation } from '../model/violation.ts';
import { ownerViolation } from '../rules/access/owner.ts';
import { boundedViolations, boundedWarnings } from '../rules/bounded.ts';
import { renderCause, renderDenial, renderWarning } from '../rules/render.ts';
import type { ChosenPolicies } from '../rules/profile-choice.ts';
import type { SessionVerdict } from '../rules/judge-session.ts';
import { suspensionViolation } from '../rules/suspension.ts';
import { type JudgeSpec, judgeSpec } from './judge-spec.ts';
import type { AdmissionAnswer, AdmissionObject, AdmissionRequest } from './admission-review.ts';

const ALLOWED: AdmissionAnswer = {
  allowed: true,
  warnings: [],
  message: '',
  causes: [],
  rules: [],
  audited: [],
  policy: '',
};
const NOTHING: SessionVerdict = { violations: [], warnings: [], audited: [] };

export interface AdmitOptions {
  /** Those that the labels of the session's namespace choose. */
  readonly policies: ChosenPolicies;
  /** Whether the operator has suspended everything. */
  readonly isSuspended: boolean;
  /** What was found of the request as such: quotas, rights on what the spec refers to. */
  readonly requestProblems: readonly Violation[];
  /** Where verdicts are kept; left out: nowhere. */
  readonly judgeSpec?: JudgeSpec;
  /** The front end's own account, which alone may name somebody else as the owner (design.md 8.5). */
  readonly frontendUsername: string;
}

/** Decides one request; `found` are the violations behind the answer, for metrics. */
export function admit(
  request: AdmissionRequest,
  options: AdmitOptions,
): { readonly answer: AdmissionAnswer; readonly found: SessionVerdict } {
  if (!isOurs(request)) return { answer: ALLOWED, found: NOTHING };
  const judged = judge(request, options);
  const found = { ...judged, violations: boundedViolations(judged.violations) };
  const { violations, warnings, audited } = found;
  const rendered = boundedWarnings(boundedViolations(warnings).map(renderWarning));
  const { enforce } = options.policies;
  const policy = `${enforce.policy.profile} ${enforce.hash}`;
  const rules = [...new Set([...violations, ...warnings].map(({ rule }) => rule))].sort();
  if (violations.length === 0) return { answer: { ...ALLOWED, warnings: rendered, rules, audited, policy }, found };
  const answer = {
    allowed: false,
    warnings: rendered,
    message: renderDenial(request, violations),
    causes: violations.map(renderCause),
    rules,
    audited,
    policy,
  };
  return { answer, found };
}

/** Deletion never depends on us: the configuration does not send it, and if it did, the answer is yes. */
function isOurs(request: AdmissionRequest): boolean {
  const writes = request.operation === 'CREATE' || request.operation === 'UPDATE';
  return writes && request.group === GROUP && request.kind === SESSION_KIND;
}

function judge(request: AdmissionRequest, options: AdmitOptions): SessionVerdict {
  const { object, oldObject, requester } = request;
  if (object === null) return { ...NOTHING, violations: [missingObject] };
  const unknown = [...versionProblems(request), ...sizeProblems(object)];
  if (unknown.length > 0) return { ...NOTHING, violations: unknown };
  const owner = ownerViolation({
    owner: object.annotations[OWNER_ANNOTATION] ?? null,
    previousOwner: oldObject === null ? undefined : (oldObject.annotations[OWNER_ANNOTATION] ?? null),
    requester,
    frontendUsername: options.frontendUsername,
  });
  const problems = [...(owner === null ? [] : [owner]), ...heldBack(request, options), ...options.requestProblems];
  const verdict = (options.judgeSpec ?? judgeSpec)(object, options.policies);
  return problems.length === 0 ? verdict : { ...verdict, violations: [...problems, ...verdict.violations] };
}

/** What holds new sessions back, whatever they ask for. Those that exist can still be changed. */
function heldBack({ operation }: AdmissionRequest, { policies, isSuspended }: AdmitOptions): readonly Violation[] {
  if (operation !== 'CREATE') return [];
  return [...policies.problems, ...(isSuspended ? [suspensionViolation] : [])];
}

const missingObject: Violation = {
  rule: 'SCHEMA',
  kind: 'required',
  path: 'object',
  message: 'the admission request holds no object',
  fix: 'send the object that is to be written',
};

/** The configuration asks for our version alone (matchPolicy Equivalent); another one could mean other things by the same fields. */
function versionProblems({ version }: AdmissionRequest): readonly Violation[] {
  if (version === VERSION) return [];
  const message = `this release judges ${API_VERSION} alone`;
  const fix = `write the object as ${API_VERSION}`;
  return [{ rule: 'SCHEMA', kind: 'invalid', path: 'apiVersion', value: version, message, fix }];
}

/** Kubernetes bounds neither; each key costs every rule about keys. */
const MAX_KEYS = 1_000;

function sizeProblems({ labels, annotations }: AdmissionObject): readonly Violation[] {
  return Object.entries({ labels, annotations }).flatMap(([map, entries]): readonly Violation[] => {
    const count = Object.keys(entries).length;
    if (count <= MAX_KEYS) return [];
    const message = `holds ${count} keys; at most ${MAX_KEYS} are allowed`;
    return [{ rule: 'SCHEMA', kind: 'invalid', path: `metadata.${map}`, message, fix: 'delete some' }];
  });
}
