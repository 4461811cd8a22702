// Many sessions on a real API server, as they are after a healthy start: the status of one real session, put under each. Each
// has a name, an owner, a container and an environment of its own; those are what sessions differ in.

import { randomBytes } from 'node:crypto';

import { collectionPath, objectPath, SESSIONS } from '../../../src/kube/api-paths.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { recordOf, textOf } from '../../../src/kube/raw-object.ts';
import { API_VERSION, FINALIZER, SESSION_KIND } from '../../../src/model/names.ts';
import type { SessionStatus } from '../../../src/model/session.ts';
import { SESSION_SPEC } from '../kit/desired-session.ts';

export interface Seeding {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly count: number;
  /** Of the session with this number, made from nothing but the number. */
  readonly statusOf: (index: number) => SessionStatus;
}

const IN_FLIGHT = 32;
const OWNERS = 200;

/** Resolves when all are there, with finalizer and status: three writes for each, about 300 sessions per second. */
export async function seedSessions(
  { client, namespace, count, statusOf }: Seeding,
  signal: AbortSignal,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const name = `s${String(index).padStart(5, '0')}`;
      const { body } = await client.request(
        { method: 'POST', path: collectionPath(SESSIONS, namespace), body: sessionObject(namespace, name, index) },
        signal,
      );
      const metadata = recordOf(recordOf(body)['metadata']);
      const fenced = {
        namespace,
        name,
        uid: textOf(metadata['uid']),
        resourceVersion: textOf(metadata['resourceVersion']),
      };
      const status = { apiVersion: API_VERSION, kind: SESSION_KIND, metadata: fenced, status: statusOf(index) };
      await client.request({ method: 'PUT', path: objectPath(SESSIONS, fenced, 'status'), body: status }, signal);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** As `kubectl apply` sends it, with the copy of itself that kubectl leaves in the object. */
function sessionObject(namespace: string, name: string, index: number): object {
  const manifest = {
    apiVersion: API_VERSION,
    kind: SESSION_KIND,
    metadata: {
      namespace,
      name,
      annotations: { 'mcpsession.dev/owner': `agent-${index % OWNERS}@example.com` },
      labels: { app: 'agents', task: `task-${index}` },
    },
    spec: { ...SESSION_SPEC, env: [{ name: 'TASK', value: `task-${index}` }] },
  };
  const { metadata } = manifest;
  const annotations = {
    ...metadata.annotations,
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(manifest),
  };
  return { ...manifest, metadata: { ...metadata, annotations, finalizers: [FINALIZER] } };
}

/** The status of a real session, as another one on the same node would have it. */
export function statusLike(real: SessionStatus): (index: number) => SessionStatus {
  return (index) => {
    const id = randomBytes(32).toString('hex');
    const at = new Date(Date.now() - index * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
    const { container, isolation } = real;
    if (container === undefined || isolation === undefined) throw new RangeError('the session is not Ready');
    const controls = isolation.controls.map((control) =>
      control.id === 'identity' ? { ...control, want: id.slice(0, 36), got: id.slice(0, 36) } : control,
    );
    return {
      ...real,
      conditions: (real.conditions ?? []).map((condition) => ({
        ...condition,
        message: condition.message.replace(container.shortId, id.slice(0, 12)),
        lastTransitionTime: at,
      })),
      container: { ...container, id, shortId: id.slice(0, 12), startedAt: at },
      isolation: { controls, digest: `sha256:${id}` },
      grantedExpiry: at,
    };
  };
}
