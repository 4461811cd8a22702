// References to Secrets on real parts: whose right counts at each gate, and where a value is found afterwards: in the container, and
// nowhere else.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawDocker } from '../../support/docker.ts';
import { connectMcp, type McpTestClient } from '../../support/mcp-client.ts';
import { type Finished, type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Values that nothing but a container may hold. */
const CANARY = 'canary-7f3a9c51e2';
const MENDED = 'canary-b81d04c6aa';

let up: RunningUp;
let stateDir: string;
const ended: Finished[] = [];

const succeed = async (args: readonly string[], stdin?: string): Promise<string> => {
  const { code, stdout, stderr } = await up.kubectl(args, stdin);
  expect(`${code} ${stderr}`).toMatch(/^0 /);
  return stdout;
};

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'mcpsession-up-'));
  up = await startUp({ stateDir });
  await succeed(['create', 'secret', 'generic', 'db', `--from-literal=url=${CANARY}`]);
  await succeed(['create', 'configmap', 'settings', '--from-literal=level=debug']);
  await succeed(['create', 'role', 'db-reader', '--verb=get', '--resource=secrets', '--resource-name=db']);
  for (const name of ['reader', 'stranger']) {
    await succeed(['create', 'serviceaccount', name]);
    for (const role of ['edit', 'exec']) {
      await succeed([
        ...['create', 'rolebinding', `${name}-${role}`, `--clusterrole=mcpsession-${role}`],
        `--serviceaccount=default:${name}`,
      ]);
    }
  }
  await succeed(['create', 'rolebinding', 'reader-db', '--role=db-reader', '--serviceaccount=default:reader']);
});
afterAll(async () => {
  await up.stop();
  await rm(stateDir, { recursive: true, force: true });
});

interface Wish {
  readonly name: string;
  readonly from?: unknown;
  readonly more?: Readonly<Record<string, unknown>>;
}
const KEY_OF_DB = { secretKeyRef: { name: 'db', key: 'url' } };

const manifest = ({ name, from = KEY_OF_DB, more = {} }: Wish): string =>
  JSON.stringify({
    apiVersion: 'mcpsession.dev/v1alpha1',
    kind: 'McpSession',
    metadata: { name },
    spec: { image: 'mcps.local/busybox:1', env: [{ name: 'TOKEN', valueFrom: from }], ...more },
  });

const createAs = (account: string, wish: Wish, ...options: string[]): Promise<Finished> =>
  up.kubectl(['create', '-f', '-', `--as=system:serviceaccount:default:${account}`, ...options], manifest(wish));

const ready = async (name: string): Promise<string> => {
  const path = '{range .status.conditions[?(@.type=="Ready")]}{.reason}: {.message}{end}';
  return (await up.kubectl(['get', 'mcps', name, '-o', `jsonpath=${path}`])).stdout;
};
const until = (name: string, pattern: RegExp): Promise<string> =>
  waitFor(`${name} to say ${String(pattern)}`, async () => {
    const said = await ready(name);
    return pattern.test(said) ? said : null;
  });

async function as(account: string): Promise<McpTestClient> {
  const token = (await succeed(['create', 'token', account, '--audience', 'mcpsession'])).trim();
  return connectMcp({ url: up.ready.mcpUrl, token, caPem: await readFile(up.ready.mcpCaFile, 'utf8'), era: 'modern' });
}

async function printed(session: string, variable = 'TOKEN'): Promise<string> {
  const client = await as('reader');
  try {
    return (await client.callTool('session_exec', { session, command: `echo "<$${variable}>"` })).text;
  } finally {
    await client.close();
  }
}

test('S0.L6.01: a requester without the right is refused, in the same words whether the Secret exists or not', async () => {
  const refused = await createAs('stranger', { name: 'denied' });
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/\[MCPS-612\] system:serviceaccount:default:stranger may not get Secret db; fix: ask/);
  const absent = await createAs('stranger', { name: 'denied', from: { secretKeyRef: { name: 'no', key: 'url' } } });
  expect(absent.stderr.replaceAll('Secret no', 'Secret db')).toBe(refused.stderr);

  const other = await createAs('reader', { name: 'denied', from: { secretKeyRef: { name: 'other', key: 'url' } } });
  expect(other.stderr).toContain('[MCPS-612]');
  const configMap = await createAs('reader', { name: 'denied', from: { configMapKeyRef: { name: 'db', key: 'url' } } });
  expect(configMap.stderr).toContain('may not get ConfigMap db');
  expect((await createAs('stranger', { name: 'denied' }, '--dry-run=server')).stderr).toContain('[MCPS-612]');
  expect(await succeed(['get', 'mcps', '-o', 'name'])).toBe('');
});

