// What holds without the webhook, decided by the API server alone: reserved keys, the owner, finalizers, and who writes status.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { webhookConfiguration } from '../../../src/compose/cluster-objects.ts';
import { apply } from '../../../src/kube/apply.ts';
import type { KubeRequest } from '../../../src/kube/kube-client.ts';
import { API_VERSION, serviceAccountUsername } from '../../../src/model/names.ts';
import { PINNED_IMAGE } from '../../support/session-builder.ts';
import { waitFor } from '../../support/wait-for.ts';
import {
  type Actor,
  aSessionObject,
  type FloorRig,
  never,
  openFloorRig,
  sessionsPath,
  TENANT,
  UNBOUND_NODE,
} from './floor-rig.ts';

const FINALIZER = 'mcpsession.dev/container';
const OWNER = 'mcpsession.dev/owner';
let rig: FloorRig;
let sessions: string;
let tenant: string;

beforeAll(async () => {
  rig = await openFloorRig();
  sessions = sessionsPath(rig.namespace);
  tenant = serviceAccountUsername(rig.namespace, TENANT);
  await write('admin', create('older', { labels: { 'mcpsession.dev/old': 'x' }, finalizers: [FILLER, FINALIZER] }));
  await rig.applyFloor(null);
});
afterAll(() => rig.close());

const FILLER = 'example.com/foreign';
const create = (name: string, metadata: Readonly<Record<string, unknown>> = {}): KubeRequest => ({
  method: 'POST',
  path: sessions,
  body: aSessionObject(name, metadata),
});
const change = (name: string, metadata: Readonly<Record<string, unknown>>): KubeRequest => ({
  method: 'PATCH',
  path: `${sessions}/${name}`,
  contentType: 'application/merge-patch+json',
  body: { metadata },
});
const status = (name: string, value: Readonly<Record<string, unknown>>): KubeRequest => ({
  method: 'PATCH',
  path: `${sessions}/${name}/status`,
  contentType: 'application/merge-patch+json',
  body: { status: value },
});
const remove = (name: string): KubeRequest => ({ method: 'DELETE', path: `${sessions}/${name}` });

async function write(actor: Actor, request: KubeRequest): Promise<void> {
  const refusal = await rig.attempt(actor, request);
  if (refusal !== null) throw new Error(refusal);
}

const assignedTo = (nodeName: string) => ({
  assignment: { nodeName, attempt: 1, instanceGeneration: 1, assignedAt: '2026-11-21T12:00:00Z' },
});
const PROOF = { isolation: { controls: [{ id: 'user', want: 'a', got: 'a', ok: true }], digest: 'sha256:x' } };

const waiting = (ready: 'True' | 'False') => ({
  conditions: [{ type: 'Ready', status: ready, reason: 'X', message: '', lastTransitionTime: '2026-11-21T12:00:00Z' }],
});

async function aSession(name: string, nodeName: string | null): Promise<void> {
  await write('tenant', create(name));
  if (nodeName !== null) await write('placement', status(name, assignedTo(nodeName)));
}

const exists = async (name: string): Promise<boolean> =>
  (await rig.attempt('admin', { method: 'GET', path: `${sessions}/${name}` })) === null;

