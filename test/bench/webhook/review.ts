// An AdmissionReview as the API server sends it for a new session: every default filled in, field ownership included, which is
// nearly half of it.

import { API_VERSION, GROUP, SESSION_KIND, SESSION_PLURAL, VERSION } from '../../../src/model/names.ts';
import { type SessionSpec, sessionSpecSchema } from '../../../src/model/session-spec.ts';

const IMAGE = `registry.example/team/tool:1.0@sha256:${'ab'.repeat(32)}`;
const UID = '0d9d2b5e-4a0c-4a63-9d0f-6a9b1c2d3e4f';

/** What people ask for: a program, a few variables, a directory in memory. */
export const ordinarySpec = (): SessionSpec =>
  sessionSpecSchema.parse({
    image: IMAGE,
    command: ['python', '-m', 'tool.server'],
    args: ['--verbose'],
    env: [
      { name: 'LOG_LEVEL', value: 'debug' },
      { name: 'DATABASE_URL', value: 'postgres://db.example:5432/tool' },
    ],
    tmpfs: [{ path: '/tmp' }],
  });

export function admissionReview(): unknown {
  const spec = ordinarySpec();
  const kind = { group: GROUP, version: VERSION, kind: SESSION_KIND };
  const resource = { group: GROUP, version: VERSION, resource: SESSION_PLURAL };
  const time = '2026-11-20T12:00:00Z';
  const metadata = {
    name: 'hello',
    namespace: 'team-a',
    uid: UID,
    generation: 1,
    creationTimestamp: time,
    labels: { app: 'tool', team: 'a' },
    managedFields: [
      {
        manager: 'kubectl',
        operation: 'Apply',
        apiVersion: API_VERSION,
        time,
        fieldsType: 'FieldsV1',
        fieldsV1: ownedBy(spec),
      },
    ],
  };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: UID,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: metadata.name,
      namespace: metadata.namespace,
      operation: 'CREATE',
      userInfo: { username: 'alice', groups: ['team-a', 'system:authenticated'], extra: {} },
      object: { apiVersion: API_VERSION, kind: SESSION_KIND, metadata, spec },
      oldObject: null,
      dryRun: false,
      options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions', fieldManager: 'kubectl' },
    },
  };
}

/** The form of FieldsV1: every field that the manager set, as "f:name". */
function ownedBy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [`f:${key}`, ownedBy(inner)]));
}
