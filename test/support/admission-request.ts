import type { AdmissionRequest } from '../../src/webhook/admission-review.ts';

/** What dana sends to create a session without a word in its spec. */
export const anAdmissionRequest = (change: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  uid: 'request',
  group: 'mcpsession.dev',
  version: 'v1alpha1',
  kind: 'McpSession',
  operation: 'CREATE',
  dryRun: false,
  namespace: 'team-a',
  name: 's1',
  requester: { username: 'dana', uid: '', groups: [], extra: {} },
  object: { labels: {}, annotations: {}, spec: {} },
  oldObject: null,
  ...change,
});
