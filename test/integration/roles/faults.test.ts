// What is wrong with a node, and what it was told: each is said with what to do, and ends by itself when it is mended.

import { chmod, chown, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientObjects } from '../../../src/compose/cluster-objects.ts';
import { apply } from '../../../src/kube/apply.ts';
import { requestToken } from '../../../src/kube/install.ts';
import { CLIENT_SERVICE_ACCOUNT, FRONTEND_AUDIENCE, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { engineSocket } from '../../support/docker.ts';
import { connectMcp } from '../../support/mcp-client.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type FakeEngine, json, startFakeEngine, VERSION_ANSWER } from '../docker/fake-engine.ts';
import { must, never, openRoleRig, type RoleRig } from './role-rig.ts';

const ROOT_ONLY = process.getuid?.() === 0;
/** Each is told after two tries, which are 5 s apart at most. */
const FOUR_STATES_MS = 120_000;
let rig: RoleRig;
const fakes: FakeEngine[] = [];
beforeAll(async () => {
  rig = await openRoleRig();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  for (const fake of fakes) await fake.close();
});

async function fakeEngine(version: Partial<typeof VERSION_ANSWER>): Promise<FakeEngine> {
  const fake = await startFakeEngine({ '/version': json({ ...VERSION_ANSWER, ...version }) });
  fakes.push(fake);
  return fake;
}

/** The engine before is ended, as one that another replaces is: it would go on to answer on connections that were kept. */
async function socketIs(path: string | null): Promise<void> {
  for (const fake of fakes) if (fake.socketPath !== path) await fake.close();
  await rm(rig.socketPath, { force: true });
  if (path !== null) await symlink(path, rig.socketPath);
}

async function dockerReady(): Promise<string> {
  const path = 'jsonpath={.status.conditions[?(@.type=="DockerReady")]}';
  const { stdout } = await rig.server.kubectl(['get', `mcpnode/${rig.nodeName}`, '-o', path]);
  if (stdout === '') return '';
  const { status, message } = JSON.parse(stdout) as { readonly status: string; readonly message: string }; // a condition
  return `${status}: ${message}`;
}

const untilSaid = (words: string): Promise<string> =>
  waitFor(`DockerReady with "${words}"`, async () => {
    const said = await dockerReady();
    return said.includes(words) ? said : null;
  });

test(
  'what is wrong with the engine is told as it is now: none, too old, not ours to use, and none of it',
  async () => {
    const controller = await rig.start('controller');
    await controller.ready();
    expect(await untilSaid('no Docker Engine answers on')).toMatch(/^False: .*; start it, or configure the path/);

    const old = await fakeEngine({ Version: '19.03.15', ApiVersion: '1.40' });
    await socketIs(old.socketPath);
    expect(await untilSaid('19.03.15')).toBe(
      'False: Docker Engine 19.03.15 speaks API up to 1.40; 1.41 or newer is needed: upgrade the engine to 20.10 or newer',
    );

    if (ROOT_ONLY) {
      const foreign = await fakeEngine({});
      await chown(foreign.socketPath, 65_534, 65_534);
      await chmod(foreign.socketPath, 0o660);
      await socketIs(foreign.socketPath);
      expect(await untilSaid('no permission')).toMatch(
        /^False: .*; run as root or as a member of the group that owns it/,
      );
      expect(foreign.requests).toEqual([]);
    }

    await socketIs(engineSocket());
    await untilSaid('True: ');
    expect(await controller.probe('/readyz')).toMatchObject({ status: 200 });
    expect(await controller.end('SIGTERM')).toBe(0);
  },
  FOUR_STATES_MS,
);

test('docker.apiVersion: an engine that does not speak it is refused, one that does hears no other', async () => {
  const modern = await fakeEngine({ Version: '25.0.1', ApiVersion: '1.45' });
  await socketIs(modern.socketPath);
  const settings = (apiVersion: string) => ({ docker: { socketPath: rig.socketPath, apiVersion } });
  const refused = await rig.start('controller', settings('1.47'));
  expect(await untilSaid('25.0.1')).toContain('docker.apiVersion asks for 1.47: set it to "auto"');
  expect(new Set(modern.requests)).toEqual(new Set(['GET /version']));
  expect(await refused.end('SIGTERM')).toBe(0);

  const spoken = await rig.start('controller', settings('1.43'));
  await waitFor('a call', () => modern.requests.includes('GET /v1.43/info'));
  expect(modern.requests.filter((request) => /\/v1\.(?!43)/.test(request))).toEqual([]);
  expect(await spoken.end('SIGTERM')).toBe(0);
});

test('a controller whose policy becomes bad keeps the last good one, and says so by its log, a metric and an event', async () => {
  await socketIs(engineSocket());
  const policyFile = join(rig.dir, 'policy.yaml');
  const policyIs = async (text: string) => {
    await writeFile(`${policyFile}.new`, text);
    await rename(`${policyFile}.new`, policyFile); // whole at once, as a ConfigMap changes
  };
  await policyIs('limits: {perNode: 3}\n');
  const controller = await rig.start('controller', { policyFile });
  await controller.ready();
  const slots = async () =>
    (await rig.server.kubectl(['get', `mcpnode/${rig.nodeName}`, '-o', 'jsonpath={.status.capacity.slots}'])).stdout;
  await waitFor('3 slots', async () => (await slots()) === '3');

  await policyIs('limits: {perNod: 4}\n');
  const event = await waitFor('PolicyDrift', async () => {
    const { stdout } = await rig.server.kubectl([
      'get',
      'events',
      '-A',
      '--field-selector',
      'reason=PolicyDrift',
      '-o',
      'jsonpath={.items[*].message}',
    ]);
    return stdout === '' ? null : stdout;
  });
  expect(event).toContain('the policy before it stays in force');
  expect(event).toContain('limits: "perNod" is not a setting');
  expect(controller.lines('error')).toContainEqual(expect.stringContaining('policy file refused'));
  expect((await controller.probe('/metrics')).text).toContain('mcpsession_policy_valid 0');
  expect(await slots()).toBe('3');

  await policyIs('limits: {perNode: 5}\n');
  await waitFor('5 slots', async () => (await slots()) === '5');
  expect((await controller.probe('/metrics')).text).toContain('mcpsession_policy_valid 1');
  expect(await controller.end('SIGTERM')).toBe(0);
});

test('tools: a front end offers those that it was told of, and calls no other', async () => {
  const frontend = await rig.start('frontend', { tools: ['session_list', 'policy_check'] });
  await frontend.ready();
  for (const object of clientObjects('default')) await apply(rig.admin, object, never);
  const wanted = { namespace: 'default', serviceAccount: CLIENT_SERVICE_ACCOUNT, audience: FRONTEND_AUDIENCE };
  const { token } = await requestToken(rig.admin, { ...wanted, expirationSeconds: 600 }, never);
  const map = ['get', 'configmap', 'mcpsession-frontend', '-n', SYSTEM_NAMESPACE, '-o', 'jsonpath={.data.ca\\.crt}'];
  const url = `https://127.0.0.1:${rig.ports.frontend}/mcp`;
  const caPem = await must(rig.server, map);
  for (const era of ['modern', 'legacy'] as const) {
    const client = await connectMcp({ url, token, caPem, era });
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['session_list', 'policy_check']);
    expect((await client.callTool('session_list')).structured).toMatchObject({ sessions: [] });
    await expect(client.callTool('session_create', { image: 'mcps.local/busybox:1' })).rejects.toThrow(
      'session_create',
    );
    await client.close();
  }
  expect((await rig.server.kubectl(['get', 'mcps', '-A', '-o', 'name'])).stdout).toBe('');
  expect(await frontend.end('SIGTERM')).toBe(0);
});
