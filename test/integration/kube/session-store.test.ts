import { afterAll, beforeAll, expect, test } from 'vitest';

import type { OperatorError } from '../../../src/lib/errors.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import { FINALIZER } from '../../../src/model/names.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { clientOf, never, SPEC, uniqueName } from './cluster.ts';

const server = sharedApiServer();
const client = clientOf(server);
const written: string[] = [];
const store = createSessionStore(client, (session) => written.push(session.meta.name));
let namespace: string;

beforeAll(async () => {
  namespace = await server.newNamespace();
});
afterAll(() => client.close());

async function create(name = uniqueName('s')): Promise<McpSession> {
  const { session } = await store.create({ namespace, name, spec: SPEC, annotations: {}, dryRun: false }, never);
  return session;
}

const readBack = (session: McpSession) => store.read(session.meta, never);

test('creates a session with its defaults and annotations', async () => {
  const name = uniqueName('s');
  const annotations = { 'mcpsession.dev/owner': 'alice' };
  const { session, warnings } = await store.create({ namespace, name, spec: SPEC, annotations, dryRun: false }, never);
  expect({ warnings, owner: session.meta.annotations, generation: session.meta.generation }).toEqual({
    warnings: [],
    owner: annotations,
    generation: 1,
  });
  expect(session.spec?.lifetime.ttlSeconds).toBe(3600);
  expect(await readBack(session)).toEqual(session);
  expect((await store.list(namespace, never)).map(({ meta }) => meta.name)).toContain(name);
});

test('a dry run stores nothing', async () => {
  const name = uniqueName('s');
  const { session } = await store.create({ namespace, name, spec: SPEC, annotations: {}, dryRun: true }, never);
  expect(session.meta.name).toBe(name);
  expect(await store.read({ namespace, name }, never)).toBe(null);
});

test('a name that is taken is already-exists', async () => {
  const { meta } = await create();
  await expect(create(meta.name)).rejects.toMatchObject({ kind: 'already-exists' });
});

test('an unknown field is refused by name', async () => {
  const spec = { ...SPEC, teleport: true };
  const request = { namespace, name: uniqueName('s'), spec, annotations: {}, dryRun: false };
  await expect(store.create(request, never)).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('unknown field "spec.teleport"'),
  });
});

test.each([
  { name: 'one cause', change: { user: { uid: -1 } } },
  { name: 'several causes', change: { user: { uid: -1 }, workingDir: '' } },
])('a refusal with $name reads exactly as kubectl shows it', async ({ change }) => {
  const name = uniqueName('s');
  const spec = { ...SPEC, ...change };
  const object = { apiVersion: 'mcpsession.dev/v1alpha1', kind: 'McpSession', metadata: { namespace, name }, spec };
  const kubectl = await server.kubectl(['create', '-f', '-'], JSON.stringify(object));
  const refused = await store
    .create({ namespace, name, spec, annotations: {}, dryRun: false }, never)
    .catch((thrown: unknown) => thrown);
  const { kind, message } = refused as OperatorError; // the store rejects with nothing else
  // The server lists schema causes in random order.
  const lines = (text: string): readonly string[] => text.trimEnd().split('\n').toSorted();
  expect({ kind, lines: lines(message) }).toEqual({ kind: 'invalid', lines: lines(kubectl.stderr) });
});

test('a namespace that does not exist is named', async () => {
  const request = { namespace: 'nowhere', name: 's', spec: SPEC, annotations: {}, dryRun: false };
  await expect(store.create(request, never)).rejects.toMatchObject({
    kind: 'not-found',
    message: 'namespaces "nowhere" not found',
  });
});

test('status is written whole, and the loser of two writes gets a conflict', async () => {
  const session = await create();
  const updated = await store.writeStatus(session, { restartCount: 1, exitCode: 0 }, never);
  expect(updated.status).toEqual({ restartCount: 1, exitCode: 0 });
  expect(updated.meta.generation).toBe(1);
  expect(written).toContain(session.meta.name);
  await expect(store.writeStatus(session, { restartCount: 9 }, never)).rejects.toMatchObject({ kind: 'conflict' });
  expect((await store.writeStatus(updated, { restartCount: 2 }, never)).status).toEqual({ restartCount: 2 });
});

