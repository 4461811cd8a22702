// The cluster of hack/cluster with two nodes is a real one: its nodes, Services, names, webhooks and engines. It comes first
// (test/support/file-order.ts): its engines have no container yet.

import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { nodeLayout, nodeLayouts, STATE_DIR } from '../../hack/cluster/layout.ts';
import { engineRequest } from '../../hack/docker/engine-request.ts';
import { probeEngine } from '../../hack/docker/probe-engine.ts';
import { SESSION_IMAGE } from '../../hack/session-image.ts';
import { issueAuthority, issueLeaf } from '../../src/embedded/server/certificates.ts';
import { apply, cluster, kubectl, refusal } from './support/cluster-command.ts';
import { runInPod, startServer } from './support/node-pod.ts';
import { pidsOf } from './support/processes.ts';
import { waitFor } from '../../hack/cluster/wait-for.ts';
import { readFile, writeFile } from 'node:fs/promises';

const NODES = nodeLayouts(2);

test('both nodes are Ready, each with the address and the versions that it has', async () => {
  const columns =
    '{range .items[*]}{.metadata.name} {.status.addresses[0].address} {.status.nodeInfo.kubeletVersion}{"\\n"}{end}';
  expect(await kubectl('get', 'nodes', '-o', `jsonpath=${columns}`)).toBe(
    'node-1 10.245.0.11 v1.36.3\nnode-2 10.245.0.12 v1.36.3',
  );
});

test('a second cluster is refused', async () => {
  expect(await refusal('up')).toBe('a cluster is up already; run "node hack/cluster/main.ts down" first');
});

test('a cluster that another tree brought up is left alone', async () => {
  const path = `${STATE_DIR}/plan.json`;
  const plan = await readFile(path, 'utf8');
  await writeFile(path, JSON.stringify({ ...JSON.parse(plan), tree: '/usr' }));
  expect(await refusal('down')).toContain('a cluster is up that /usr brought up');
  await writeFile(path, plan);
  expect(await kubectl('get', '--raw', '/readyz')).toBe('ok');
});

test('a pod reaches a Service on the other node by its short name, and on its own node', async () => {
  const script = "require('http').createServer((_, res) => res.end(process.env.NODE)).listen(8080)";
  for (const { name } of NODES) {
    await startServer(
      { name: `on-${name}`, node: name, script, container: { env: [{ name: 'NODE', value: name }] } },
      8080,
    );
  }
  const ask =
    "for (const to of ['on-node-1', 'on-node-2.default', 'on-node-2.default.svc.cluster.local']) console.log(await (await fetch(`http://${to}:8080`)).text())";
  const script2 = `(async () => { ${ask} })()`;
  expect(await runInPod({ name: 'client', node: 'node-1', script: script2 })).toBe('node-1\nnode-2\nnode-2');
});

test('a name that is not of the cluster fails at once, and no address outside is reached', async () => {
  const script = `(async () => {
    for (const url of ['http://example.com', 'http://198.51.100.1']) await fetch(url).catch((e) => console.log(e.cause.code));
  })()`;
  expect(await runInPod({ name: 'outside', node: 'node-2', script })).toMatch(
    /^(EAI_AGAIN|ENOTFOUND)\n(ENETUNREACH|EHOSTUNREACH)$/,
  );
});

test('the machine itself reaches Services and pods', async () => {
  const address = await kubectl('get', 'service', 'on-node-2', '-o', 'jsonpath={.spec.clusterIP}');
  expect(await (await fetch(`http://${address}:8080`)).text()).toBe('node-2');
  const pod = await kubectl('get', 'pod', 'on-node-2', '-o', 'jsonpath={.status.podIP}');
  expect(await (await fetch(`http://${pod}:8080`)).text()).toBe('node-2');
});

