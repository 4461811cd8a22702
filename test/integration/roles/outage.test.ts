// The API server is away for a minute while all four roles run: nobody ends, no session is lost, and everything goes on by itself.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterId } from '../../../src/kube/install.ts';
import { rawDocker, removeAllOf } from '../../support/docker.ts';
import { waitFor } from '../../support/wait-for.ts';
import { must, never, openRoleRig, type Role, type RoleProcess, type RoleRig } from './role-rig.ts';

const AWAY_MS = 60_000;
const WITHIN_MS = AWAY_MS + 120_000;
const LOOK_EVERY_MS = 1_000;
const ROLES: readonly Role[] = ['webhook', 'controller', 'placement', 'frontend'];

let rig: RoleRig;
const roles = new Map<Role, RoleProcess>();
let cluster: string;

const session = (name: string) =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}}\nspec: {image: "mcps.local/busybox:1"}\n`;
const containerOf = (name: string) =>
  must(rig.server, ['get', `mcps/${name}`, '-o', 'jsonpath={.status.container.id}']);

beforeAll(async () => {
  rig = await openRoleRig();
  cluster = await clusterId(rig.admin, never);
  await rig.plugIn();
  for (const role of ROLES) {
    const program = await rig.start(role);
    roles.set(role, program);
    await program.ready();
  }
});
afterAll(async () => {
  for (const role of roles.values()) await role.end('SIGTERM');
  await removeAllOf(cluster);
  await rig[Symbol.asyncDispose]();
});

test(
  '60 s without the API server',
  async () => {
    await must(rig.server, ['apply', '-f', '-'], session('before'));
    await must(rig.server, ['wait', '--for=condition=Ready', 'mcps/before', '--timeout=60s']);
    const containerId = await containerOf('before');
    const startedAt = async () => (await rawDocker().getContainer(containerId).inspect()).State.StartedAt;
    const started = await startedAt();

    await rig.server.kill();
    const untilMs = performance.now() + AWAY_MS;
    while (performance.now() < untilMs) {
      for (const [role, program] of roles) {
        expect(await program.probe('/healthz'), role).toMatchObject({ status: 200 });
      }
      expect((await rawDocker().getContainer(containerId).inspect()).State.Running).toBe(true);
      await sleep(LOOK_EVERY_MS);
    }
    await rig.server.start();

    for (const program of roles.values()) await program.ready();
    await waitFor('a session that is made afterwards', async () => {
      return (await rig.server.kubectl(['apply', '-f', '-'], session('after'))).code === 0;
    });
    await must(rig.server, ['wait', '--for=condition=Ready', 'mcps/after', '--timeout=60s']);
    await must(rig.server, ['wait', '--for=condition=Ready', 'mcps/before', '--timeout=10s']);
    expect(await containerOf('before')).toBe(containerId);
    expect(await startedAt()).toBe(started);
    for (const [role, program] of roles) {
      expect([program.child.exitCode, program.child.signalCode], role).toEqual([null, null]);
      expect(program.said().stderr, role).toBe('');
    }
  },
  WITHIN_MS,
);
