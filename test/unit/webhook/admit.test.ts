import { describe, expect, test } from 'vitest';
import { admissionResponse, parseAdmissionReview } from '../../../src/webhook/admission-review.ts';
import { admit } from '../../../src/webhook/admit.ts';
import { chosenPolicies } from '../../support/policies.ts';

const FRONTEND = 'system:serviceaccount:mcpsession-system:mcpsession-frontend';
const options = { policies: chosenPolicies(), isSuspended: false, requestProblems: [], frontendUsername: FRONTEND };
const POLICY = expect.stringMatching(/^sandbox sha256:[0-9a-f]{64}$/);
const IMAGE = `registry.example/a/b@sha256:${'ab'.repeat(32)}`;

interface Change {
  readonly spec?: unknown;
  readonly operation?: string;
  readonly username?: string;
  readonly annotations?: Record<string, string>;
  readonly oldAnnotations?: Record<string, string> | null;
  readonly kind?: { group: string; kind: string };
}

function review(change: Change = {}) {
  const metadata = (annotations: Record<string, string> = {}) => ({ name: 's1', namespace: 'team-a', annotations });
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      kind: { version: 'v1alpha1', ...(change.kind ?? { group: 'mcpsession.dev', kind: 'McpSession' }) },
      name: 's1',
      namespace: 'team-a',
      operation: change.operation ?? 'CREATE',
      userInfo: { username: change.username ?? 'dana', groups: ['system:authenticated'] },
      object: { metadata: metadata(change.annotations), spec: change.spec ?? { image: IMAGE } },
      oldObject:
        change.oldAnnotations == null ? null : { metadata: metadata(change.oldAnnotations), spec: { image: IMAGE } },
    },
  };
}

function decide(change: Change = {}) {
  const request = parseAdmissionReview(review(change));
  if (typeof request === 'string') throw new Error(request);
  return admit(request, options).answer;
}

test('a safe spec is allowed without a word', () => {
  expect(decide()).toEqual({
    allowed: true,
    warnings: [],
    message: '',
    causes: [],
    rules: [],
    audited: [],
    policy: POLICY,
  });
});

test('every violation comes at once: one line for programs, one cause each for kubectl', () => {
  const answer = decide({ spec: { image: IMAGE, security: { privileged: true, pidMode: 'host' } } });
  expect(answer.allowed).toBe(false);
  expect(answer.rules).toEqual(['MCPS-101', 'MCPS-202']);
  expect(answer.message).toMatch(
    /^2 rules refused McpSession team-a\/s1: \[MCPS-202\] spec.security.pidMode: .*; \[MCPS-101\]/,
  );
  expect(answer.message).not.toContain('\n');
  expect(answer.causes.map(({ field }) => field)).toEqual(['spec.security.pidMode', 'spec.security.privileged']);
});

test('a mutable tag is a warning that does not refuse', () => {
  const answer = decide({ spec: { image: 'registry.example/a/b:1' } });
  expect(answer).toMatchObject({ allowed: true, rules: ['MCPS-310'] });
  expect(answer.warnings).toHaveLength(1);
});

test('a spec that does not fit the schema is refused by path, should one ever get here', () => {
  const answer = decide({ spec: { image: IMAGE, bogus: 1 } });
  expect(answer.causes).toMatchObject([{ field: 'spec.bogus' }]);
});

describe('what holds new sessions back', () => {
  const admitted = (operation: string, change: Partial<typeof options>) => {
    const request = parseAdmissionReview(review({ operation, oldAnnotations: operation === 'UPDATE' ? {} : null }));
    if (typeof request === 'string') throw new Error(request);
    return admit(request, { ...options, ...change }).answer;
  };

  test('S1.IR.01: everything is suspended; what exists can still be changed', () => {
    expect(admitted('CREATE', { isSuspended: true })).toMatchObject({ allowed: false, rules: ['MCPS-412'] });
    expect(admitted('UPDATE', { isSuspended: true }).allowed).toBe(true);
  });

  test('the label of the namespace names no profile', () => {
    const policies = chosenPolicies({}, { 'mcpsession.dev/profile': 'prod' });
    expect(admitted('CREATE', { policies })).toMatchObject({ allowed: false, rules: ['MCPS-610'] });
    expect(admitted('UPDATE', { policies }).allowed).toBe(true);
  });
});

test('what the profile of the audit label refuses goes into the audit log of the cluster', () => {
  const request = parseAdmissionReview(review({ spec: { image: 'registry.example/a/b:1' } }));
  if (typeof request === 'string') throw new Error(request);
  const policies = chosenPolicies({}, { 'mcpsession.dev/audit': 'production' });
  const { answer } = admit(request, { ...options, policies });
  expect(answer).toMatchObject({ allowed: true, rules: ['MCPS-310'], audited: ['MCPS-303'] });
  expect(admissionResponse(request, answer)).toMatchObject({
    response: { auditAnnotations: { rules: 'MCPS-310', 'audit-violations': 'MCPS-303', policy: POLICY } },
  });
});

describe('the owner', () => {
  const owned = (owner: string) => ({ 'mcpsession.dev/owner': owner });
  test.each([
    { name: 'may be oneself', change: { annotations: owned('dana') }, allowed: true },
    { name: 'may not be somebody else', change: { annotations: owned('eve') }, allowed: false },
    { name: 'may be named by the front end', change: { username: FRONTEND, annotations: owned('eve') }, allowed: true },
    {
      name: 'may not be changed',
      change: { operation: 'UPDATE', annotations: owned('dana'), oldAnnotations: owned('eve') },
      allowed: false,
    },
    {
      name: 'may not be added',
      change: { operation: 'UPDATE', annotations: owned('dana'), oldAnnotations: {} },
      allowed: false,
    },
    {
      name: 'may not be removed, not even by the front end',
      change: { operation: 'UPDATE', username: FRONTEND, oldAnnotations: owned('eve') },
      allowed: false,
    },
    {
      name: 'may stay as it is',
      change: { operation: 'UPDATE', annotations: owned('eve'), oldAnnotations: owned('eve') },
      allowed: true,
    },
  ])('$name', ({ change, allowed }) => {
    expect(decide(change).allowed).toBe(allowed);
  });
});

test.each(['DELETE', 'CONNECT'])('%s is never refused', (operation) => {
  expect(decide({ operation, spec: { image: 'x', security: { privileged: true } } }).allowed).toBe(true);
});

test('objects of others are not judged', () => {
  expect(decide({ kind: { group: 'apps', kind: 'Deployment' }, spec: { privileged: true } }).allowed).toBe(true);
});

test.each([null, [], 'text', 42, {}, { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' }])(
  'a body that is no review (%j) gets a sentence, not a crash',
  (body) => {
    expect(parseAdmissionReview(body)).toMatch(/^not an AdmissionReview of admission.k8s.io\/v1: /);
  },
);

test('a denial is a 422 with causes and the rules for the audit log', () => {
  const request = parseAdmissionReview(review({ spec: { image: IMAGE, security: { privileged: true } } }));
  if (typeof request === 'string') throw new Error(request);
  expect(admissionResponse(request, admit(request, options).answer)).toMatchObject({
    kind: 'AdmissionReview',
    response: {
      uid: 'u-1',
      allowed: false,
      auditAnnotations: { rules: 'MCPS-101', policy: POLICY },
      status: {
        code: 422,
        reason: 'Invalid',
        details: {
          group: 'mcpsession.dev',
          kind: 'McpSession',
          name: 's1',
          causes: [{ reason: 'FieldValueForbidden' }],
        },
      },
    },
  });
});