describe('keys of the domain of the operator', () => {
  test.each([
    { name: 'a label', metadata: { labels: { 'mcpsession.dev/uid': 'x' } }, key: 'mcpsession.dev/uid' },
    { name: 'an annotation', metadata: { annotations: { 'mcpsession.dev/x': 'y' } }, key: 'mcpsession.dev/x' },
    { name: 'capitals', metadata: { labels: { 'MCPsession.dev/uid': 'x' } }, key: '' },
  ])('$name is refused on create, with the rule', async ({ metadata, key }) => {
    const refusal = await rig.attempt('tenant', create('reserved', metadata));
    expect(refusal).toMatch(key === '' ? /invalid/i : `[MCPS-602] metadata: ${key}: keys below mcpsession.dev/`);
    expect(await exists('reserved')).toBe(false);
  });

  test('and on update, by whatever way it comes, for cluster admins too', async () => {
    await aSession('relabelled', null);
    const label = { labels: { 'mcpsession.dev/node': 'n' } };
    const applied: KubeRequest = {
      method: 'PATCH',
      path: `${sessions}/relabelled`,
      query: { fieldManager: 'second', force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: aSessionObject('relabelled', label),
    };
    const added: KubeRequest = {
      method: 'PATCH',
      path: `${sessions}/relabelled`,
      contentType: 'application/json-patch+json',
      body: [{ op: 'add', path: '/metadata/labels', value: label.labels }],
    };
    for (const request of [change('relabelled', label), applied, added]) {
      expect(await rig.attempt('tenant', request)).toContain('[MCPS-602]');
      expect(await rig.attempt('admin', request)).toContain('[MCPS-602]');
    }
  });

  test('other keys are free, below user.mcpsession.dev/ as well', async () => {
    const labels = { 'user.mcpsession.dev/team': 'a', app: 'b' };
    expect(await rig.attempt('tenant', create('free', { labels, annotations: labels }))).toBe(null);
    expect(await rig.attempt('tenant', change('free', { labels: { app: 'c' } }))).toBe(null);
  });

  test('one that was stored before the floor stands in nobody’s way, and can be taken away', async () => {
    expect(await rig.attempt('tenant', change('older', { labels: { app: 'c' } }))).toBe(null);
    expect(await rig.attempt('tenant', change('older', { labels: { 'mcpsession.dev/old': 'y' } }))).toContain('602');
    expect(await rig.attempt('tenant', change('older', { labels: { 'mcpsession.dev/old': null } }))).toBe(null);
  });
});

describe('the owner', () => {
  test('is the requester, nobody else, and stays', async () => {
    const owned = (owner: string) => ({ annotations: { [OWNER]: owner } });
    expect(await rig.attempt('tenant', create('mine', owned(tenant)))).toBe(null);
    expect(await rig.attempt('tenant', create('hers', owned('eve')))).toContain('[MCPS-601]');
    expect(await rig.attempt('tenant', create('hers', owned('')))).toContain('[MCPS-601]');
    expect(await rig.attempt('admin', create('hers', owned('eve')))).toContain('[MCPS-601]');
    for (const [name, owner] of [
      ['mine', 'eve'],
      ['mine', null],
      ['free', tenant],
    ] as const) {
      expect(await rig.attempt('tenant', change(name, { annotations: { [OWNER]: owner } }))).toContain('[MCPS-601]');
    }
  });

  test('may be anybody whom the front end names, and not nobody', async () => {
    expect(await rig.attempt('frontend', create('named', { annotations: { [OWNER]: 'eve' } }))).toBe(null);
    expect(await rig.attempt('frontend', create('nameless', { annotations: { [OWNER]: '' } }))).toContain('601');
  });
});

describe('our finalizer', () => {
  test('is set and removed by the controller of the node alone', async () => {
    expect(await rig.attempt('tenant', create('held', { finalizers: [FINALIZER] }))).toContain(
      'mcpsessions/finalizers',
    );
    await aSession('held', 'node-1');
    expect(await rig.attempt('tenant', change('held', { finalizers: [FINALIZER] }))).toContain(FINALIZER);
    expect(await rig.attempt('node2', change('held', { finalizers: [FINALIZER] }))).toContain('own node');
    expect(await rig.attempt('node1', change('held', { finalizers: [FINALIZER] }))).toBe(null);
    expect(await rig.attempt('tenant', change('held', { finalizers: [FINALIZER, FILLER] }))).toBe(null);

    expect(await rig.attempt('tenant', remove('held'))).toBe(null);
    expect(await rig.attempt('tenant', change('held', { finalizers: [FILLER] }))).toContain(FINALIZER);
    expect(await rig.attempt('node2', change('held', { finalizers: [FILLER] }))).toContain('own node');
    expect(await rig.attempt('node1', change('held', { finalizers: [FILLER] }))).toBe(null);
    expect(await exists('held')).toBe(true);
    expect(await rig.attempt('tenant', change('held', { finalizers: null }))).toBe(null);
    expect(await exists('held')).toBe(false);
  });

  test('can be taken away by whoever has the right to, for a node that is gone for ever', async () => {
    await aSession('stranded', 'node-1');
    await write('node1', change('stranded', { finalizers: [FINALIZER] }));
    await write('tenant', remove('stranded'));
    expect(await rig.attempt('admin', change('stranded', { finalizers: null }))).toBe(null);
    expect(await exists('stranded')).toBe(false);
    await write('admin', change('older', { finalizers: null }));
    await write('tenant', remove('older'));
  });

  test('is taken by placement from a deleted session, which is all that placement changes beside the status', async () => {
    await aSession('freed', 'node-1');
    await write('node1', change('freed', { finalizers: [FINALIZER, FILLER] }));
    expect(await rig.attempt('placement', change('freed', { finalizers: [FILLER] }))).toContain('changes nothing');
    await write('tenant', remove('freed'));
    for (const more of [
      { finalizers: null },
      { finalizers: [FINALIZER] },
      { finalizers: [FILLER], labels: { a: 'b' } },
      { finalizers: [FILLER], annotations: { a: 'b' } },
      { finalizers: [FILLER], ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'y' }] },
    ]) {
      expect(await rig.attempt('placement', change('freed', more))).toContain('changes nothing');
    }
    const withSpec = {
      ...change('freed', {}),
      body: { metadata: { finalizers: [FILLER] }, spec: { workingDir: '/tmp' } },
    };
    expect(await rig.attempt('placement', withSpec)).not.toBe(null);
    expect(await rig.attempt('placement', change('freed', { finalizers: [FILLER] }))).toBe(null);
    expect(await rig.attempt('tenant', change('freed', { finalizers: null }))).toBe(null);
    expect(await exists('freed')).toBe(false);
  });
});

