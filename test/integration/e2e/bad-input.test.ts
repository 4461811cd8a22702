// What goes wrong before anything runs: one clear sentence, an exit code, and nothing half-started.

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUNDLE, processesNaming, runBundle } from '../../support/running-up.ts';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mcpsession-bad-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const up = (...args: string[]) => runBundle(['up', '--state-dir', join(dir, `state-${args.length}`), ...args]);

test('no Docker Engine', async () => {
  const socket = join(dir, 'no-engine.sock');
  const ended = await up('--docker-socket', socket);
  expect(ended.code).toBe(4);
  expect(ended.stderr).toBe(
    `error: no Docker Engine answers on ${socket}; start it, or configure the path of its socket\n`,
  );
  expect(await processesNaming(dir)).toEqual([]);
});

test('an engine that is too old', async () => {
  const socket = join(dir, 'old.sock');
  const server = createServer((_request, response) => {
    response.setHeader('api-version', '1.40');
    response.end(JSON.stringify({ Version: '19.03.15', ApiVersion: '1.40', MinAPIVersion: '1.12' }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    const ended = await up('--docker-socket', socket);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(
      /^error: Docker Engine 19\.03\.15 speaks API up to 1\.40; 1\.41 or newer is needed.*\n$/,
    );
  } finally {
    server.close();
  }
});

test('a policy with several mistakes names all of them', async () => {
  const file = join(dir, 'policy.yaml');
  await writeFile(file, 'limits: {maxTtlSeconds: -1, maxMemmory: 1Gi}\nprivileged: {allow: maybe}\n');
  const ended = await up('--policy', file);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('limits.maxTtlSeconds');
  expect(ended.stderr).toContain('maxMemmory');
  expect(ended.stderr).toContain('privileged.allow');
});

test('a policy file that is not there', async () => {
  const ended = await up('--policy', join(dir, 'none.yaml'));
  expect(ended.stderr).toBe(
    `error: policy file ${join(dir, 'none.yaml')} cannot be read (ENOENT); name an existing file with --policy\n`,
  );
});

test('a port that is in use', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );
  try {
    const ended = await up('--mcp-port', String(port));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      `error: the MCP server cannot listen on 127.0.0.1:${port}: port ${port} is in use; stop what listens there or choose another port\n`,
    );
    expect(await processesNaming(dir)).toEqual([]);
  } finally {
    server.close();
  }
});

test('a state directory that others can read', async () => {
  const shared = join(dir, 'shared');
  await mkdir(shared);
  await writeFile(join(shared, 'something'), '');
  await chmod(shared, 0o755);
  const ended = await runBundle(['up', '--state-dir', shared]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(shared);
});

test('a kubeconfig that is not there', async () => {
  const ended = await up('--kubeconfig', join(dir, 'none'));
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(`kubeconfig ${join(dir, 'none')} cannot be read`);
});

test('a cluster that cannot reach the webhook on loopback', async () => {
  const file = join(dir, 'remote.kubeconfig');
  await writeFile(
    file,
    'apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: "https://198.51.100.1:6443"}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]\n',
  );
  const ended = await up('--kubeconfig', file);
  expect(ended.stderr).toBe(
    'error: the API server https://198.51.100.1:6443 cannot reach the webhook at 127.0.0.1; pass --advertise-address with an address of this machine that it can reach\n',
  );
});

test.each([
  { argv: ['up', '--mcp-port', 'x'], code: 1, says: '--mcp-port "x": must be a port from 0 to 65535' },
  { argv: ['check'], code: 1, says: 'name at least one file' },
  { argv: ['check', 'examples/denied'], code: 2, says: '' },
  { argv: ['check', 'examples/01-hello.yaml'], code: 0, says: '' },
  { argv: ['check', '/does/not/exist.yaml'], code: 1, says: '/does/not/exist.yaml' },
  { argv: ['version'], code: 0, says: '' },
])('mcpsession $argv ends with $code', async ({ argv, code, says }) => {
  const ended = await runBundle(argv);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(says);
});

test('check prints the same rule, path and fix as the webhook, from standard input too', async () => {
  const stdin =
    'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: bad, namespace: team-a}\nspec: {image: "registry.example/a/b:1", security: {privileged: true}}\n';
  const ended = await runBundle(['check', '-'], { stdin });
  expect(ended.code).toBe(2);
  expect(ended.stdout).toMatch(
    /team-a\/bad +MCPS-101 +deny +spec\.security\.privileged +delete spec\.security\.privileged/,
  );
});

test('nothing prints secrets of sessions for a debugging variable', async () => {
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, [BUNDLE, 'up'], { env: { ...process.env, DEBUG: 'modem' } }, (_error, _stdout, stderr) =>
      resolve(stderr),
    );
  });
  expect(said).toBe('error: DEBUG=modem would print secrets of sessions; unset it and use --log-level debug\n');
});
