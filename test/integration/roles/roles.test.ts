// All four roles as processes of their own, one after the other, as the chart starts them: from an empty cluster to a command in a
// session, with their own accounts and nothing more.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientObjects } from '../../../src/compose/cluster-objects.ts';
import { checkFrontend } from '../../../src/compose/self-test/checks.ts';
import { apply } from '../../../src/kube/apply.ts';
import { clusterId, requestToken } from '../../../src/kube/install.ts';
import { CLIENT_SERVICE_ACCOUNT, FRONTEND_AUDIENCE, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { removeAllOf } from '../../support/docker.ts';
import { connectMcp } from '../../support/mcp-client.ts';
import { waitFor } from '../../support/wait-for.ts';
import { must, never, openRoleRig, readText, type Role, type RoleProcess, type RoleRig } from './role-rig.ts';
import { openSelfTest } from './self-test.ts';
import { servedBy } from './served-by.ts';

let rig: RoleRig;
const roles = new Map<Role, RoleProcess>();
const running = (role: Role): RoleProcess => {
  const found = roles.get(role);
  if (found === undefined) throw new Error(`${role} was not started`);
  return found;
};

const session = (name: string, spec = '') =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}}\nspec: {image: "mcps.local/busybox:1"${spec}}\n`;
const condition = async (what: string, type: string) => {
  const path = `jsonpath={.status.conditions[?(@.type=="${type}")]}`;
  const { stdout } = await rig.server.kubectl(['get', what, '-o', path]);
  return stdout === '' ? null : (JSON.parse(stdout) as { status: string; reason: string; message: string }); // a condition
};

beforeAll(async () => {
  rig = await openRoleRig();
});
afterAll(async () => {
  for (const role of roles.values()) await role.end('SIGTERM');
  await removeAllOf(await clusterId(rig.admin, never));
  await rig[Symbol.asyncDispose]();
});

test('the webhook makes its own certificate, tells the API server of it, and is ready then', async () => {
  const webhook = await rig.start('webhook', { policyFile: null });
  roles.set('webhook', webhook);
  await webhook.ready();
  const refused = await rig.server.kubectl(['apply', '-f', '-'], session('bad', ', security: {privileged: true}'));
  expect(refused.stderr).toContain('[MCPS-101]');
  await must(rig.server, ['apply', '-f', '-'], session('first'));
  const keys = await must(rig.server, [
    'get',
    'secret',
    '-n',
    SYSTEM_NAMESPACE,
    '-o',
    'jsonpath={.items[*].metadata.name}',
  ]);
  expect(keys).toBe('mcpsession-webhook-certificate');
});

test('a controller without an engine serves its node, says DockerReady=False with the reason, and recovers by itself', async () => {
  const controller = await rig.start('controller');
  roles.set('controller', controller);
  await controller.ready();
  const away = await waitFor('DockerReady', () => condition(`mcpnode/${rig.nodeName}`, 'DockerReady'));
  expect(away).toMatchObject({ status: 'False', reason: 'NotAnswering' });
  const told = await waitFor('the reason', async () => {
    const now = await condition(`mcpnode/${rig.nodeName}`, 'DockerReady');
    return now?.message.includes(rig.socketPath) === true ? now.message : null;
  });
  expect(told).toContain('Docker');
  expect((await controller.probe('/metrics')).text).toContain(`mcpsession_docker_up{node="${rig.nodeName}"} 0`);
  await rig.plugIn();
  await waitFor(
    'DockerReady=True',
    async () => (await condition(`mcpnode/${rig.nodeName}`, 'DockerReady'))?.status === 'True',
  );
  expect((await controller.probe('/metrics')).text).toContain(`mcpsession_docker_up{node="${rig.nodeName}"} 1`);
});

test('placement gives the session its node, and the controller makes it Ready', async () => {
  const placement = await rig.start('placement');
  roles.set('placement', placement);
  await placement.ready();
  await must(rig.server, ['wait', '--for=condition=Ready', 'mcps/first', '--timeout=40s']);
  expect(await condition('mcps/first', 'IsolationVerified')).toMatchObject({ status: 'True' });
});

test('the controller keeps the state of its node for itself, though its image has no program for locks', async () => {
  const dir = join(rig.dir, 'state', 'node-state');
  const kept = await waitFor('what was granted', () => readText(join(dir, 'grants.json')).catch(() => null));
  expect(kept).toContain(rig.nodeName);
  expect(running('controller').lines('warn')).not.toContainEqual(expect.stringContaining('no node state'));
  const second = await rig.start('controller');
  expect(await second.ended).toBe(1);
  const { pid } = running('controller').child;
  expect(second.said().stderr).toMatch(
    new RegExp(
      `^error: state directory ${dir} is in use by process ${pid} .*; stop it or give this controller another one$`,
      'm',
    ),
  );
});

test('the front end says where it is and whom to trust, and runs a command for its caller', async () => {
  const frontend = await rig.start('frontend');
  roles.set('frontend', frontend);
  await frontend.ready();
  const data = await must(rig.server, [
    'get',
    'configmap',
    'mcpsession-frontend',
    '-n',
    SYSTEM_NAMESPACE,
    '-o',
    'json',
  ]);
  const { url, 'ca.crt': caPem } = (JSON.parse(data) as { data: Record<string, string> }).data; // kubectl's own output
  expect(url).toBe('https://mcpsession-frontend.mcpsession-system.svc');
  for (const object of clientObjects('default')) await apply(rig.admin, object, never);
  const wanted = { namespace: 'default', serviceAccount: CLIENT_SERVICE_ACCOUNT, audience: FRONTEND_AUDIENCE };
  const { token } = await requestToken(rig.admin, { ...wanted, expirationSeconds: 600 }, never);
  const at = `https://127.0.0.1:${rig.ports.frontend}/mcp`;
  const client = await connectMcp({ url: at, token, caPem: caPem ?? '', era: 'modern' });
  const ran = await client.callTool('session_exec', { session: 'first', command: 'echo hello' });
  await client.close();
  expect(ran.structured).toMatchObject({ stdout: 'hello\n', exit_code: 0 });
});

