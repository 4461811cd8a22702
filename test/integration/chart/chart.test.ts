// What the chart renders: closed values, locked-down pods, the rights of `up` and no others, settings that the programs take, and
// objects that a real API server takes.

import { beforeAll, expect, test } from 'vitest';
import { parseRoleSettings } from '../../../src/config/load-role.ts';
import { readRoleEnvironment } from '../../../src/config/role-environment.ts';
import { parsePolicy } from '../../../src/config/load-policy.ts';
import { ROLES, type RoleName } from '../../../src/config/role-settings.ts';
import { systemObjects } from '../../../src/compose/cluster-objects.ts';
import { SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import {
  CHART,
  type Container,
  containerOf as containerIn,
  helm,
  installed,
  type Labels,
  NAMESPACE,
  one,
  type Pod,
  podOf as podIn,
  refusal,
  type Rendered,
  template,
  templateText,
  workloadOf,
} from './render.ts';

let objects: readonly Rendered[];
beforeAll(async () => {
  objects = installed(await template());
});

const workload = (role: RoleName, of = objects): Rendered => workloadOf(of, role);
const podOf = (role: RoleName, of = objects): Pod => podIn(of, role);
const containerOf = (role: RoleName, of = objects): Container => containerIn(of, role);
const dataOf = (of: readonly Rendered[], name: string, key: string): string =>
  one(of, 'ConfigMap', name).data[key] ?? '';
const settingsOf = (role: RoleName, of = objects): string => dataOf(of, `mcpsession-${role}-settings`, `${role}.yaml`);

test('helm lint --strict finds nothing', async () => {
  const ran = await helm('lint', '--strict', CHART);
  expect(ran.stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
  expect(ran.code).toBe(0);
});

test.each([
  { values: { webhok: { replicaCount: 1 } }, names: 'webhok' },
  { values: { 'webhook.replicaCont': 1 }, names: 'replicaCont' },
  { values: { 'controller.docker.socket': '/x' }, names: 'socket' },
  { values: { 'policy.limits.maxTtl': 5 }, names: 'maxTtl' },
  { values: { 'policy.profiles.sandboxx': {} }, names: 'sandboxx' },
  { values: { 'controller.replicaCount': 1 }, names: 'replicaCount' },
  { values: { 'logging.level': 'loud' }, names: '/logging/level' },
  { values: { 'metrics.port': 70_000 }, names: '/metrics/port' },
  { values: { 'webhook.replicaCount': 0 }, names: '/webhook/replicaCount' },
  { values: { 'image.digest': 'sha256:abc' }, names: '/image/digest' },
  { values: { 'controller.sweepIntervalSeconds': 1 }, names: '/controller/sweepIntervalSeconds' },
  { values: { 'frontend.allowedOrigins': ['*'] }, names: '/frontend/allowedOrigins' },
  { values: { 'frontend.port': 9464 }, names: 'frontend.port: 9464 is not allowed; it is metrics.port' },
  { values: { fullNameOverride: 'x' }, names: 'fullNameOverride' },
  { values: { fullnameOverride: 'a-name-that-is-much-too-long-for-a-service' }, names: '/fullnameOverride' },
  { values: { namespaceOverride: 'Team_A' }, names: '/namespaceOverride' },
  { values: { 'rbac.scope': 'namespace' }, names: 'scope' },
  { values: { audit: { sinks: ['stdout'] } }, names: 'audit' },
  { values: { tracing: { enabled: true } }, names: 'tracing' },
  { values: { 'tests.enable': false }, names: 'enable' },
  { values: { 'metrics.serviceMonitor.intervall': '10s' }, names: 'intervall' },
  { values: { 'metrics.serviceMonitor.interval': 'often' }, names: '/metrics/serviceMonitor/interval' },
  { values: { 'metrics.serviceMonitor.renderMode': 'never' }, names: '/metrics/serviceMonitor/renderMode' },
  { values: { 'placement.podDisruptionBudget.maxUnavailable': 1 }, names: 'maxUnavailable' },
  {
    values: { 'placement.replicaCount': 2, 'placement.podDisruptionBudget.minAvailable': 2 },
    names: 'placement.podDisruptionBudget.minAvailable: 2 is not allowed with placement.replicaCount: 2',
  },
])('the chart refuses $values and names $names', async ({ values, names }) => {
  expect(await refusal(values)).toContain(names);
});

test('YOLO together with the profile production is refused before anything is installed', async () => {
  const policy = { defaultProfile: 'production', yolo: { enabled: true, acknowledge: 'x' } };
  expect(await refusal({ policy })).toContain('policy.yolo.enabled: true is not allowed together with');
});

test.each(ROLES)('the settings of the %s are what its program takes, and what was asked for', async (role) => {
  const defaults = parseRoleSettings(role, settingsOf(role), 'settings');
  expect(defaults).toMatchObject({ ok: true, value: { logLevel: 'info', metrics: { port: 9464 } } });
  const changed = await template({
    'logging.level': 'debug',
    'metrics.port': 9999,
    'controller.port': 9001,
    'controller.docker.socketPath': '/run/user/0/engine.sock',
    'controller.concurrency': 3,
    'webhook.drainSeconds': 7,
    'webhook.certificate.validDays': 30,
    'frontend.allowedHosts': ['mcp.example.com'],
  });
  const parsed = parseRoleSettings(role, settingsOf(role, changed), 'settings');
  expect(parsed).toMatchObject({ ok: true, value: { logLevel: 'debug', metrics: { port: 9999 } } });
  const own: Readonly<Record<RoleName, object>> = {
    controller: { docker: { socketPath: '/host/docker/engine.sock' }, nodeApi: { port: 9001 }, concurrency: 3 },
    placement: {},
    webhook: { drainSeconds: 7, certificate: { validDays: 30 }, serviceName: 'mcpsession-webhook' },
    frontend: { allowedHosts: ['mcp.example.com'], serviceName: 'mcpsession-frontend' },
  };
  expect(parsed).toMatchObject({ value: own[role] });
});

test.each(ROLES)('the pod of the %s gives its program the variables that it needs', (role) => {
  const { env } = containerOf(role);
  const values: Record<string, string> = {
    'metadata.name': 'pod-1',
    'metadata.namespace': NAMESPACE,
    'status.podIP': '10.1.2.3',
    'spec.nodeName': 'node-1',
  };
  const given = Object.fromEntries(env.map(({ name, valueFrom }) => [name, values[valueFrom.fieldRef.fieldPath]]));
  const kubelet = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
  expect(readRoleEnvironment(role, { ...given, ...kubelet })).toMatchObject({ ok: true });
  expect(containerOf(role).args).toEqual([role, '--config', `/etc/mcpsession/settings/${role}.yaml`]);
  expect(podOf(role).serviceAccountName).toBe(`mcpsession-${role}`);
});

test.each(ROLES)('the container of the %s is locked down, probed, and gets what it mounts', (role) => {
  const container = containerOf(role);
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(podOf(role).securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
  expect(Object.keys(container.resources.limits)).toEqual(['memory']);
  expect(Object.keys(container.resources.requests).sort()).toEqual(['cpu', 'memory']);
  expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
  expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'metrics' });
  const volumes = podOf(role).volumes.map(({ name }) => name);
  expect(container.volumeMounts.map(({ name }) => name)).toEqual(volumes);
  expect(podOf(role).hostNetwork).toBeUndefined();
  expect(podOf(role).hostPID).toBeUndefined();
});

test('only the controller runs as root and mounts anything of the node', () => {
  for (const role of ROLES) {
    const { securityContext, volumes } = podOf(role);
    const hostPaths = volumes.filter((volume) => volume.hostPath !== undefined);
    if (role === 'controller') {
      expect(securityContext.runAsUser).toBe(0);
      expect(hostPaths).toEqual([
        { name: 'docker', hostPath: { path: '/var/run' } },
        { name: 'state', hostPath: { path: '/var/lib/mcpsession', type: 'DirectoryOrCreate' } },
      ]);
      const mount = containerOf(role).volumeMounts.find(({ name }) => name === 'docker');
      expect(mount).toMatchObject({ mountPath: '/host/docker', readOnly: true });
    } else {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
      expect(hostPaths).toEqual([]);
    }
  }
});

// Without it a session with a host path ends with MCPS-212: nobody can compare what its container has mounted.
test('only where a policy allows host paths the controller sees the processes of the node, and may look at them', async () => {
  const seesProcesses = (of: readonly Rendered[]) => [
    podOf('controller', of).hostPID === true,
    (containerOf('controller', of).securityContext as { capabilities: object }).capabilities, // rendered above
  ];
  expect(seesProcesses(objects)).toEqual([false, { drop: ['ALL'] }]);
  const allowed = { mounts: { allowedRoots: ['/srv/data'] } };
  for (const policy of [allowed, { profiles: { development: allowed } }]) {
    const changed = await template({ policy });
    expect(seesProcesses(changed)).toEqual([true, { add: ['SYS_PTRACE'], drop: ['ALL'] }]);
    expect(containerOf('controller', changed).volumeMounts).toContainEqual({
      name: 'root-0',
      mountPath: '/srv/data',
      readOnly: true,
    });
    for (const role of ROLES.filter((name) => name !== 'controller'))
      expect(podOf(role, changed).hostPID).toBeUndefined();
  }
});

// No mountPropagation: a node whose mounts are private would not start the pod (seen on a kubelet).
test('the roots that policy allows are mounted read-only where they are on the node', async () => {
  const changed = await template({ policy: { mounts: { allowedRoots: ['/srv/data', '/opt/models'] } } });
  const mounts = containerOf('controller', changed).volumeMounts.slice(-2);
  expect(mounts).toEqual([
    { name: 'root-0', mountPath: '/srv/data', readOnly: true },
    { name: 'root-1', mountPath: '/opt/models', readOnly: true },
  ]);
});

test('the policy of the values is the policy of the programs', async () => {
  const changed = await template({
    policy: { limits: { perOwner: 3 }, profiles: { production: { images: { allow: ['r.example'] } } } },
  });
  const text = dataOf(changed, 'mcpsession-policy', 'policy.yaml');
  const parsed = parsePolicy(text, 'policy');
  expect(parsed).toMatchObject({ ok: true });
  if (parsed.ok) expect(parsed.value.profiles.sandbox.policy.limits.perOwner).toBe(3);
});

test('accounts and rights are those of `up`, in the namespace of the release', async () => {
  const plain = await template({ 'rbac.aggregateToDefaultRoles': false, 'tests.enabled': false });
  const wanted = systemObjects().filter(({ kind }) => kind !== 'Namespace');
  const here = JSON.parse(JSON.stringify(wanted).replaceAll(SYSTEM_NAMESPACE, NAMESPACE)) as readonly Rendered[]; // the same objects
  for (const object of here) expect(one(plain, object.kind, object.metadata.name)).toEqual(object);
  const rights = /^(Cluster)?Role(Binding)?$|^ServiceAccount$/;
  expect(plain.filter(({ kind }) => rights.test(kind))).toHaveLength(here.length);
});

test('nothing is in another namespace, and nothing of the default one is left', async () => {
  expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set([undefined, NAMESPACE]));
  expect(await templateText()).not.toContain(SYSTEM_NAMESPACE);
});

