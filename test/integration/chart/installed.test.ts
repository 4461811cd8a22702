// An installed release: what each account may, held against golden files; what the token of one node can do to another one; and what
// happens to a second release, an upgrade, an uninstall and a new installation.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROLES } from '../../../src/config/role-settings.ts';
import { frontendConfigMap } from '../../../src/compose/cluster-objects.ts';
import { apply } from '../../../src/kube/apply.ts';
import { findFrontendEndpoint } from '../../../src/kube/frontend-endpoint.ts';
import type { KubeClient, KubeRequest } from '../../../src/kube/kube-client.ts';
import { API_VERSION } from '../../../src/model/names.ts';
import { runBundle } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';
import { aSessionObject, sessionsPath } from '../webhook/floor-rig.ts';
import { type InstalledRig, NODES, openInstalledRig, refusalOf, RELEASE, untilFloor } from './installed-rig.ts';
import { CHART, NAMESPACE, one, template } from './render.ts';

const never = new AbortController().signal;
const WEBHOOK = 'validatingwebhookconfiguration/mcpsession';
const SESSIONS = sessionsPath('default');
const NODES_PATH = `/apis/${API_VERSION}/mcpnodes`;
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;

let rig: InstalledRig;
let installation: Awaited<ReturnType<InstalledRig['install']>>;
beforeAll(async () => {
  rig = await openInstalledRig();
  installation = await rig.install();
});
afterAll(() => rig.close());

test('helm install with no value set takes every object', () => {
  expect(installation.stderr).toBe('');
  expect(installation.stdout).toContain('STATUS: deployed');
});

/** Resources, names and verbs, one line each; not the URLs that everybody may see. */
async function rightsOf(account: string, namespace: string): Promise<readonly string[]> {
  const who = `--as=system:serviceaccount:${NAMESPACE}:${account}`;
  const table = await rig.kubectl(['auth', 'can-i', '--list', '--no-headers', who, '-n', namespace]);
  const lines = table.split('\n').map((line) =>
    line
      .trim()
      .replaceAll(/\s{2,}/g, '  ')
      .replace(/[^[]+(?=\]$)/, (verbs) => verbs.split(' ').sort().join(' ')),
  );
  return lines.filter((line) => line !== '' && !line.startsWith('[')).sort();
}

