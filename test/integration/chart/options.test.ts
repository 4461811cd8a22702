// What a release can be told about names, monitoring, rights, scheduling and pods, beside what chart.test.ts looks at.

import { expect, test } from 'vitest';
import { parseRoleSettings } from '../../../src/config/load-role.ts';
import { ROLES } from '../../../src/config/role-settings.ts';
import {
  CHART,
  containerOf,
  helm,
  installed,
  NAMESPACE,
  one,
  podOf,
  refusal,
  type Rendered,
  template,
  templateText,
  workloadOf,
} from './render.ts';

/** Named by programs and people, so no override moves them. */
const FIXED = /^(ServiceAccount|(Cluster)?Role(Binding)?|CustomResourceDefinition|Validating\w+)$/;

test('fullnameOverride names everything that only the release knows, and what refers to it', async () => {
  const objects = installed(await template({ fullnameOverride: 'sandboxes' }));
  const own = objects.filter(({ kind }) => !FIXED.test(kind));
  expect(own.filter(({ metadata }) => !metadata.name.startsWith('sandboxes-'))).toEqual([]);
  expect(own.length).toBeGreaterThan(15);
  const fixed = objects.filter(({ kind }) => FIXED.test(kind) && kind !== 'CustomResourceDefinition');
  expect(fixed.filter(({ metadata }) => !metadata.name.startsWith('mcpsession'))).toEqual([]);
  for (const role of ['webhook', 'frontend'] as const) {
    const text = one(objects, 'ConfigMap', `sandboxes-${role}-settings`).data[`${role}.yaml`] ?? '';
    const settings = parseRoleSettings(role, text, 'settings');
    expect(settings).toMatchObject({ ok: true, value: { serviceName: `sandboxes-${role}` } });
    const pod = one(objects, 'Deployment', `sandboxes-${role}`).spec.template.spec;
    expect(pod.serviceAccountName).toBe(`mcpsession-${role}`);
    expect(pod.volumes.slice(0, 2)).toEqual([
      { name: 'settings', configMap: { name: `sandboxes-${role}-settings` } },
      { name: 'policy', configMap: { name: 'sandboxes-policy' } },
    ]);
  }
  const [webhook] = one(objects, 'ValidatingWebhookConfiguration', 'mcpsession').webhooks;
  expect(webhook?.clientConfig).toMatchObject({ service: { name: 'sandboxes-webhook', namespace: NAMESPACE } });
});

test('nameOverride is the label of everything and of every selector', async () => {
  const objects = installed(await template({ nameOverride: 'sandboxes' }));
  const label = 'app.kubernetes.io/name';
  for (const role of ROLES) {
    const { spec } = workloadOf(objects, role);
    expect(spec.selector.matchLabels[label]).toBe('sandboxes');
    expect(spec.template.metadata.labels[label]).toBe('sandboxes');
    const policy = one(objects, 'NetworkPolicy', `mcpsession-${role}`);
    expect(policy.spec.podSelector.matchLabels[label]).toBe('sandboxes');
  }
  expect(one(objects, 'Service', 'mcpsession-metrics').spec.selector).toMatchObject({ [label]: 'sandboxes' });
});

test('namespaceOverride moves everything, accounts in rights and admission policies too', async () => {
  const text = await templateText({ namespaceOverride: 'sandboxes' });
  expect(text).not.toContain(NAMESPACE);
  expect(text).toContain('system:serviceaccount:sandboxes:mcpsession-controller');
  const namespaces = (await template({ namespaceOverride: 'sandboxes' })).map(({ metadata }) => metadata.namespace);
  expect(new Set(namespaces)).toEqual(new Set([undefined, 'sandboxes']));
});

const MONITOR = { 'metrics.serviceMonitor.enabled': true };
const KIND = ['--api-versions', 'monitoring.coreos.com/v1/ServiceMonitor'];

test('a ServiceMonitor is off by default, and finds the metrics of every program when it is on', async () => {
  expect((await template({}, ...KIND)).filter(({ kind }) => kind === 'ServiceMonitor')).toEqual([]);
  const values = {
    ...MONITOR,
    'metrics.serviceMonitor.interval': '15s',
    'metrics.serviceMonitor.labels': { team: 'x' },
  };
  const objects = await template(values, ...KIND);
  const monitor = one(objects, 'ServiceMonitor', 'mcpsession');
  expect(monitor.metadata.labels).toMatchObject({ team: 'x' });
  const { selector, endpoints } = monitor.spec as object as { selector: { matchLabels: object }; endpoints: unknown }; // its own
  expect(endpoints).toEqual([{ port: 'metrics', interval: '15s' }]);
  expect(one(objects, 'Service', 'mcpsession-metrics').metadata.labels).toMatchObject(selector.matchLabels);
});

test('in a cluster without that kind it is left out, refused, or made all the same', async () => {
  const monitors = async (renderMode: string) =>
    (await template({ ...MONITOR, 'metrics.serviceMonitor.renderMode': renderMode })).filter(
      ({ kind }) => kind === 'ServiceMonitor',
    ).length;
  expect(await monitors('skipIfMissing')).toBe(0);
  expect(await monitors('alwaysRender')).toBe(1);
  expect(await refusal({ ...MONITOR, 'metrics.serviceMonitor.renderMode': 'failIfMissing' })).toContain(
    'metrics.serviceMonitor.enabled: true is not allowed in a cluster without the kind ServiceMonitor',
  );
});