test('no Secret, no Job, no hook but those of `helm test` and no caBundle is rendered: the programs make their certificates', async () => {
  const all = await template();
  expect(all.filter(({ kind }) => kind === 'Secret' || kind === 'Job')).toEqual([]);
  const hooks = all.filter(
    (object) => !objects.some(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name),
  );
  expect(new Set(hooks.map(({ metadata }) => metadata.annotations?.['helm.sh/hook']))).toEqual(new Set(['test']));
  const [webhook] = one(objects, 'ValidatingWebhookConfiguration', 'mcpsession').webhooks;
  expect(webhook?.clientConfig).toEqual({
    service: { namespace: NAMESPACE, name: 'mcpsession-webhook', path: '/validate', port: 443 },
  });
  expect(webhook).toMatchObject({ failurePolicy: 'Fail', timeoutSeconds: 5, sideEffects: 'None' });
});

test('the definitions are those of crds/, are kept, and can be left out', async () => {
  const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
  expect(definitions.map(({ metadata }) => metadata.name).sort()).toEqual([
    'mcpnodes.mcpsession.dev',
    'mcpsessions.mcpsession.dev',
  ]);
  for (const { metadata } of definitions) expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
  const left = await template({ crds: { enabled: true, keep: false } });
  expect(one(left, 'CustomResourceDefinition', 'mcpsessions.mcpsession.dev').metadata.annotations).toBeUndefined();
  expect(await templateText({ crds: { enabled: false, keep: true } })).not.toContain('CustomResourceDefinition');
});