describe('the status of a session', () => {
  test('is written by placement until a node has it, and then by the controller of that node', async () => {
    await aSession('reported', null);
    expect(await rig.attempt('node1', status('reported', { restartCount: 1 }))).toContain('of its node only');
    expect(await rig.attempt('placement', status('reported', assignedTo('node-1')))).toBe(null);
    expect(await rig.attempt('node1', status('reported', { restartCount: 1, ...PROOF }))).toBe(null);
  });

  test('is not written with the stolen token of another node, nor by people, nor by pods that run on the node', async () => {
    await aSession('stolen', 'node-1');
    for (const actor of ['node2', 'unbound', 'tenant', 'podOnNode1', 'admin', 'frontend'] as const) {
      expect(await rig.attempt(actor, status('stolen', { restartCount: 1 }))).toContain('of its node only');
    }
  });

  test('cannot be taken over by an assignment in the same write', async () => {
    await aSession('grabbed', 'node-1');
    expect(await rig.attempt('node2', status('grabbed', assignedTo('node-2')))).toContain('of its node only');
    expect(await rig.attempt('node1', status('grabbed', assignedTo('node-2')))).toContain('by placement only');
    expect(await rig.attempt('node1', status('grabbed', { assignment: null }))).toContain('by placement only');
    expect(await rig.attempt('placement', status('grabbed', assignedTo('node-2')))).toBe(null);
    expect(await rig.attempt('node1', status('grabbed', { restartCount: 1 }))).toContain('of its node only');
  });

  test('has its proof from the node: placement may take it away and not write it', async () => {
    await aSession('proved', 'node-1');
    for (const known of [
      PROOF,
      { restartCount: 0 },
      { vacatedGeneration: 1 },
      { exitCode: 0 },
      { finishedAt: '2026-11-21T12:00:00Z' },
    ]) {
      expect(await rig.attempt('placement', status('proved', known))).toContain('by the controller of its node only');
    }
    await write('node1', status('proved', PROOF));
    expect(await rig.attempt('placement', status('proved', waiting('False')))).toBe(null);
    expect(await rig.attempt('placement', status('proved', waiting('True')))).toContain('is Ready');
    expect(await rig.attempt('placement', status('proved', { isolation: null }))).toBe(null);
    expect(await rig.attempt('node1', status('proved', waiting('True')))).toBe(null);
  });

  test('is fenced the same for PUT, JSON patch and apply', async () => {
    await aSession('fenced', 'node-1');
    const path = `${sessions}/fenced/status`;
    const { body } = await rig.clients.admin.request({ method: 'GET', path }, never);
    const forged = { ...(body as Record<string, unknown>), status: { ...assignedTo('node-1'), exitCode: 0 } }; // an object
    const { metadata, ...rest } = aSessionObject('fenced');
    const requests: readonly KubeRequest[] = [
      { method: 'PUT', path, body: forged },
      {
        method: 'PATCH',
        path,
        contentType: 'application/json-patch+json',
        body: [{ op: 'add', path: '/status/exitCode', value: 0 }],
      },
      {
        method: 'PATCH',
        path,
        query: { fieldManager: 'x', force: 'true' },
        contentType: 'application/apply-patch+yaml',
        body: { apiVersion: rest.apiVersion, kind: rest.kind, metadata, status: { exitCode: 0 } },
      },
    ];
    for (const request of requests) expect(await rig.attempt('tenant', request)).toContain('of its node only');
    expect(await rig.attempt('node2', { method: 'PUT', path, body: forged })).toContain('of its node only');
    expect(await rig.attempt('node1', { method: 'PUT', path, body: forged })).toBe(null);
  });
});