test('what `helm test` asks is answered well, with the rights of its own account and no others', async () => {
  const { ask, token } = await openSelfTest(rig);
  expect(await ask('nodes')).toEqual({ code: 0, stdout: `PASS nodes: DockerReady on ${rig.nodeName}\n`, stderr: '' });
  expect(await ask('webhook')).toEqual({
    code: 0,
    stdout: 'PASS webhook: an unsafe session is refused with [MCPS-104]\n',
    stderr: '',
  });
  const data = await must(rig.server, ['get', 'cm/mcpsession-frontend', '-n', SYSTEM_NAMESPACE, '-o', 'json']);
  const { 'ca.crt': caPem = '' } = (JSON.parse(data) as { data: Record<string, string> }).data; // kubectl's own output
  const endpoint = { url: `https://127.0.0.1:${rig.ports.frontend}`, caPem };
  expect(await checkFrontend({ endpoint, token }, never)).toContain('knows who has one');
  await expect(checkFrontend({ endpoint, token: 'not-a-token' }, never)).rejects.toThrow(
    'GET /self-test with a token is answered with 401, not 404',
  );
  const away = { url: 'https://127.0.0.1:9', caPem };
  await expect(checkFrontend({ endpoint: away, token }, never)).rejects.toThrow('does not answer through its Service');
});

