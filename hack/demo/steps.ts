// The steps of the demo, in order. Each proves what it says.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { progressText } from '../../src/embedded/binaries/obtain-progress.ts';
import {
  controlPlaneCacheDir,
  KUBERNETES_VERSION,
  OFFICIAL_RELEASE_SITES,
  releaseArchitecture,
} from '../../src/embedded/binaries/release.ts';
import { obtainControlPlane } from '../../src/embedded/obtain-control-plane.ts';
import type { IsolationControl } from '../../src/model/session.ts';
import { connectMcp, type McpTestClient } from '../../test/support/mcp-client.ts';
import { ensureDocker } from '../docker.ts';
import { engineRequest } from '../docker/engine-request.ts';
import { ensureSessionImage } from '../session-image.ts';
import type { DemoStep, Stage } from './stage.ts';

const HELLO = 'examples/01-hello.yaml';

export const steps: readonly DemoStep[] = [
  { name: 'tools', run: tools },
  { name: 'control', run: controlPlane },
  { name: 'image', run: sessionImage },
  { name: 'up', run: up },
  { name: 'apply', run: applyHello },
  { name: 'agent', run: agent },
  { name: 'refusals', run: refusals },
  { name: 'proof', run: proof },
  { name: 'clean up', always: true, run: cleanUp },
];

async function tools(stage: Stage): Promise<string> {
  const indent = (line: string) => stage.say(`      ${line}`);
  stage.docker = await ensureDocker({ log: indent });
  execFileSync(process.execPath, ['hack/build.ts'], { stdio: 'inherit' });
  const how = stage.docker.startedByUs ? 'started for the demo' : 'found';
  return `npm packages installed, Node ${process.versions.node}; Docker Engine ${how} on ${stage.docker.socketPath}`;
}

async function controlPlane(stage: Stage): Promise<string> {
  const architecture = releaseArchitecture(process.arch);
  const cacheHome = process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`;
  const { source } = await obtainControlPlane(
    {
      assetsDir: process.env['KUBEBUILDER_ASSETS'] ?? null,
      cacheDir: controlPlaneCacheDir(cacheHome, architecture),
      architecture,
      releaseSites: OFFICIAL_RELEASE_SITES,
      sourceDir: 'hack/control-plane',
      environment: process.env,
      onProgress: (progress) => stage.say(`      ${progressText(progress)}`),
    },
    stage.signal,
  );
  const how = {
    assets: 'from KUBEBUILDER_ASSETS',
    cache: 'from the cache',
    download: 'downloaded and verified',
    build: 'built from the published Go modules',
  };
  return `etcd, kube-apiserver, kubectl ${KUBERNETES_VERSION} ${how[source]}`;
}

async function sessionImage(stage: Stage): Promise<string> {
  const socketPath = stage.docker?.socketPath ?? '';
  const { reference } = await ensureSessionImage({ socketPath, log: (line) => stage.say(`      ${line}`) });
  return `${reference}, built from Debian's busybox-static`;
}

async function up(stage: Stage): Promise<string> {
  const ready = await stage.startUp();
  return `mcpsession up: control plane, webhook, placement, controller, MCP front end in one process; MCP at ${ready.mcpUrl}`;
}

async function applyHello(stage: Stage): Promise<string> {
  const applied = await stage.kubectl(['apply', '-f', HELLO]);
  stage.show(`kubectl apply -f ${HELLO}`, applied);
  must(applied.code === 0, 'the example was not accepted');
  const waited = await stage.kubectl(['wait', '--for=condition=Ready', 'mcps/hello', '--timeout=60s']);
  stage.show('kubectl wait --for=condition=Ready mcps/hello', waited);
  must(waited.code === 0, 'hello did not become Ready');
  const table = await stage.kubectl(['get', 'mcps']);
  stage.show('kubectl get mcps', table);
  must(/^hello +True +Running /m.test(table.stdout), 'hello is not shown as Running');
  return `${HELLO} is Ready`;
}

async function agent(stage: Stage): Promise<string> {
  const ready = stage.ready;
  must(ready !== null, 'up is not running');
  const caPem = readFileSync(ready.mcpCaFile, 'utf8');
  const client = await connectMcp({ url: ready.mcpUrl, token: ready.mcpToken, caPem, era: 'modern' });
  try {
    const call = caller(stage, client);
    await call('session_create', { image: 'mcps.local/busybox:1', name: 'agent' }, (said) =>
      said.includes('is Running'),
    );
    await call('session_exec', { session: 'agent', command: 'id; uname -s' }, (said) => said.includes('uid=1001'));
    await call('session_list', {}, (said) => said.includes('agent'));
    await call('session_delete', { session: 'agent' }, () => true);
  } finally {
    await client.close();
  }
  return 'session_create, session_exec, session_list, session_delete over Streamable HTTP with a bearer token';
}

