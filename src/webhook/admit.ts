// The admission decision: pure. Schema, owner and session rules, all violations at once, the same text at every gate.

import { GROUP, OWNER_ANNOTATION, SESSION_KIND } from '../model/names.ts';
import type { Policy } from '../model/policy.ts';
import { parseSessionSpec } from '../model/session.ts';
import type { Violation } from '../model/violation.ts';
import { ownerViolation } from '../rules/access/owner.ts';
import { renderCause, renderDenial, renderWarning } from '../rules/render.ts';
import { evaluate, type Verdict } from '../rules/rule.ts';
import { sessionRules } from '../rules/session-rules.ts';
import type { AdmissionAnswer, AdmissionRequest } from './admission-review.ts';

const ALLOWED: AdmissionAnswer = { allowed: true, warnings: [], message: '', causes: [], rules: [] };

export interface AdmitOptions {
  readonly policy: Policy;
  /** The front end's own account, which alone may name somebody else as the owner (design.md 8.5). */
  readonly frontendUsername: string;
}

/** Decides one request; `found` are the violations behind the answer, for metrics. */
export function admit(
  request: AdmissionRequest,
  options: AdmitOptions,
): { readonly answer: AdmissionAnswer; readonly found: Verdict } {
  if (!isOurs(request)) return { answer: ALLOWED, found: { violations: [], warnings: [] } };
  const found = judge(request, options);
  const { violations, warnings } = found;
  const rendered = warnings.map(renderWarning);
  const rules = [...new Set([...violations, ...warnings].map(({ rule }) => rule))].sort();
  if (violations.length === 0) return { answer: { ...ALLOWED, warnings: rendered, rules }, found };
  const answer = {
    allowed: false,
    warnings: rendered,
    message: renderDenial(request, violations),
    causes: violations.map(renderCause),
    rules,
  };
  return { answer, found };
}

/** Deletion never depends on us: the configuration does not send it, and if it did, the answer is yes. */
function isOurs(request: AdmissionRequest): boolean {
  const writes = request.operation === 'CREATE' || request.operation === 'UPDATE';
  return writes && request.group === GROUP && request.kind === SESSION_KIND;
}

function judge(request: AdmissionRequest, options: AdmitOptions): Verdict {
  const { object, oldObject, requester } = request;
  if (object === null) return { violations: [missingObject], warnings: [] };
  const owner = ownerViolation({
    owner: object.annotations[OWNER_ANNOTATION] ?? null,
    previousOwner: oldObject === null ? undefined : (oldObject.annotations[OWNER_ANNOTATION] ?? null),
    requester,
    frontendUsername: options.frontendUsername,
  });
  const ownerProblems = owner === null ? [] : [owner];
  const parsed = parseSessionSpec(object.spec);
  if (parsed.spec === null) return { violations: [...ownerProblems, ...parsed.problems], warnings: [] };
  const { labels, annotations } = object;
  const verdict = evaluate(sessionRules, { spec: parsed.spec, labels, annotations }, options.policy);
  return { violations: [...ownerProblems, ...verdict.violations], warnings: verdict.warnings };
}

const missingObject: Violation = {
  rule: 'SCHEMA',
  kind: 'required',
  path: 'object',
  message: 'the admission request holds no object',
  fix: 'send the object that is to be written',
};