test('every role lives, is ready, and exports the closed list of metrics without a name of a session', async () => {
  const named = (text: string) => [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
  const list = named(await createMetrics({ version: 'test' }).render());
  for (const [role, program] of roles) {
    expect(await program.probe('/healthz'), role).toMatchObject({ status: 200 });
    expect(await program.probe('/readyz'), role).toEqual({ status: 200, text: '{"ok":true,"missing":[]}' });
    const { text } = await program.probe('/metrics');
    expect(named(text), role).toEqual(list);
    expect(text, role).toMatch(/^mcpsession_build_info\{version="[^"]+"\} 1$/m);
    expect(text, role).toMatch(/^mcpsession_watch_last_event_timestamp_seconds\{resource="namespaces"\} \d/m);
    expect(text, role).not.toContain('first');
  }
  const metricsOf = async (role: Role) => (await running(role).probe('/metrics')).text;
  expect(await metricsOf('webhook')).toMatch(
    /mcpsession_admission_requests_total\{operation="CREATE",decision="deny"\} [1-9]/,
  );
  expect(await metricsOf('controller')).toMatch(
    /mcpsession_reconcile_total\{program="controller",outcome="\w+"\} [1-9]/,
  );
  const sessions = await waitFor('the sessions of the node', async () =>
    (await metricsOf('controller')).match(/^mcpsession_sessions\{state="Running",node="[^"]+"\} 1$/m),
  );
  expect(sessions[0]).toContain(rig.nodeName);
});

test('no role was refused anything: its rights are enough', () => {
  for (const [role, program] of roles) {
    const refused = [...program.lines('warn'), ...program.lines('error')].filter((line) =>
      /forbidden|cannot /i.test(line),
    );
    expect(refused, role).toEqual([]);
    expect(program.said().stderr, role).toBe('');
  }
});

const SECRET = ['secret/mcpsession-webhook-certificate', '-n', SYSTEM_NAMESPACE];
test.each([
  { what: 'deletes', change: ['delete', ...SECRET] },
  { what: 'damages', change: ['patch', ...SECRET, '-p', '{"stringData":{"tls.crt":"damaged","ca.crt":""}}'] },
])('a certificate Secret that somebody $what is made again, and no create fails meanwhile', async ({ change }) => {
  const served = await servedBy(rig.ports.webhook);
  await must(rig.server, change);
  let creates = 0;
  await waitFor('another certificate', async () => {
    const { code, stderr } = await rig.server.kubectl(
      ['create', '--dry-run=server', '-f', '-'],
      session(`c-${creates}`),
    );
    if (code !== 0) throw new Error(`create ${creates}: ${stderr}`);
    creates += 1;
    return (await servedBy(rig.ports.webhook)) !== served;
  });
  for (let after = 0; after < 5; after += 1)
    await must(rig.server, ['create', '--dry-run=server', '-f', '-'], session(`d-${after}`));
  expect(creates).toBeGreaterThan(10);
});

test('SIGTERM: not ready at once, still answering while the endpoint is in use, and a good end', async () => {
  const webhook = running('webhook');
  webhook.child.kill('SIGTERM');
  const asked = await waitFor('not ready', async () => {
    const answer = await webhook.probe('/readyz');
    return answer.status === 503 ? answer.text : null;
  });
  expect(asked).toBe('{"ok":false,"missing":["notStopping"]}');
  await must(rig.server, ['create', '--dry-run=server', '-f', '-'], session('late'));
  expect(await webhook.ended).toBe(0);
  roles.delete('webhook');
});

test('a controller that is stopped leaves its containers, and the next one goes on with them', async () => {
  const before = await must(rig.server, ['get', 'mcps/first', '-o', 'jsonpath={.status.container.id}']);
  expect(await running('controller').end('SIGTERM')).toBe(0);
  const next = await rig.start('controller');
  roles.set('controller', next);
  await next.ready();
  await must(rig.server, ['wait', '--for=condition=Ready', 'mcps/first', '--timeout=20s']);
  expect(await must(rig.server, ['get', 'mcps/first', '-o', 'jsonpath={.status.container.id}'])).toBe(before);
  expect(await running('placement').end('SIGTERM')).toBe(0);
  expect(await running('frontend').end('SIGTERM')).toBe(0);
});