describe.each(NODES)('on $name', ({ name, dockerSocket }) => {
  test('a pod with the socket of the Docker Engine talks to the engine of its own node', async () => {
    const script = `require('http').get({ socketPath: '/docker.sock', path: '/info' }, async (res) => {
      let text = ''; for await (const chunk of res) text += chunk; console.log(JSON.parse(text).Name); })`;
    const volumes = [{ name: 'socket', hostPath: { path: '/var/run/docker.sock', type: 'Socket' } }];
    const mounts = [{ name: 'socket', mountPath: '/docker.sock' }];
    const container = { volumeMounts: mounts, securityContext: { runAsUser: 0 } };
    expect(await runInPod({ name: `engine-of-${name}`, node: name, script, container, volumes })).toBe(name);
  });

  test('its engine has the image of sessions, and none of the containers of this machine', async () => {
    const get = { socketPath: dockerSocket, method: 'GET' } as const;
    const images = await engineRequest({ ...get, path: '/images/json' }, AbortSignal.timeout(5_000));
    expect(images.body).toContain(SESSION_IMAGE);
    const containers = await engineRequest({ ...get, path: '/containers/json?all=1' }, AbortSignal.timeout(5_000));
    expect(JSON.parse(containers.body)).toEqual([]);
  });
});

test('the API server asks a webhook through its Service, and its refusal comes back', async () => {
  const nowMs = Date.now();
  const validity = { nowMs, lifetimeMs: 3_600_000 };
  const authority = await issueAuthority('test', validity);
  const dns = ['refuse.default.svc'];
  const pair = await issueLeaf(authority, { purpose: 'serving', commonName: 'refuse', dns, ips: [] }, validity);
  const script = `require('https').createServer({ key: process.env.KEY, cert: process.env.CERT }, async (req, res) => {
    let text = ''; for await (const chunk of req) text += chunk;
    const response = { uid: JSON.parse(text).request.uid, allowed: false, status: { code: 403, message: 'not today' } };
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
  }).listen(8443)`;
  const env = [
    { name: 'KEY', value: pair.keyPem },
    { name: 'CERT', value: pair.certificatePem },
  ];
  await startServer({ name: 'refuse', node: 'node-2', script, container: { env } }, 8443);
  await apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'refuse' },
    webhooks: [
      {
        name: 'refuse.mcpsession.dev',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 5,
        clientConfig: {
          caBundle: Buffer.from(authority.certificatePem).toString('base64'),
          service: { name: 'refuse', namespace: 'default', path: '/', port: 8443 },
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        objectSelector: { matchLabels: { refuse: 'me' } },
      },
    ],
  });
  const map = (name: string, labels: object): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels },
  });
  // The API server learns of the configuration a moment after it is stored.
  await waitFor({
    what: 'the webhook to refuse',
    withinMs: 20_000,
    isTrue: async () => {
      const said = await apply(map(`refused-${performance.now().toFixed(0)}`, { refuse: 'me' })).catch(
        (cause: unknown) => String(cause),
      );
      return String(said).includes('denied the request: not today');
    },
  });
  await apply(map('allowed', {}));
});

test('logs and exec reach a container on each node', async () => {
  for (const { name } of NODES) {
    expect(await kubectl('exec', `on-${name}`, '--', '/nodejs/bin/node', '-p', 'process.env.NODE')).toBe(name);
  }
});

test('a server that is stopped stays away until it is started', async () => {
  const engineState = async (): Promise<string> => (await probeEngine(nodeLayout(2).dockerSocket)).state;
  await cluster('stop', 'node-2', 'dockerd');
  expect(await engineState()).toBe('absent');
  await sleep(2_000); // longer than what it takes to come back after a crash
  expect(await engineState()).toBe('absent');
  await cluster('start', 'node-2', 'dockerd');
  await waitFor({ what: 'the engine', withinMs: 20_000, isTrue: async () => (await engineState()) === 'answers' });
  expect(await refusal('stop', 'node-3', 'dockerd')).toContain(
    '"node-3 dockerd" is no server of the cluster; name etcd',
  );
});

test('a kubelet that is killed comes back, and its pods live on', async () => {
  const kubelets = await pidsOf('/kubelet ');
  expect(kubelets).toHaveLength(2);
  for (const pid of kubelets) process.kill(pid, 'SIGKILL');
  await waitFor({
    what: 'two new kubelets',
    withinMs: 20_000,
    isTrue: async () => (await pidsOf('/kubelet ')).filter((pid) => !kubelets.includes(pid)).length === 2,
  });
  await kubectl('wait', 'node', '--all', '--for=condition=Ready', '--timeout=60s');
  expect(await kubectl('get', 'pod', 'on-node-1', '-o', 'jsonpath={.status.containerStatuses[0].restartCount}')).toBe(
    '0',
  );
});