test('S0.L6.01: the front end asks for its caller, whose rights it does not have itself', async () => {
  const create = async (account: string, args: Readonly<Record<string, unknown>>) => {
    const client = await as(account);
    try {
      return await client.callTool('session_create', { image: 'mcps.local/busybox:1', wait_seconds: 0, ...args });
    } finally {
      await client.close();
    }
  };
  const refused = await create('stranger', { name: 'by-agent', secrets: { TOKEN: 'db/url' } });
  expect(refused.isError).toBe(true);
  expect(refused.text).toMatch(/^\[POLICY_DENIED\] 1 rule: MCPS-612 spec\.env\[0\]\.valueFrom\.secretKeyRef: /);
  expect(refused.text).toContain('system:serviceaccount:default:stranger may not get Secret db.');
  expect(await succeed(['get', 'mcps', '-o', 'name'])).toBe('');
  expect(await create('reader', { name: 'by-agent', secrets: { TOKEN: 'db/url' } })).toMatchObject({ isError: false });
  await succeed(['delete', 'mcps', 'by-agent', '--timeout=60s']);
});

test('nobody gets a value before an admin of the namespace lets the controller read it', async () => {
  expect(await createAs('reader', { name: 'main', more: { command: ['sleep', '3600'] } })).toMatchObject({ code: 0 });
  expect(await until('main', /^CreateRejected/)).toContain('the controller may not get Secret db in namespace default');
  expect(await up.containers()).toEqual([]);
  await succeed([
    ...['create', 'rolebinding', 'references', '--clusterrole=mcpsession-reference-reader'],
    '--serviceaccount=mcpsession-system:mcpsession-controller',
  ]);
  await until('main', /^Running/);
  expect(await printed('main')).toContain(`<${CANARY}>`);
});

test('S0.H2.01, S0.H2.02: the value is in the processes of the session, and nowhere else', async () => {
  const [container] = await up.containers();
  const inspected = await rawDocker()
    .getContainer(container?.id ?? '')
    .inspect();
  const mainPid = (await readFile(`/proc/${inspected.State.Pid}/task/${inspected.State.Pid}/children`, 'utf8')).trim();
  const [reaper = ''] = mainPid.split(' ');
  const [main = ''] = (await readFile(`/proc/${reaper}/task/${reaper}/children`, 'utf8')).trim().split(' ');
  expect(await readFile(`/proc/${main}/environ`, 'utf8')).toContain(`TOKEN=${CANARY}\0`);

  expect(JSON.stringify(inspected)).not.toContain(CANARY);
  expect(await readFile(`/proc/${inspected.State.Pid}/environ`, 'utf8')).not.toContain(CANARY);
  expect(await succeed(['get', 'mcps', '-o', 'yaml'])).not.toContain(CANARY);
  expect(await succeed(['get', 'events', '-A', '-o', 'yaml'])).not.toContain(CANARY);
  const client = await as('reader');
  for (const [tool, args] of [
    ['session_get', { session: 'main' }],
    ['session_list', {}],
    ['session_logs', { session: 'main' }],
  ] as const) {
    expect((await client.callTool(tool, args)).text).not.toContain(CANARY);
  }
  await client.close();
});

test('a reference that is missing is told, waited for, and never leaves a container behind', async () => {
  await createAs('reader', { name: 'waiting', from: { secretKeyRef: { name: 'db', key: 'later' } } });
  expect(await until('waiting', /^CreateRejected/)).toContain(
    'Secret db has no key later, which variable TOKEN needs; trying again',
  );
  expect((await up.containers()).map(({ session }) => session)).toEqual(['main']);
  await succeed(['patch', 'secret', 'db', '-p', JSON.stringify({ stringData: { later: MENDED } })]);
  await until('waiting', /^Running/);
  expect(await printed('waiting')).toContain(`<${MENDED}>`);
  await succeed(['delete', 'mcps', 'waiting', '--timeout=60s']);
});

test('an optional reference that is missing leaves the variable out', async () => {
  const from = { secretKeyRef: { name: 'db', key: 'none', optional: true } };
  await createAs('reader', { name: 'optional', from });
  await until('optional', /^Running/);
  expect(await printed('optional', '{TOKEN-unset}')).toContain('<unset>');
  await succeed(['delete', 'mcps', 'optional', '--timeout=60s']);
});

test('a controller that was killed finds the session as it is, without the Secret', async () => {
  const [before] = await up.containers();
  await up.killHard();
  up = await startUp({ stateDir });
  await succeed(['delete', 'secret', 'db']);
  await until('main', /^Running/);
  expect((await up.containers()).map(({ id }) => id)).toEqual([before?.id]);
  expect(await printed('main')).toContain(`<${CANARY}>`);
});

test('S0.H2.02: no log or file of ours holds a value after all that', async () => {
  await succeed(['delete', 'mcps', '--all', '--timeout=60s']);
  ended.push(await up.stop());
  expect(await up.containers()).toEqual([]);
  for (const { stdout, stderr } of ended) expect(stdout + stderr).not.toMatch(/canary-/);
  const files = (await readdir(stateDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const ours = files.map(({ parentPath, name }) => join(parentPath, name)).filter((path) => !path.includes('/etcd'));
  expect(ours.length).toBeGreaterThan(3);
  for (const path of ours) {
    const text = await readFile(path, 'latin1');
    expect(`${path} ${String(text.includes(CANARY) || text.includes(MENDED))}`).toBe(`${path} false`);
  }
});
