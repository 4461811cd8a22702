// What the programs rely on of an API server. Runs on the simulated one and on the real one: a fake that passes another suite than the
// real thing proves nothing.

import { expect, test } from 'vitest';

import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { createLeaseStore } from '../../../src/kube/lease-store.ts';
import { createNodeStore } from '../../../src/kube/node-store.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { SessionStore } from '../../../src/ports/sessions.ts';
import { aSessionSpec } from '../../support/session-builder.ts';

export interface ApiServerUnderTest {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly namespace: string;
  /** Nobody else uses it. */
  readonly unique: (prefix: string) => string;
}

const { signal } = new AbortController();
const NOW = '2026-11-20T12:00:00Z';

export function apiServerContract(server: () => ApiServerUnderTest): void {
  const store = (): SessionStore => createSessionStore(server().client);
  const create = async (): Promise<McpSession> => {
    const { namespace, unique } = server();
    const reference = { namespace, name: unique('s') };
    const { session } = await store().create(
      { ...reference, spec: aSessionSpec(), annotations: {}, dryRun: false },
      signal,
    );
    return session;
  };
  const assignment = (nodeName: string) => ({ nodeName, attempt: 1, instanceGeneration: 1, assignedAt: NOW });

  test('a new object has a uid, the first generation and no status; its name is taken', async () => {
    const session = await create();
    expect(session.meta).toMatchObject({ generation: 1, deletionMs: null, finalizers: [] });
    expect(session.status).toEqual({});
    const { namespace, name } = session.meta;
    const again = { namespace, name, spec: aSessionSpec(), annotations: {}, dryRun: false };
    await expect(store().create(again, signal)).rejects.toMatchObject({ kind: 'already-exists' });
  });

  test('a status is fenced by the version that was seen, and changes no generation', async () => {
    const session = await create();
    const written = await store().writeStatus(session, { assignment: assignment('n1') }, signal);
    expect(written.meta.generation).toBe(1);
    expect(Number(written.meta.resourceVersion)).toBeGreaterThan(Number(session.meta.resourceVersion));
    await expect(store().writeStatus(session, {}, signal)).rejects.toMatchObject({ kind: 'conflict' });
    const same = await store().writeStatus(written, { assignment: assignment('n1') }, signal);
    expect(same.meta.resourceVersion).toBe(written.meta.resourceVersion);
  });

  test('a status with the uid of another incarnation is refused', async () => {
    const session = await create();
    const other = { ...session, meta: { ...session.meta, uid: '00000000-0000-4000-8000-00000000ffff' } };
    await expect(store().writeStatus(other, {}, signal)).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('a finalizer keeps a deleted object, nothing is added to it then, and its removal ends it', async () => {
    const bound = await store().setFinalizer(await create(), true, signal);
    if (bound === null) throw new Error('it is there');
    await store().delete(bound.meta, signal);
    const deleting = await store().read(bound.meta, signal);
    expect(deleting?.meta).toMatchObject({ generation: 2, deletionMs: expect.any(Number) });
    const { client } = server();
    const path = `/apis/mcpsession.dev/v1alpha1/namespaces/${bound.meta.namespace}/mcpsessions/${bound.meta.name}`;
    const body = { metadata: { finalizers: [...bound.meta.finalizers, 'example.com/late'] } };
    const add = { method: 'PATCH', path, contentType: 'application/merge-patch+json', body } as const;
    await expect(client.request(add, signal)).rejects.toMatchObject({ kind: 'invalid' });
    if (deleting !== null) await store().setFinalizer(deleting, false, signal);
    expect(await store().read(bound.meta, signal)).toBe(null);
  });

  test('only the incarnation that is meant is deleted', async () => {
    const first = await create();
    await store().delete(first.meta, signal);
    const { namespace, name } = first.meta;
    const { session: second } = await store().create(
      { namespace, name, spec: aSessionSpec(), annotations: {}, dryRun: false },
      signal,
    );
    await store().delete(first.meta, signal);
    expect((await store().read(first.meta, signal))?.meta.uid).toBe(second.meta.uid);
  });

  test('a change of the spec moves the generation, one of the metadata does not', async () => {
    const { client } = server();
    const { namespace, name } = (await create()).meta;
    const path = `/apis/mcpsession.dev/v1alpha1/namespaces/${namespace}/mcpsessions/${name}`;
    const patch = async (body: unknown): Promise<void> => {
      await client.request({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body }, signal);
    };
    await patch({ metadata: { annotations: { note: 'x' } } });
    expect((await store().read({ namespace, name }, signal))?.meta.generation).toBe(1);
    await patch({ spec: { operatingMode: 'Suspended' } });
    expect((await store().read({ namespace, name }, signal))?.meta.generation).toBe(2);
  });

  test('leases are fenced by their version', async () => {
    const { client, clock, namespace, unique } = server();
    const leases = createLeaseStore({ client, namespace, clock });
    const name = unique('lease');
    expect(await leases.read(name, signal)).toBe(null);
    const mine = { holder: 'a', durationSeconds: 15 };
    const first = await leases.write(name, { ...mine, resourceVersion: null }, signal);
    await expect(leases.write(name, { ...mine, resourceVersion: null }, signal)).rejects.toMatchObject({
      kind: 'already-exists',
    });
    await leases.write(name, { ...mine, holder: 'b', resourceVersion: first.resourceVersion }, signal);
    await expect(leases.write(name, { ...mine, resourceVersion: first.resourceVersion }, signal)).rejects.toMatchObject(
      { kind: 'conflict' },
    );
    expect((await leases.list(name, signal)).get(name)?.holder).toBe('b');
  });

  test('a node is made by its first status, and the same status is no new version', async () => {
    const { client, unique } = server();
    const nodes = createNodeStore(client);
    const node = { name: unique('n'), labels: { zone: 'a' }, status: { conditions: [] } };
    const first = await nodes.publish(node, signal);
    expect(first).toMatchObject({ name: node.name, labels: { zone: 'a' } });
    expect((await nodes.publish(node, signal)).resourceVersion).toBe(first.resourceVersion);
  });
}