test('the same status again changes no resourceVersion', async () => {
  const first = await store.writeStatus(await create(), { restartCount: 1 }, never);
  const second = await store.writeStatus(first, { restartCount: 1 }, never);
  expect(second.meta.resourceVersion).toBe(first.meta.resourceVersion);
});

test('a status meant for a deleted session never lands on its successor', async () => {
  const old = await create();
  await store.delete(old.meta, never);
  const next = await create(old.meta.name);
  await expect(store.writeStatus(old, { exitCode: 137 }, never)).rejects.toMatchObject({ kind: 'conflict' });
  const forged = { ...old, meta: { ...old.meta, resourceVersion: next.meta.resourceVersion } };
  await expect(store.writeStatus(forged, { exitCode: 137 }, never)).rejects.toMatchObject({ kind: 'conflict' });
  expect((await readBack(next))?.status).toEqual({});
});

test('more time is given to exactly what was seen', async () => {
  const session = await create();
  const extended = await store.setTimeToLive(session, 7200, never);
  expect(extended.spec).toEqual({ ...session.spec, lifetime: { ...session.spec?.lifetime, ttlSeconds: 7200 } });
  await expect(store.setTimeToLive(session, 9000, never)).rejects.toMatchObject({ kind: 'conflict' });
  await expect(store.setTimeToLive(extended, 2_592_001, never)).rejects.toMatchObject({ kind: 'invalid' });
  expect(await readBack(session)).toEqual(extended);
});

test('the finalizer keeps a deleted session until it is taken off', async () => {
  const created = await create();
  const session = await store.setFinalizer(created, true, never);
  expect(session?.meta.finalizers).toEqual([FINALIZER]);
  await store.delete(created.meta, never);
  const deleted = await readBack(created);
  expect(deleted?.meta.deletionMs).not.toBe(null);
  expect(await store.setFinalizer(deleted as McpSession, false, never)).toBe(null); // the finalizer kept it, so it is there
  expect(await readBack(created)).toBe(null);
});

test('a finalizer written from an old view is a conflict, and others stay', async () => {
  const created = await create();
  await server.kubectl([
    'patch',
    'mcps',
    created.meta.name,
    '-n',
    namespace,
    '--type=merge',
    '-p',
    '{"metadata":{"finalizers":["example.com/other"]}}',
  ]);
  await expect(store.setFinalizer(created, true, never)).rejects.toMatchObject({ kind: 'conflict' });
  const fresh = (await readBack(created)) as McpSession; // just patched, so it is there
  const both = await store.setFinalizer(fresh, true, never);
  expect(both?.meta.finalizers).toEqual(['example.com/other', FINALIZER]);
  const other = await store.setFinalizer(both as McpSession, false, never);
  expect(other?.meta.finalizers).toEqual(['example.com/other']);
});

test('taking the finalizer off a session that is gone is no fault', async () => {
  const session = await create();
  await store.delete(session.meta, never);
  expect(await store.setFinalizer(session, false, never)).toBe(null);
});

test('deletes exactly one incarnation', async () => {
  const old = await create();
  await store.delete(old.meta, never);
  await store.delete(old.meta, never);
  const next = await create(old.meta.name);
  await store.delete(old.meta, never);
  expect(await readBack(next)).toEqual(next);
});

test('a name with dots and slashes cannot address anything else', async () => {
  await expect(store.read({ namespace, name: '../../secrets/x' }, never)).resolves.toBe(null);
  await expect(store.read({ namespace: '..', name: 'x' }, never)).rejects.toMatchObject({ kind: 'invalid' });
});

test('kubectl shows what was written', async () => {
  const session = await create();
  const condition = {
    type: 'Ready',
    status: 'True' as const,
    reason: 'Running',
    message: 'running',
    observedGeneration: 1,
    lastTransitionTime: '2026-01-31T12:00:00Z',
  };
  await store.writeStatus(session, { conditions: [condition], grantedExpiry: '2030-01-01T00:00:00Z' }, never);
  const { stdout } = await server.kubectl(['get', 'mcps', session.meta.name, '-n', namespace, '--no-headers']);
  expect(stdout).toMatch(/True\s+Running\s+registry\.example\S+\s+2030-01-01T00:00:00Z\s+\d+s/);
});