test('NOTES.txt says what was left out, and stays short with every warning', async () => {
  const sets = {
    'metrics.serviceMonitor.enabled': 'true',
    'webhook.replicaCount': '1',
    'crds.keep': 'false',
    'policy.yolo.enabled': 'true',
    'policy.yolo.acknowledge': 'every session can take over its node',
  };
  const flags = Object.entries(sets).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const { stdout } = await helm('install', 'mcpsession', CHART, '-n', NAMESPACE, '--dry-run=client', ...flags);
  const notes = stdout.slice(stdout.indexOf('NOTES:\n') + 'NOTES:\n'.length).trim();
  expect(notes.match(/^WARNING: .*/gm)).toHaveLength(4);
  expect(notes).toContain('WARNING: no ServiceMonitor was made, the cluster has no such kind');
  expect(notes).toContain('helm test mcpsession -n mcps-ops');
  expect(notes.split('\n').length).toBeLessThanOrEqual(25);
});

test('who may view or edit a namespace may so with its sessions; to run commands is never given along', async () => {
  const prefix = 'rbac.authorization.k8s.io/aggregate-to-';
  const aggregated = (objects: readonly Rendered[]) =>
    objects.flatMap(({ kind, metadata }) =>
      Object.keys(metadata.labels ?? {})
        .filter((key) => kind === 'ClusterRole' && key.startsWith(prefix))
        .map((key) => `${metadata.name} to ${key.slice(prefix.length)}`),
    );
  expect(aggregated(await template()).sort()).toEqual(['mcpsession-edit to edit', 'mcpsession-view to view']);
  expect(aggregated(await template({ 'rbac.aggregateToDefaultRoles': false }))).toEqual([]);
});

test('without rbac.create there is no account and no right', async () => {
  const objects = await template({ 'rbac.create': false });
  expect(objects.filter(({ kind }) => /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind))).toEqual([]);
});

test.each(ROLES)('the account of the %s takes annotations, and the others do not', async (role) => {
  const objects = await template({ [`${role}.serviceAccount.annotations`]: { 'example.com/role': 'x' } });
  const annotated = objects.filter(({ metadata }) => metadata.annotations?.['example.com/role'] === 'x');
  expect(annotated.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
    `ServiceAccount/mcpsession-${role}`,
  ]);
});

test.each(['placement', 'webhook', 'frontend'] as const)(
  'the %s has a budget with two replicas, unless it is off',
  async (role) => {
    const budgets = (of: readonly Rendered[]) =>
      of.filter(({ kind, metadata }) => kind === 'PodDisruptionBudget' && metadata.name === `mcpsession-${role}`);
    const values = { [`${role}.replicaCount`]: 3, [`${role}.podDisruptionBudget.minAvailable`]: 2 };
    const [budget] = budgets(await template(values));
    expect(budget?.spec.minAvailable).toBe(2);
    const pods = one(await template(values), 'Deployment', `mcpsession-${role}`).spec.selector;
    expect(budget?.spec.selector).toEqual(pods);
    expect(budgets(await template({ [`${role}.replicaCount`]: 1 }))).toEqual([]);
    expect(budgets(await template({ ...values, [`${role}.podDisruptionBudget.enabled`]: false }))).toEqual([]);
  },
);

test.each(ROLES)('security contexts of the %s are merged over the strict ones, key by key', async (role) => {
  const before = await template();
  const objects = await template({
    [`${role}.securityContext`]: { fsGroup: 7 },
    [`${role}.containerSecurityContext`]: { seLinuxOptions: { type: 'container_t' } },
  });
  expect(podOf(objects, role).securityContext).toEqual({ ...podOf(before, role).securityContext, fsGroup: 7 });
  expect(containerOf(objects, role).securityContext).toEqual({
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seLinuxOptions: { type: 'container_t' },
  });
});

test.each(ROLES)('the %s takes more variables and volumes, a priority and labels, and keeps its own', async (role) => {
  const before = await template();
  const objects = await template({
    [`${role}.extraEnv`]: [{ name: 'MCP_DOCKER_MAX_BYTES', value: '65536' }],
    [`${role}.extraVolumes`]: [{ name: 'more', emptyDir: {} }],
    [`${role}.extraVolumeMounts`]: [{ name: 'more', mountPath: '/more' }],
    [`${role}.priorityClassName`]: 'system-cluster-critical',
    [`${role}.podLabels`]: { c: 'd' },
  });
  const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name);
  const [was, is] = [containerOf(before, role), containerOf(objects, role)];
  expect(names(is.env)).toEqual([...names(was.env), 'MCP_DOCKER_MAX_BYTES']);
  expect(names(is.volumeMounts).sort()).toEqual([...names(was.volumeMounts), 'more'].sort());
  expect(names(podOf(objects, role).volumes).sort()).toEqual([...names(podOf(before, role).volumes), 'more'].sort());
  expect(podOf(objects, role)).toMatchObject({ priorityClassName: 'system-cluster-critical' });
});

test('how pods are spread can be said, and counts the pods of the program unless told otherwise', async () => {
  const constraint = { maxSkew: 2, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' };
  const objects = await template({ 'webhook.topologySpreadConstraints': [constraint] });
  const { matchLabels } = one(objects, 'Deployment', 'mcpsession-webhook').spec.selector;
  expect(podOf(objects, 'webhook').topologySpreadConstraints).toEqual([
    { ...constraint, labelSelector: { matchLabels } },
  ]);
  const own = { ...constraint, labelSelector: { matchLabels: { a: 'b' } } };
  const others = await template({ 'webhook.topologySpreadConstraints': [own] });
  expect(podOf(others, 'webhook').topologySpreadConstraints).toEqual([own]);
  expect(podOf(objects, 'frontend').topologySpreadConstraints).toMatchObject([
    { topologyKey: 'kubernetes.io/hostname' },
  ]);
});