test('the webhook has two replicas, spread, and a budget as long as there are two', async () => {
  expect(workload('webhook').spec.replicas).toBe(2);
  expect(podOf('webhook').topologySpreadConstraints[0]?.topologyKey).toBe('kubernetes.io/hostname');
  expect(one(objects, 'PodDisruptionBudget', 'mcpsession-webhook').spec.minAvailable).toBe(1);
  const single = await template({ 'webhook.replicaCount': 1 });
  expect(single.filter(({ kind }) => kind === 'PodDisruptionBudget')).toEqual([]);
});

/** A Service selects by plain labels. */
const serviceSelector = (name: string): Labels => one(objects, 'Service', name).spec.selector as object as Labels;

test('every Service and NetworkPolicy selects the pods that it is for', () => {
  for (const role of ROLES) {
    const labels: Labels = workload(role).spec.template.metadata.labels;
    const selects = (selector: Labels) => Object.entries(selector).every(([key, value]) => labels[key] === value);
    expect(selects(workload(role).spec.selector.matchLabels)).toBe(true);
    expect(selects(one(objects, 'NetworkPolicy', `mcpsession-${role}`).spec.podSelector.matchLabels)).toBe(true);
    if (role === 'webhook' || role === 'frontend') expect(selects(serviceSelector(`mcpsession-${role}`))).toBe(true);
    expect(selects(serviceSelector('mcpsession-metrics'))).toBe(true);
    for (const other of ROLES.filter((name) => name !== role))
      expect(selects(one(objects, 'NetworkPolicy', `mcpsession-${other}`).spec.podSelector.matchLabels)).toBe(false);
  }
});

