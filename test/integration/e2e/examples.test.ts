// Every example is applied and reaches what its header says.

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parsePolicy } from '../../../src/config/load-policy.ts';
import { rawDocker } from '../../support/docker.ts';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples');
const DATA = '/srv/data';
let up: RunningUp;
let madeData = false;

beforeAll(async () => {
  madeData = !existsSync(DATA);
  if (madeData) await mkdir(DATA, { recursive: true, mode: 0o755 });
  up = await startUp();
});
afterAll(async () => {
  await up.stop();
  await rm(up.stateDir, { recursive: true, force: true });
  if (madeData) await rm(DATA, { recursive: true, force: true });
});

const field = async (name: string, path: string) =>
  (await up.kubectl(['get', 'mcps', name, '-o', `jsonpath=${path}`])).stdout;
const reason = (name: string) => field(name, '{.status.conditions[?(@.type=="Ready")].reason}');
const control = async (name: string, id: string) => field(name, `{.status.isolation.controls[?(@.id=="${id}")].got}`);

async function apply(file: string): Promise<void> {
  const applied = await up.kubectl(['apply', '-f', join(EXAMPLES, file)]);
  expect(applied).toMatchObject({ code: 0 });
}

const until = (name: string, wanted: string) =>
  waitFor(`${name} to be ${wanted}`, async () => (await reason(name)) === wanted);

test('there is a test for every example', async () => {
  const files = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.yaml')).sort();
  expect(files).toEqual([
    '01-hello.yaml',
    '02-command.yaml',
    '03-limits.yaml',
    '04-readonly-host-data.yaml',
    '05-recreate.yaml',
    '06-suspend.yaml',
    '07-isolated.yaml',
    '08-disk.yaml',
  ]);
});

test('01-hello is Ready', async () => {
  await apply('01-hello.yaml');
  await until('hello', 'Running');
});

test('02-command runs its program', async () => {
  await apply('02-command.yaml');
  await until('command', 'Running');
});

test('03-limits shows its limits in the proof', async () => {
  await apply('03-limits.yaml');
  await until('limits', 'Running');
  expect(await control('limits', 'cpu')).toContain('0.5 cores');
  expect(await control('limits', 'memory')).toContain('256Mi');
  expect(await control('limits', 'pids')).toBe('32');
});

test('04-readonly-host-data mounts it read-only', async () => {
  await apply('04-readonly-host-data.yaml');
  await until('readonly-host-data', 'Running');
  expect(await control('readonly-host-data', 'mounts')).toMatch(
    /^\/srv\/data:\/data:ro,mcpsession-init-[0-9a-f]{16}:\/\.mcpsession:ro$/,
  );
});

test('05-recreate is Ready', async () => {
  await apply('05-recreate.yaml');
  await until('recreate', 'Running');
});

test('06-suspend has no container until it is resumed', async () => {
  await apply('06-suspend.yaml');
  await until('suspend', 'Suspended');
  await up.kubectl(['patch', 'mcps', 'suspend', '--type', 'merge', '-p', '{"spec":{"operatingMode":"Running"}}']);
  await until('suspend', 'Running');
});

test('07-isolated is Ready, alone on its network, which goes with it', async () => {
  await apply('07-isolated.yaml');
  await until('isolated', 'Running');
  expect(await control('isolated', 'ownNetwork')).toBe('internal bridge with this container alone');
  const network = `mcps-${await field('isolated', '{.metadata.uid}')}`;
  const found = async () => (await rawDocker().listNetworks()).some(({ Name }) => Name === network);
  expect(await found()).toBe(true);
  expect(await up.kubectl(['delete', 'mcps', 'isolated'])).toMatchObject({ code: 0 });
  expect(await found()).toBe(false);
});

test('08-disk is told that nothing bounds it here', async () => {
  await apply('08-disk.yaml');
  const message = () => field('disk', '{.status.conditions[?(@.type=="Ready")].message}');
  await waitFor('the reason', async () => /quota/.test(await message()));
  expect(['NoEligibleNode', 'PolicyRejected']).toContain(await reason('disk'));
});

test('rbac/agent gives an agent its rights, and no others', async () => {
  expect(await up.kubectl(['apply', '-f', join(EXAMPLES, 'rbac/agent.yaml')])).toMatchObject({ code: 0 });
  const can = async (...args: string[]) =>
    (
      await up.kubectl(['auth', 'can-i', ...args, '-n', 'agents', '--as', 'system:serviceaccount:agents:agent'])
    ).stdout.trim();
  expect(await can('create', 'mcpsessions', '--subresource=exec')).toBe('yes');
  expect(await can('create', 'mcpsessions')).toBe('yes');
  expect(await can('get', 'secrets')).toBe('no');
});

test('the policy files are valid', async () => {
  for (const name of await readdir(join(EXAMPLES, 'policy'))) {
    const parsed = parsePolicy(await readFile(join(EXAMPLES, 'policy', name), 'utf8'), name);
    expect(parsed).toMatchObject({ ok: true });
  }
});