describe('the stolen token of a controller', () => {
  test('deletes and relabels the sessions of its own node only, and changes no spec', async () => {
    await aSession('target', 'node-1');
    expect(await rig.attempt('node2', remove('target'))).toContain('own node only');
    expect(await rig.attempt('unbound', remove('target'))).toContain('own node only');
    const suspend: KubeRequest = { ...change('target', {}), body: { spec: { operatingMode: 'Suspended' } } };
    expect(await rig.attempt('node1', suspend)).toContain('never changes the spec');
    expect(await rig.attempt('node1', remove('target'))).toBe(null);
  });

  test('takes its own node out of no drain, and into none', async () => {
    const spec = (value: unknown): KubeRequest => ({
      method: 'PATCH',
      path: `/apis/${API_VERSION}/mcpnodes/node-1`,
      contentType: 'application/merge-patch+json',
      body: { spec: value },
    });
    const own: KubeRequest = {
      method: 'PATCH',
      path: `/apis/${API_VERSION}/mcpnodes/node-1`,
      query: { fieldManager: 'test', force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion: API_VERSION, kind: 'McpNode', metadata: { name: 'node-1', labels: { zone: 'a' } } },
    };
    expect(await rig.attempt('node1', own)).toBe(null);
    expect(await rig.attempt('node1', spec({ drain: { noticeSeconds: 1 } }))).toContain('decided by people');
    expect(await rig.attempt('admin', spec({ drain: { noticeSeconds: 1 } }))).toBe(null);
    expect(await rig.attempt('node1', spec({ drain: null }))).toContain('decided by people');
    expect(await rig.attempt('node1', spec({ unschedulable: true }))).toContain('decided by people');
    expect(await rig.attempt('node1', own)).toBe(null);
    expect(await rig.attempt('admin', spec({ drain: null }))).toBe(null);
  });

  test('writes neither the McpNode nor the lease of another node', async () => {
    const nodes = `/apis/${API_VERSION}/mcpnodes`;
    const node = (name: string): KubeRequest => ({
      method: 'PATCH',
      path: `${nodes}/${name}`,
      query: { fieldManager: 'test', force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion: API_VERSION, kind: 'McpNode', metadata: { name, labels: { zone: 'a' } } },
    });
    const api = async (name: string): Promise<KubeRequest> => {
      const { body } = await rig.clients.admin.request({ method: 'GET', path: `${nodes}/${name}` }, never);
      const nodeApi = { url: 'https://192.0.2.1:1', caPem: 'x' };
      return { method: 'PUT', path: `${nodes}/${name}/status`, body: { ...(body as object), status: { nodeApi } } }; // an object
    };
    expect(await rig.attempt('node2', node('node-1'))).toContain('own node only');
    expect(await rig.attempt('node1', node('node-1'))).toBe(null);
    for (const actor of ['node2', 'unbound', 'admin'] as const) {
      expect(await rig.attempt(actor, await api('node-1'))).toContain('controller of that node only');
    }
    expect(await rig.attempt('node1', await api('node-1'))).toBe(null);

    const lease = (name: string): KubeRequest => ({
      method: 'POST',
      path: '/apis/coordination.k8s.io/v1/namespaces/mcpsession-system/leases',
      body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec: { holderIdentity: 'x' } },
    });
    for (const name of ['mcpsession-node-node-1', 'mcpsession-placement', 'mcpsession-up']) {
      expect(await rig.attempt('node2', lease(name))).toContain('own node only');
    }
    expect(await rig.attempt('node1', lease('mcpsession-node-node-1'))).toBe(null);
    expect(await rig.attempt('placement', lease('mcpsession-placement'))).toBe(null);
  });
});