test('the node API is reached by the front end only', () => {
  const [metrics, nodeApi, ...more] = one(objects, 'NetworkPolicy', 'mcpsession-controller').spec.ingress;
  expect(metrics?.ports).toEqual([{ port: 9464, protocol: 'TCP' }]);
  expect(nodeApi?.ports).toEqual([{ port: 8444, protocol: 'TCP' }]);
  expect(nodeApi?.from?.[0]?.podSelector.matchLabels['app.kubernetes.io/component']).toBe('frontend');
  expect(more).toEqual([]);
});

test('the front end proves itself to node APIs by a token of their audience', () => {
  expect(podOf('frontend').volumes.at(-1)).toEqual({
    name: 'node-token',
    projected: {
      sources: [{ serviceAccountToken: { audience: 'mcpsession-node', expirationSeconds: 3600, path: 'node-token' } }],
    },
  });
});

test('without the front end nothing of it is left but its account', async () => {
  const without = await template({ 'frontend.enabled': false });
  const named = without
    .filter(({ metadata }) => metadata.name.startsWith('mcpsession-frontend'))
    .map(({ kind }) => kind);
  expect(new Set(named)).toEqual(
    new Set(['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']),
  );
});

test.each([
  { values: {}, image: 'mcp-session-operator:0.1.0' },
  { values: { 'image.tag': 'dev', 'global.imageRegistry': 'r.example' }, image: 'r.example/mcp-session-operator:dev' },
  { values: { 'image.digest': `sha256:${'a'.repeat(64)}` }, image: `mcp-session-operator@sha256:${'a'.repeat(64)}` },
])('the image of $values is $image', async ({ values, image }) => {
  const rendered = await template(values);
  for (const role of ROLES) expect(containerOf(role, rendered).image).toBe(image);
});

test('scheduling, labels and annotations of each program are its own', async () => {
  const changed = await template({
    'controller.tolerations': [{ operator: 'Exists' }],
    'controller.priorityClassName': 'system-node-critical',
    'webhook.nodeSelector': { zone: 'a' },
    'webhook.podAnnotations': { a: 'b' },
    'webhook.podLabels': { c: 'd' },
    'global.commonLabels': { team: 'x' },
    'global.imagePullSecrets': [{ name: 'regcred' }],
  });
  expect(podOf('controller', changed)).toMatchObject({
    tolerations: [{ operator: 'Exists' }],
    priorityClassName: 'system-node-critical',
    imagePullSecrets: [{ name: 'regcred' }],
  });
  expect(podOf('placement', changed).tolerations).toBeUndefined();
  expect(podOf('webhook', changed).nodeSelector).toMatchObject({ zone: 'a' });
  expect(workload('webhook', changed).spec.template.metadata).toMatchObject({
    labels: { c: 'd', team: 'x' },
    annotations: { a: 'b' },
  });
});

