// What `helm test` makes: pods with the operator's own image, locked down like its programs, with an account that may next to nothing.
// What they find out is tested in test/integration/roles.

import { beforeAll, expect, test } from 'vitest';
import { parseCommand } from '../../../src/cli/arguments.ts';
import { installed, NAMESPACE, one, type Pod, type Rendered, template } from './render.ts';

let objects: readonly Rendered[];
let hooks: readonly Rendered[];
const hooksOf = (objects: readonly Rendered[]): readonly Rendered[] => {
  const others = new Set(installed(objects));
  return objects.filter((object) => !others.has(object));
};
const ACCOUNT = 'mcpsession-test';
const ofTests = (of: readonly Rendered[]): readonly Rendered[] =>
  of.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'mcp-session-operator-test');
const podNames = (objects: readonly Rendered[]): readonly string[] =>
  hooksOf(objects)
    .filter(({ kind }) => kind === 'Pod')
    .map(({ metadata }) => metadata.name);
/** A Pod has the pod's own spec. */
const specOf = (pod: Rendered): Pod => pod.spec as object as Pod;

beforeAll(async () => {
  objects = await template();
  hooks = hooksOf(objects);
});

test('there is one pod for the webhook, one for the front end, one for the nodes', async () => {
  expect(podNames(hooks)).toEqual(['mcpsession-test-nodes', 'mcpsession-test-frontend', 'mcpsession-test-webhook']);
  expect(podNames(await template({ 'frontend.enabled': false }))).not.toContain('mcpsession-test-frontend');
});

test('with YOLO nobody is asked whether an unsafe session is refused', async () => {
  const policy = { yolo: { enabled: true, acknowledge: 'every session can take over its node' } };
  expect(podNames(await template({ policy }))).toEqual(['mcpsession-test-nodes', 'mcpsession-test-frontend']);
});

test.each([{ 'tests.enabled': false }, { 'rbac.create': false }])(
  'with %o nothing of them is rendered',
  async (values) => {
    const without = await template(values);
    expect(hooksOf(without)).toEqual([]);
    expect(ofTests(without)).toEqual([]);
  },
);

test('only pods are hooks, or Helm would ask for the logs of the others; one that failed stays to be looked at', () => {
  expect(hooks.map(({ kind }) => kind)).toEqual(['Pod', 'Pod', 'Pod']);
  for (const { metadata } of hooks) {
    expect(metadata.annotations).toEqual({
      'helm.sh/hook': 'test',
      'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
      'helm.sh/hook-output-log-policy': 'hook-succeeded,hook-failed',
    });
  }
});

test('the account may try a create in its own namespace and list nodes, and nothing else', () => {
  const others = ofTests(objects).filter(({ kind }) => kind !== 'Pod');
  expect(others.map(({ kind }) => kind).sort()).toEqual([
    'ClusterRole',
    'ClusterRoleBinding',
    'Role',
    'RoleBinding',
    'ServiceAccount',
  ]);
  expect(one(others, 'ClusterRole', ACCOUNT)).toMatchObject({
    rules: [{ apiGroups: ['mcpsession.dev'], resources: ['mcpnodes'], verbs: ['list'] }],
  });
  expect(one(others, 'Role', ACCOUNT)).toMatchObject({
    rules: [{ apiGroups: ['mcpsession.dev'], resources: ['mcpsessions'], verbs: ['create'] }],
  });
  for (const { subjects } of others.filter(({ kind }) => kind.endsWith('Binding')))
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: ACCOUNT, namespace: NAMESPACE }]);
});

test('each pod runs a command that the program has, and is not started again', () => {
  for (const pod of hooks.filter(({ kind }) => kind === 'Pod')) {
    const { containers, restartPolicy, serviceAccountName } = specOf(pod);
    expect(parseCommand(containers[0]?.args ?? [])).toMatchObject({ ok: true, value: { run: 'self-test' } });
    expect(`mcpsession-test-${containers[0]?.args[1]}`).toBe(pod.metadata.name);
    expect(restartPolicy).toBe('Never');
    expect(serviceAccountName).toBe(ACCOUNT);
  }
});

test('each pod is as the Pod Security Standard "restricted" wants it', () => {
  for (const pod of hooks.filter(({ kind }) => kind === 'Pod')) {
    const { containers, securityContext } = specOf(pod);
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(containers.map((container) => container.securityContext)).toEqual([
      {
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    ]);
  }
});

test('no Service, budget or NetworkPolicy of the programs selects a pod of a test', async () => {
  const name = one(hooks, 'Pod', 'mcpsession-test-nodes').metadata.labels?.['app.kubernetes.io/name'];
  const selectors = (await template()).flatMap(({ spec }) =>
    JSON.stringify(spec?.selector ?? spec?.podSelector ?? null),
  );
  expect(name).toBe('mcp-session-operator-test');
  expect(selectors.filter((selector) => selector.includes(`"${name}"`))).toEqual([]);
});

test('they run where the webhook may run, with the image and the labels of the release', async () => {
  const values = {
    'webhook.tolerations': [{ operator: 'Exists' }],
    'global.commonLabels': { team: 'x' },
    'global.imagePullSecrets': [{ name: 'regcred' }],
    'image.tag': 'dev',
  };
  const pod = one(await template(values), 'Pod', 'mcpsession-test-webhook');
  expect(specOf(pod)).toMatchObject({
    tolerations: [{ operator: 'Exists' }],
    imagePullSecrets: [{ name: 'regcred' }],
    containers: [{ image: 'mcp-session-operator:dev' }],
  });
  expect(pod.metadata.labels).toMatchObject({ team: 'x' });
});
