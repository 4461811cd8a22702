// Rows of the source documents that the chart answers for, each by its id, on what is rendered by default and with everything on.

import { beforeAll, expect, test } from 'vitest';
import { ROLES } from '../../../src/config/role-settings.ts';
import { type Container, helm, CHART, one, type Pod, refusal, type Rendered, template } from './render.ts';

const WORKLOADS = new Set(['DaemonSet', 'Deployment', 'StatefulSet', 'Job', 'CronJob', 'Pod']);
const SOCKET_DIR = '/var/run';

let renderings: readonly (readonly Rendered[])[];
beforeAll(async () => {
  const everything = {
    'frontend.replicaCount': 3,
    'frontend.allowedHosts': ['mcp.example.com'],
    'webhook.replicaCount': 3,
    'placement.replicaCount': 2,
    'metrics.serviceMonitor.enabled': true,
    'metrics.serviceMonitor.renderMode': 'alwaysRender',
  };
  renderings = await Promise.all([template(), template(everything)]);
});

const podOf = ({ kind, spec }: Rendered): Pod => (kind === 'Pod' ? (spec as object as Pod) : spec.template.spec); // a Pod has its own
const pods = (objects: readonly Rendered[]) =>
  objects
    .filter(({ kind }) => WORKLOADS.has(kind))
    .map((object) => ({ name: object.metadata.name, pod: podOf(object) }));
const everyContainer = (): readonly { readonly name: string; readonly context: Readonly<Record<string, unknown>> }[] =>
  renderings.flatMap((objects) =>
    pods(objects).flatMap(({ name, pod }) =>
      pod.containers.map((container: Container) => ({
        name,
        context: container.securityContext as Readonly<Record<string, unknown>>, // as rendered
      })),
    ),
  );

test('S1.DEP.01: each part is a workload of one container', () => {
  for (const objects of renderings) {
    const workloads = objects.filter(({ kind, metadata }) => WORKLOADS.has(kind) && !metadata.name.includes('-test-'));
    expect(workloads.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      'DaemonSet mcpsession-controller',
      'Deployment mcpsession-frontend',
      'Deployment mcpsession-placement',
      'Deployment mcpsession-webhook',
    ]);
    for (const { pod } of pods(objects)) expect(pod.containers).toHaveLength(1);
  }
});

test('S1.DEP.02, S4.CFG.05: the socket is reached by one workload, through a directory that is mounted read-only', () => {
  for (const objects of renderings) {
    const reaching = pods(objects).filter(
      ({ pod }) =>
        (pod.volumes ?? []).some(({ hostPath }) => (hostPath as { path?: string } | undefined)?.path === SOCKET_DIR), // as rendered
    );
    expect(reaching.map(({ name }) => name)).toEqual(['mcpsession-controller']);
    const mounts = reaching[0]?.pod.containers[0]?.volumeMounts;
    expect(mounts?.find(({ name }) => name === 'docker')).toMatchObject({ readOnly: true });
  }
});

test('S1.DEP.04: every root file system of ours is read-only', () => {
  for (const { name, context } of everyContainer()) expect(context['readOnlyRootFilesystem'], name).toBe(true);
});

test('S1.DEP.05: no program of ours gains privileges', () => {
  for (const { name, context } of everyContainer()) {
    expect(context['allowPrivilegeEscalation'], name).toBe(false);
    expect(context['privileged'], name).toBe(false);
  }
});

test('S1.DEP.06, S4.T1.01: every program of ours drops all capabilities and has none', () => {
  expect(everyContainer().length).toBeGreaterThan(10);
  for (const { name, context } of everyContainer()) expect(context['capabilities'], name).toEqual({ drop: ['ALL'] });
});

test('S1.WARN.02: no Service is reached from outside, and nothing is on the network of a node', () => {
  for (const objects of renderings) {
    const types = objects.filter(({ kind }) => kind === 'Service').map(({ spec }) => (spec as { type?: string }).type); // of a Service
    expect(types).toHaveLength(3);
    expect(types.every((type) => type === undefined || type === 'ClusterIP')).toBe(true);
    const text = JSON.stringify(objects.filter(({ kind }) => kind === 'Service' || WORKLOADS.has(kind)));
    const words = ['hostNetwork', 'hostPort', 'nodePort', 'externalIPs', 'loadBalancerIP'];
    expect(words.filter((word) => text.includes(`"${word}"`))).toEqual([]);
  }
});

test('S1.WARN.04: nothing leads in from the internet', () => {
  for (const objects of renderings) {
    const ways = objects.filter(({ kind }) =>
      /^(Ingress|Gateway|HTTPRoute|TLSRoute|TCPRoute|VirtualService)$/.test(kind),
    );
    expect(ways).toEqual([]);
  }
});

test('S0.C3.01: no value switches authentication off', async () => {
  expect(await refusal({ 'frontend.auth': { mode: 'none' } })).toContain('auth');
  const { stdout } = await helm('show', 'values', CHART);
  expect(stdout).not.toMatch(/^\s*(auth|authentication|insecure|anonymous)\w*:/im);
});

test('S0.H4.01, S0.H4.05, S2.V3.01: the path of the socket stands in the values and in the settings, and has to', async () => {
  expect(await refusal({ 'controller.docker.socketPath': null })).toContain('socketPath');
  expect(await refusal({ 'controller.docker.socketPath': '' })).toContain('socketPath');
  for (const objects of renderings) {
    const settings = one(objects, 'ConfigMap', 'mcpsession-controller-settings').data['controller.yaml'];
    expect(settings).toContain('socketPath: /host/docker/docker.sock');
  }
});

test('S4.DEV.01, S4.PRD.01: sessions run where controllers run, and these can be held to nodes of their own', async () => {
  const objects = await template({
    'controller.nodeSelector': { 'example.com/sessions': 'true' },
    'controller.tolerations': [{ key: 'example.com/sessions', operator: 'Exists' }],
  });
  expect(podOf(one(objects, 'DaemonSet', 'mcpsession-controller'))).toMatchObject({
    nodeSelector: { 'example.com/sessions': 'true' },
    tolerations: [{ key: 'example.com/sessions', operator: 'Exists' }],
  });
});

test('S4.PRD.02, S4.SOC.02: an account for each part, and no right is a wildcard', () => {
  for (const objects of renderings) {
    const accounts = pods(objects).filter(({ name }) => !name.includes('-test-'));
    expect(new Set(accounts.map(({ pod }) => pod.serviceAccountName)).size).toBe(ROLES.length);
    const rights = JSON.stringify(objects.flatMap(({ kind, rules }) => (kind.endsWith('Role') ? [rules] : [])));
    expect(rights).not.toContain('"*"');
  }
});

test('S4.PRD.03: every program is selected by a network policy that names each port that is let in', () => {
  for (const objects of renderings) {
    for (const role of ROLES) {
      const { policyTypes, ingress } = one(objects, 'NetworkPolicy', `mcpsession-${role}`).spec;
      expect(policyTypes).toEqual(['Ingress']);
      for (const rule of ingress) expect(rule.ports).toHaveLength(1);
    }
  }
});