test('changed settings start new pods; a changed policy does not', async () => {
  const checksum = (of: readonly Rendered[]) =>
    ROLES.map((role) => workload(role, of).spec.template.metadata.annotations);
  expect(checksum(await template({ 'logging.level': 'debug' }))).not.toEqual(checksum(objects));
  expect(checksum(await template({ policy: { suspendAll: true } }))).toEqual(checksum(objects));
});

test.each<{ readonly what: string; readonly values: object }>([
  { what: 'default values', values: {} },
  {
    what: 'everything switched on or changed',
    values: {
      global: { imageRegistry: 'r.example', imagePullSecrets: [{ name: 'regcred' }], commonLabels: { team: 'x' } },
      crds: { enabled: true, keep: false },
      policy: { mounts: { allowedRoots: ['/srv/data'] }, defaultProfile: 'production' },
      'controller.tolerations': [{ operator: 'Exists' }],
      'controller.priorityClassName': 'system-node-critical',
      'frontend.replicaCount': 3,
      'frontend.allowedHosts': ['mcp.example.com'],
      'webhook.podDisruptionBudget': { enabled: true, minAvailable: 2 },
      'webhook.replicaCount': 3,
      'webhook.certificate.mode': 'provided',
      'webhook.certificate.secretName': 'my-certificate',
      'frontend.certificate.mode': 'provided',
      'frontend.certificate.secretName': 'my-certificate',
      nameOverride: 'sandboxes',
      fullnameOverride: 'sandboxes',
      ...Object.fromEntries(
        ROLES.flatMap((role) => [
          [`${role}.securityContext`, { fsGroup: 7 }],
          [`${role}.containerSecurityContext`, { seLinuxOptions: { type: 'container_t' } }],
          [`${role}.extraEnv`, [{ name: 'A', value: 'b' }]],
          [`${role}.extraVolumes`, [{ name: 'more', emptyDir: {} }]],
          [`${role}.extraVolumeMounts`, [{ name: 'more', mountPath: '/more' }]],
          [`${role}.serviceAccount.annotations`, { 'example.com/role': 'x' }],
          [`${role}.podAnnotations`, { a: 'b' }],
          [`${role}.podLabels`, { c: 'd' }],
          [`${role}.affinity`, { podAntiAffinity: {} }],
        ]),
      ),
      'placement.replicaCount': 2,
      'placement.topologySpreadConstraints': [
        { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
      ],
    },
  },
])('a real API server takes every object, strictly: $what', async ({ values }) => {
  const server = sharedApiServer();
  await server.kubectl(['create', 'namespace', NAMESPACE]);
  // The server wants it to be there before a pod of it; Helm makes it first, by its weight.
  await server.kubectl(['create', 'serviceaccount', 'mcpsession-test', '-n', NAMESPACE]);
  const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '--force-conflicts', '-f', '-'];
  const ran = await server.kubectl(args, await templateText(values));
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(0);
  expect(ran.stdout.trim().split('\n')).toHaveLength((await template(values)).length);
});

test('NOTES.txt is short, and warns only when it is true', async () => {
  const notes = async (...sets: readonly string[]) => {
    const ran = await helm(
      'install',
      'mcpsession',
      CHART,
      '-n',
      NAMESPACE,
      '--dry-run=client',
      ...sets.flatMap((set) => ['--set', set]),
    );
    expect(ran.stderr).not.toContain('Error');
    return ran.stdout.slice(ran.stdout.indexOf('NOTES:'));
  };
  const plain = await notes();
  expect(plain.trim().split('\n').length).toBeLessThanOrEqual(25);
  expect(plain).not.toContain('WARNING');
  expect(await notes('webhook.replicaCount=1')).toContain('WARNING: with one replica');
  expect(await notes('crds.keep=false')).toContain('WARNING: `helm uninstall` will delete');
});