test.each([...ROLES, 'test'])('the account of the %s may what the golden file says, and nothing more', async (role) => {
  const account = `mcpsession-${role}`;
  const inside = await rightsOf(account, NAMESPACE);
  const outside = await rightsOf(account, 'default');
  expect(outside.length).toBeGreaterThan(3);
  const text = [`# in the namespace of the operator`, ...inside, `# in every other namespace`, ...outside, ''].join(
    '\n',
  );
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${role}.txt`));
});

test.each(ROLES)('the account of the %s reaches no Secret but its own, and lists none', async (role) => {
  const account = `mcpsession-${role}`;
  const secrets = (lines: readonly string[]) => lines.filter((line) => line.startsWith('secrets '));
  expect(secrets(await rightsOf(account, 'default'))).toEqual([]);
  const inside = secrets(await rightsOf(account, NAMESPACE));
  const own = ['secrets  []  []  [create]', `secrets  []  [${account}-certificate]  [get update]`];
  expect(inside).toEqual(role === 'webhook' || role === 'frontend' ? own : []);
  const as = `--as=system:serviceaccount:${NAMESPACE}:${account}`;
  const everywhere = await rig.server.kubectl(['auth', 'can-i', 'list', 'secrets', '-A', as]);
  expect(everywhere.stdout.trim()).toBe('no');
});

test('whoever is authenticated finds the front end, though the operator is not in the usual namespace', async () => {
  await rig.kubectl(['create', 'serviceaccount', 'somebody', '-n', NAMESPACE]); // without any right of its own
  const somebody = await rig.as('somebody');
  expect(await findFrontendEndpoint(somebody, never)).toBe(null);
  await apply(rig.admin, frontendConfigMap({ url: 'https://here', caPem: 'pem' }, NAMESPACE), never);
  expect(await findFrontendEndpoint(somebody, never)).toEqual({ url: 'https://here', caPem: 'pem' });
});

test('a namespace that enforces "restricted" takes every program but the controller, which needs "privileged"', async () => {
  const label = (name: string, level: string) =>
    rig.kubectl(['label', 'namespace', name, `pod-security.kubernetes.io/enforce=${level}`, '--overwrite']);
  await rig.kubectl(['create', 'namespace', 'strict']);
  await label('strict', 'restricted');
  const refusals: Record<string, string> = {};
  const objects = await template();
  for (const role of ROLES) {
    const { spec } = one(objects, role === 'controller' ? 'DaemonSet' : 'Deployment', `mcpsession-${role}`);
    await rig.kubectl(['create', 'serviceaccount', `mcpsession-${role}`, '-n', 'strict']);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: role, namespace: 'strict' },
      spec: spec.template.spec,
    };
    const create = ['create', '--dry-run=server', '-f', '-'];
    const ran = await rig.server.kubectl(create, JSON.stringify(pod));
    if (ran.code !== 0) refusals[role] = ran.stderr;
    if (role !== 'controller') continue;
    await label('strict', 'privileged');
    expect((await rig.server.kubectl(create, JSON.stringify(pod))).code).toBe(0);
    await label('strict', 'restricted');
  }
  expect(Object.keys(refusals)).toEqual(['controller']);
  expect(refusals['controller']).toContain('violates PodSecurity "restricted');
});

test('without its pods the webhook fails closed: nothing is created', async () => {
  const refused = await rig.server.kubectl(['create', '-f', '-'], JSON.stringify(aSessionObject('early')));
  expect(refused.stderr).toContain('failed calling webhook "validate.mcpsession.dev"');
});

test('an upgrade brings back what somebody deleted', async () => {
  await rig.kubectl(['delete', WEBHOOK]);
  await untilFloor(rig);
  await waitFor('a session', async () => {
    const created = await rig.server.kubectl(['create', '-f', '-'], JSON.stringify(aSessionObject('on-node-2')));
    return created.code === 0;
  });
  const placement = await rig.as('mcpsession-placement');
  const assignment = { nodeName: NODES[1], attempt: 1, instanceGeneration: 1, assignedAt: '2026-11-21T12:00:00Z' };
  const assigned = { ...(await read(rig.admin, `${SESSIONS}/on-node-2`)), status: { assignment } };
  expect(await refusalOf(placement, put(`${SESSIONS}/on-node-2/status`, assigned))).toBe(null);
  const upgraded = await rig.helmAt('upgrade', RELEASE, CHART, '-n', NAMESPACE, '--set', 'logging.level=debug');
  expect(upgraded.stderr).toBe('');
  expect(await rig.kubectl(['get', WEBHOOK, '-o', 'name'])).toContain('mcpsession');
});

const put = (path: string, body: unknown): KubeRequest => ({ method: 'PUT', path, body });
const read = async (client: KubeClient, path: string): Promise<Readonly<Record<string, unknown>>> =>
  (await client.request({ method: 'GET', path }, never)).body as Record<string, unknown>; // an object of the API server
const lease = (node: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: `mcpsession-node-${node}` },
  spec: { holderIdentity: 'x', leaseDurationSeconds: 15 },
});
const nodeObject = (name: string) => ({ apiVersion: API_VERSION, kind: 'McpNode', metadata: { name } });

test('a stolen token of one node writes nothing of another: session, node, lease', async () => {
  const [stolen, rightful] = await Promise.all(NODES.map((node) => rig.as('mcpsession-controller', node)));
  if (stolen === undefined || rightful === undefined) throw new Error('two nodes have two controllers');
  for (const [index, client] of [stolen, rightful].entries()) {
    const own = NODES[index] ?? '';
    expect(await refusalOf(client, { method: 'POST', path: NODES_PATH, body: nodeObject(own) })).toBe(null);
    expect(await refusalOf(client, { method: 'POST', path: LEASES, body: lease(own) })).toBe(null);
  }
  const session = await read(rig.admin, `${SESSIONS}/on-node-2`);
  const status = { ...(session['status'] as object), restartCount: 7 }; // placement wrote it
  const finalizers = { metadata: { finalizers: ['mcpsession.dev/container'] } };
  const mcpNode = await read(rig.admin, `${NODES_PATH}/${NODES[1]}`);
  const lastLease = await read(rig.admin, `${LEASES}/mcpsession-node-${NODES[1]}`);
  const merge = { method: 'PATCH', contentType: 'application/merge-patch+json' } as const;
  const attempts: readonly { readonly request: KubeRequest; readonly says: string }[] = [
    {
      request: put(`${SESSIONS}/on-node-2/status`, { ...session, status }),
      says: 'written by placement and by the controller of its node only',
    },
    { request: { ...merge, path: `${SESSIONS}/on-node-2`, body: finalizers }, says: 'sessions of its own node only' },
    {
      request: put(`${NODES_PATH}/${NODES[1]}/status`, { ...mcpNode, status: {} }),
      says: 'controller of that node only',
    },
    { request: put(`${LEASES}/mcpsession-node-${NODES[1]}`, lastLease), says: 'lease of its own node only' },
    { request: { method: 'DELETE', path: `${SESSIONS}/on-node-2` }, says: 'sessions of its own node only' },
  ];
  for (const { request, says } of attempts) expect(await refusalOf(stolen, request), request.path).toContain(says);
  for (const { request } of attempts) expect(await refusalOf(rightful, request), request.path).toBe(null);
});

test('a token of the controller that is bound to no node writes nothing at all', async () => {
  const unbound = await rig.as('mcpsession-controller');
  const node = nodeObject('node-3');
  expect(await refusalOf(unbound, { method: 'POST', path: NODES_PATH, body: node })).toContain('own node only');
});

test.each([
  { name: 'other', namespace: NAMESPACE },
  { name: RELEASE, namespace: 'elsewhere' },
])('a second release $name in $namespace is refused by the name of the first one', async ({ name, namespace }) => {
  const second = await rig.helmAt('install', name, CHART, '-n', namespace, '--create-namespace');
  expect(second.code).not.toBe(0);
  expect(second.stderr).toContain(
    `release ${RELEASE} in namespace ${NAMESPACE} is mcp-session-operator already, and a cluster has one only; upgrade that one (helm upgrade ${RELEASE} -n ${NAMESPACE})`,
  );
});

test('`mcpsession up` does not replace what a release has in the cluster', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'mcpsession-installed-'));
  const before = await rig.kubectl(['get', 'validatingadmissionpolicies,clusterrolebindings', '-o', 'yaml']);
  const up = await runBundle(['up', '--kubeconfig', rig.server.kubeconfigPath, '--state-dir', stateDir]);
  await rm(stateDir, { recursive: true, force: true });
  expect(up.code).toBe(1);
  expect(up.stderr).toContain(
    `is served by an operator in namespace ${NAMESPACE}, and a cluster has one only; use it (\`mcpsession mcp\`), or run \`helm uninstall ${RELEASE} -n ${NAMESPACE}\` first`,
  );
  expect(await rig.kubectl(['get', 'validatingadmissionpolicies,clusterrolebindings', '-o', 'yaml'])).toBe(before);
});