describe('a webhook that is down', () => {
  test('fails creates, and nothing else', async () => {
    await aSession('survivor', 'node-1');
    await write('node1', change('survivor', { finalizers: [FINALIZER] }));
    await aSession('finished', null);
    const dead = webhookConfiguration({ url: 'https://127.0.0.1:1/validate', caPem: '' });
    await apply(rig.clients.admin, dead, never);
    await waitFor('creates to fail', async () => {
      const refusal = await rig.attempt('tenant', { ...create('late'), query: { dryRun: 'All' } });
      return refusal?.includes('failed calling webhook') === true ? refusal : null;
    });
    const spec: KubeRequest = { ...change('survivor', {}), body: { spec: { lifetime: { ttlSeconds: 60 } } } };
    expect(await rig.attempt('tenant', spec)).toContain('failed calling webhook');

    expect(await rig.attempt('tenant', change('survivor', { labels: { app: 'a' } }))).toBe(null);
    expect(await rig.attempt('tenant', change('survivor', { labels: { 'mcpsession.dev/a': 'a' } }))).toContain('602');
    expect(await rig.attempt('node1', status('survivor', { restartCount: 1 }))).toBe(null);
    expect(await rig.attempt('node2', status('survivor', { restartCount: 2 }))).toContain('of its node only');
    expect(await rig.attempt('tenant', remove('survivor'))).toBe(null);
    expect(await rig.attempt('node1', change('survivor', { finalizers: null }))).toBe(null);
    expect(await exists('survivor')).toBe(false);
    expect(await rig.attempt('tenant', { ...remove(''), path: sessions })).toMatch(/cannot|forbidden/i);
    expect(await rig.attempt('admin', { method: 'DELETE', path: sessions })).toBe(null);
    expect(await exists('finished')).toBe(false);

    await rig.server.kubectl(['create', 'serviceaccount', 'default', '-n', rig.namespace]);
    const pod = await rig.server.kubectl(['run', 'x', '--image=pause', '-n', rig.namespace]);
    expect(pod).toMatchObject({ code: 0, stdout: 'pod/x created\n' });
  });
});

test('where one controller runs outside of a pod, as in `up`, its node is named by configuration; a claim counts more', async () => {
  await rig.server.kubectl(['delete', 'validatingwebhookconfiguration', 'mcpsession']);
  await rig.applyFloor(UNBOUND_NODE);
  await waitFor('creates to work again', async () => {
    const refusal = await rig.attempt('tenant', { ...create('again'), query: { dryRun: 'All' } });
    return refusal === null ? true : null;
  });
  await aSession('of-up', UNBOUND_NODE);
  await aSession('of-node-1', 'node-1');
  await waitFor('the floor to know the node', async () => {
    return (await rig.attempt('unbound', status('of-up', { restartCount: 1 }))) === null;
  });
  expect(await rig.attempt('unbound', status('of-node-1', { restartCount: 1 }))).toContain('of its node only');
  expect(await rig.attempt('node1', status('of-up', { restartCount: 1 }))).toContain('of its node only');
  expect(await rig.attempt('node1', status('of-node-1', { restartCount: 1 }))).toBe(null);
  expect(await rig.attempt('tenant', status('of-up', { restartCount: 1 }))).toContain('of its node only');
});

test('10,000 annotations cost no more than the server grants an expression', async () => {
  const annotations = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`example.com/k${index}`, 'x']));
  const body = { ...aSessionObject('annotated', { annotations }), spec: { image: PINNED_IMAGE } };
  const created = await rig.attempt('tenant', { method: 'POST', path: sessions, body });
  expect(created).toBe(null);
  expect(await rig.attempt('tenant', change('annotated', { labels: { app: 'a' } }))).toBe(null);
  expect(await rig.attempt('tenant', remove('annotated'))).toBe(null);
});
