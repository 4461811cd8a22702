// Quotas on real parts, at each gate: the front end, admission under a burst, and placement when admission is not there.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Ten sessions must fit on two cores: what a node has room for is not what this is about. */
const POLICY = 'limits: {cpuRequest: 10m}\n';
let up: RunningUp;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mcpsession-quotas-'));
  await writeFile(join(dir, 'policy.yaml'), POLICY);
  up = await startUp({ args: ['--policy', join(dir, 'policy.yaml')] });
});
afterAll(async () => {
  await up.stop();
  expect(await up.containers()).toEqual([]);
  await rm(up.stateDir, { recursive: true, force: true });
  await rm(dir, { recursive: true, force: true });
});

const manifest = (name: string) =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}}\nspec: {image: "mcps.local/busybox:1"}\n`;

async function inNewNamespace(name: string) {
  expect((await up.kubectl(['create', 'namespace', name])).code).toBe(0);
  const create = (session: string, ...options: string[]) =>
    up.kubectl(['create', '-n', name, '-f', '-', ...options], manifest(session));
  const burst = (count: number) => Promise.all(Array.from({ length: count }, (_, index) => create(`s${index}`)));
  const reasons = async (): Promise<readonly string[]> => {
    const path = '{range .items[*]}{.status.conditions[?(@.type=="Ready")].reason}{"\\n"}{end}';
    return (await up.kubectl(['get', 'mcps', '-n', name, '-o', `jsonpath=${path}`])).stdout.trim().split('\n').sort();
  };
  const clear = () => up.kubectl(['delete', 'mcps', '-n', name, '--all', '--timeout=60s']);
  return { create, burst, reasons, clear };
}

test('S4.DEV.03: of twenty parallel creates ten are admitted, and the eleventh says why it is not', async () => {
  const { create, burst, reasons, clear } = await inNewNamespace('burst');
  const answers = await burst(20);
  expect(answers.filter(({ code }) => code === 0)).toHaveLength(10);
  for (const { stderr } of answers.filter(({ code }) => code !== 0)) expect(stderr).toContain('[MCPS-411]');

  const dry = await create('dry', '--dry-run=server');
  expect(dry.stderr).toContain('the namespace has 10 unfinished sessions; policy limits.perNamespace is 10');
  await waitFor('ten to run', async () => (await reasons()).filter((reason) => reason === 'Running').length === 10);
  expect(await up.containers()).toHaveLength(10);

  expect((await up.kubectl(['delete', 'mcps', '-n', 'burst', 's-none', '--ignore-not-found'])).code).toBe(0);
  const [first = ''] = (await up.kubectl(['get', 'mcps', '-n', 'burst', '-o', 'name'])).stdout.split('\n');
  expect((await up.kubectl(['delete', '-n', 'burst', first, '--timeout=30s'])).code).toBe(0);
  const next = await waitFor('a place to be free', async () => {
    const created = await create('next');
    return created.code === 0 ? created : null;
  });
  expect(next.stdout).toContain('mcpsession.mcpsession.dev/next created');
  await clear();
});

test('S4.DEV.03: the fourth session of one agent is refused with a way out, and the way out works', async () => {
  const client = await up.mcp('modern');
  const create = (name: string) => client.callTool('session_create', { image: 'mcps.local/busybox:1', name });
  try {
    for (const name of ['one', 'two', 'three']) expect(await create(name)).toMatchObject({ isError: false });
    const refused = await create('four');
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(
      /^\[QUOTA_EXCEEDED\] MCPS-410: .* has 3 unfinished sessions; policy limits\.perOwner is 3\./,
    );
    expect(refused.text).toContain('session_delete');
    expect(await client.callTool('session_delete', { session: 'two' })).toMatchObject({ isError: false });
    const again = await waitFor('a place to be free', async () => {
      const created = await create('four');
      return created.isError ? null : created;
    });
    expect(again).toMatchObject({ structured: { session: 'four' } });
    for (const name of ['one', 'three', 'four']) await client.callTool('session_delete', { session: name });
  } finally {
    await client.close();
  }
});

/** Last: nothing judges what is created from here on. */
test('S4.DEV.03: without admission no more than ten get a container, and those that wait say for what', async () => {
  const { burst, reasons, clear } = await inNewNamespace('behind');
  expect((await up.kubectl(['delete', 'validatingwebhookconfiguration', 'mcpsession'])).code).toBe(0);
  const answers = await waitFor('admission to be gone', async () => {
    const all = await burst(20);
    return all.every(({ code, stderr }) => code === 0 || stderr.includes('already exists')) ? all : null;
  });
  expect(answers).toHaveLength(20);
  await waitFor('ten to run and ten to wait', async () => {
    const found = await reasons();
    const of = (wanted: string) => found.filter((reason) => reason === wanted).length;
    expect(of('Running')).toBeLessThanOrEqual(10);
    return of('Running') === 10 && of('NoEligibleNode') === 10;
  });
  const waiting = await up.kubectl([
    'get',
    'mcps',
    '-n',
    'behind',
    '-o',
    'jsonpath={.items[*].status.conditions[0].message}',
  ]);
  expect(waiting.stdout).toContain('[MCPS-411] metadata.namespace');

  const path = '{range .items[?(@.status.container)]}{.metadata.name} {end}';
  const running = (await up.kubectl(['get', 'mcps', '-n', 'behind', '-o', `jsonpath=${path}`])).stdout
    .trim()
    .split(' ');
  await up.kubectl(['delete', 'mcps', '-n', 'behind', running[0] ?? '', '--timeout=30s']);
  await waitFor('the next in turn to run', async () => {
    const found = await reasons();
    return found.length === 19 && found.filter((reason) => reason === 'Running').length === 10;
  });
  await clear();
});