test('helm uninstall leaves definitions and sessions, and nothing else of the cluster', async () => {
  await rig.kubectl(['delete', WEBHOOK]);
  await waitFor('a session', async () => {
    const created = await rig.server.kubectl(['create', '-f', '-'], JSON.stringify(aSessionObject('kept')));
    return created.code === 0;
  });
  const gone = await rig.helmAt('uninstall', RELEASE, '-n', NAMESPACE);
  expect(gone.code).toBe(0);
  const kinds =
    'validatingwebhookconfiguration,validatingadmissionpolicy,validatingadmissionpolicybinding,clusterrole,clusterrolebinding';
  const left = (await rig.kubectl(['get', kinds, '-o', 'name']))
    .split('\n')
    .filter((line) => line.includes('mcpsession'));
  expect(left).toEqual([]);
  expect(
    await rig.kubectl(['get', 'daemonset,deployment,service,role,rolebinding', '-n', NAMESPACE, '-o', 'name']),
  ).toBe('');
  expect(await rig.kubectl(['get', 'mcps', '-o', 'name'])).toContain('kept');
});

test('the release that comes back takes definitions and sessions as they are', async () => {
  const again = await rig.install();
  expect(again.stderr).toBe('');
  expect(await rig.kubectl(['get', 'mcps', '-o', 'name'])).toContain('kept');
  expect((await rig.helmAt('uninstall', RELEASE, '-n', NAMESPACE)).code).toBe(0);
});

test('what another tool made is named, and taken over when that is asked for', async () => {
  const other = ['install', 'sandboxes', CHART, '-n', 'sandboxes', '--create-namespace'];
  const refused = await rig.helmAt(...other);
  expect(refused.stderr).toContain('cannot be imported into the current release');
  const configuration =
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"mcpsession"}}';
  await rig.kubectl(['create', '-f', '-'], configuration);
  expect((await rig.helmAt(...other)).stderr).toContain('that no Helm release made, as `mcpsession up` does');
  await rig.kubectl(['delete', WEBHOOK]);
  const taken = await rig.helmAt(...other, '--take-ownership');
  expect(taken.stderr).toBe('');
  expect(taken.stdout).toContain('STATUS: deployed');
});