function caller(stage: Stage, client: McpTestClient) {
  return async (tool: string, args: Record<string, unknown>, holds: (said: string) => boolean): Promise<void> => {
    const result = await client.callTool(tool, args);
    stage.say(`      > ${tool} ${JSON.stringify(args)}`);
    for (const line of result.text.trimEnd().split('\n')) stage.say(`      ${line}`);
    must(!result.isError && holds(result.text), `${tool} did not answer as expected`);
  };
}

const REFUSED = [
  { what: 'privileged', spec: 'security: {privileged: true}', rule: 'MCPS-101' },
  { what: 'docker.sock', spec: 'mounts: [{hostPath: /var/run/docker.sock, target: /docker.sock}]', rule: 'MCPS-201' },
  { what: 'host network', spec: 'security: {networkMode: host}', rule: 'MCPS-204' },
] as const;

async function refusals(stage: Stage): Promise<string> {
  for (const { what, spec, rule } of REFUSED) {
    const manifest = `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: refused}\nspec: {image: "mcps.local/busybox:1", ${spec}}\n`;
    const applied = await stage.kubectl(['apply', '-f', '-'], manifest);
    const stderr = applied.stderr
      .split('\n')
      .filter((line) => !line.startsWith('Warning:'))
      .join('\n');
    stage.show(`kubectl apply -f - <<< '... ${spec}'`, { ...applied, stderr });
    must(applied.code !== 0 && applied.stderr.includes(rule), `${what} was not refused by ${rule}`);
  }
  return `${REFUSED.length} of ${REFUSED.length} unsafe specs refused: ${REFUSED.map(({ rule }) => rule).join(', ')}`;
}

async function proof(stage: Stage): Promise<string> {
  const got = await stage.kubectl(['get', 'mcps', 'hello', '-o', 'jsonpath={.status.isolation.controls}']);
  const controls = JSON.parse(got.stdout) as IsolationControl[]; // our own status
  stage.say("      $ kubectl get mcps hello -o jsonpath='{.status.isolation.controls}'");
  for (const { id, ok, got: seen } of controls) stage.say(`      ${ok ? 'ok  ' : 'FAIL'} ${id.padEnd(16)} ${seen}`);
  const held = controls.filter(({ ok }) => ok).length;
  must(controls.length > 0 && held === controls.length, `only ${held} of ${controls.length} controls hold`);
  return `isolation ${held}/${controls.length} controls observed on the running container`;
}

async function cleanUp(stage: Stage): Promise<string> {
  const cluster = stage.ready === null ? null : await clusterOf(stage);
  if (cluster !== null && !stage.signal.aborted) {
    const deleted = await stage.kubectl(['delete', 'mcps', '--all', '--timeout=30s']);
    stage.show('kubectl delete mcps --all', deleted);
    must(deleted.code === 0, 'sessions were not deleted');
    const left = await containersOf(stage, cluster);
    must(left.length === 0, `containers of deleted sessions are left: ${left.join(', ')}`);
  }
  const code = await stage.stopUp();
  must(code === null || code === 0, `up ended with ${code}`);
  if (cluster === null) return 'nothing was started';
  const left = await containersOf(stage, cluster);
  must(left.length === 0, `containers are left: ${left.join(', ')}`);
  return 'sessions deleted, up stopped; 0 containers left';
}

/** UID of the cluster, which every container of ours carries; null when the cluster does not answer any more. */
async function clusterOf(stage: Stage): Promise<string | null> {
  const { code, stdout } = await stage.kubectl(['get', 'ns', 'kube-system', '-o', 'jsonpath={.metadata.uid}']);
  return code === 0 ? stdout : null;
}

async function containersOf(stage: Stage, cluster: string): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`mcpsession.dev/cluster=${cluster}`] }));
  const path = `/containers/json?all=1&filters=${filters}`;
  const asked = { socketPath: stage.docker?.socketPath ?? '', method: 'GET', path } as const;
  const { body } = await engineRequest(asked, AbortSignal.timeout(10_000));
  const found = JSON.parse(body) as { readonly Names: readonly string[] }[]; // Engine API, container list
  return found.flatMap(({ Names }) => Names);
}

function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
