import { admissionReview } from './webhook/review.ts';
import { parseAdmissionReview, admissionResponse } from '../../src/webhook/admission-review.ts';
import { admit } from '../../src/webhook/admit.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import { parseSessionSpec } from '../../src/model/session.ts';
import { sessionRules } from '../../src/rules/session-rules.ts';
import { evaluate } from '../../src/rules/rule.ts';
import { createMetrics } from '../../src/process/metrics.ts';
const text = JSON.stringify(admissionReview());
const policy = defaultPolicy();
const opts = { policy, frontendUsername: 'x' };
const review = parseAdmissionReview(JSON.parse(text));
if (typeof review === 'string') throw 1;
const parsed = parseSessionSpec(review.object!.spec).spec!;
const m = createMetrics({ version: 'x' });
function bench(name: string, f: () => unknown) {
  for (let i = 0; i < 20000; i++) f();
  const t = performance.now();
  const N = 20000;
  for (let i = 0; i < N; i++) f();
  console.log(name.padEnd(30), (((performance.now() - t) / N) * 1000).toFixed(1), 'us');
}
bench('JSON.parse', () => JSON.parse(text));
const raw = JSON.parse(text);
bench('parseAdmissionReview', () => parseAdmissionReview(raw));
bench('admit', () => admit(review, opts));
bench('parseSessionSpec', () => parseSessionSpec(review.object!.spec));
bench('evaluate', () => evaluate(sessionRules, { spec: parsed, labels: {}, annotations: {} }, policy));
for (const rule of sessionRules) {
  const f = () => rule.check({ spec: parsed, labels: {}, annotations: {} }, policy);
  for (let i = 0; i < 20000; i++) f();
  const t = performance.now();
  for (let i = 0; i < 20000; i++) f();
  const us = ((performance.now() - t) / 20000) * 1000;
  if (us > 1) console.log('  rule', rule.id, us.toFixed(1));
}
const { answer } = admit(review, opts);
bench('response', () => JSON.stringify(admissionResponse(review, answer)));
bench('metrics', () => {
  m.admissionDuration.observe(0.001);
  m.admissionRequests.inc({ operation: 'CREATE', decision: 'allow' });
});
console.log(answer);

import { ownerViolation } from '../../src/rules/access/owner.ts';
bench('owner', () => ownerViolation({ owner: null, previousOwner: undefined, requester: review.requester, frontendUsername: 'x' }));
bench('whole', () => { const r = parseAdmissionReview(JSON.parse(text)); if (typeof r === 'string') throw 1; const { answer } = admit(r, opts); JSON.stringify(admissionResponse(r, answer)); });
