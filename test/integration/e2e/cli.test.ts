// `mcpsession exec`, `logs`, `cp` and `port-forward` as a person types them, against a whole `mcpsession up`.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUNDLE, type Finished, runBundle, type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

let up: RunningUp;
let dir = '';

beforeAll(async () => {
  up = await startUp();
  dir = await mkdtemp(join(tmpdir(), 'mcpsession-cli-'));
  await aSession('box');
}, 120_000);

afterAll(async () => {
  await up.stop();
  for (const each of [up.stateDir, dir]) await rm(each, { recursive: true, force: true });
});

async function aSession(name: string, spec: object = {}): Promise<void> {
  const object = {
    apiVersion: 'mcpsession.dev/v1alpha1',
    kind: 'McpSession',
    metadata: { name },
    spec: { image: 'mcps.local/busybox:1', ...spec },
  };
  expect(await up.kubectl(['apply', '-f', '-'], JSON.stringify(object))).toMatchObject({ code: 0 });
  expect(await up.kubectl(['wait', '--for=condition=Ready', `mcps/${name}`, '--timeout=30s'])).toMatchObject({
    code: 0,
  });
}

const cli = (command: string, args: readonly string[], stdin?: string): Promise<Finished> =>
  runBundle([command, '--kubeconfig', up.ready.kubeconfig, ...args], stdin === undefined ? {} : { stdin });

function started(command: string, args: readonly string[]): ChildProcess {
  const all = [BUNDLE, command, '--kubeconfig', up.ready.kubeconfig, ...args];
  return spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
}

test('exec passes output, input and the exit code on, byte by byte', async () => {
  const ran = await cli('exec', ['box', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']);
  expect(ran).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  const counted = await cli('exec', ['-i', 'box', '--', 'wc', '-c'], 'x'.repeat(300_000));
  expect(counted).toMatchObject({ code: 0, stdout: '300000\n' });
  expect(await cli('exec', ['box', '--', 'sh', '-c', 'kill -9 $$'])).toMatchObject({ code: 137 });
  expect(await cli('exec', ['--timeout', '1', 'box', '--', 'sleep', '60'])).toMatchObject({ code: 124 });
});

test.each([
  { what: 'a program that is not there', args: ['box', '--', 'nosuch'], says: 'no program "nosuch" in the image' },
  { what: 'a session that is not there', args: ['nobody', '--', 'id'], says: 'no session "nobody"' },
  { what: 'a directory that is not there', args: ['--cwd', '/none', 'box', '--', 'id'], says: '/none' },
  { what: 'no command', args: ['box'], says: 'name a program after "--"' },
])('exec says what is wrong: $what', async ({ args, says }) => {
  const ran = await cli('exec', args);
  expect(ran).toMatchObject({ code: 125, stdout: '' });
  expect(ran.stderr).toContain(says);
  expect(ran.stderr).toMatch(/^error: /);
});

test('S1.MIT.01: a command that policy refuses says why and starts nothing; an allowed one runs', async () => {
  const refused = await cli('exec', ['box', '--', 'sh', '-c', 'touch made; rm -fr /']);
  expect(refused).toEqual({
    code: 125,
    stdout: '',
    stderr:
      'error: 1 rule refused the command: [MCPS-805] argv[2]: rm removes the root directory; fix: name the files that are meant.\n',
  });
  expect(await cli('exec', ['box', '--', 'sh', '-c', 'test ! -e made && echo none'])).toMatchObject({
    stdout: 'none\n',
  });
  expect(await cli('exec', ['box', '--', 'cat', '/etc/shadow'])).toMatchObject({
    code: 125,
    stderr: expect.stringContaining('[MCPS-807]'),
  });
});

test('a command in the background is listed, attached to and killed by its id', async () => {
  const counting = 'for i in 1 2 3; do echo $i; sleep 0.2; done; exit 5';
  const id = (await cli('exec', ['--background', 'box', '--', 'sh', '-c', counting])).stdout.trim();
  expect(id).toMatch(/^ex_[0-9a-f]+$/);
  expect(await cli('exec', ['box', '--attach', id])).toMatchObject({ code: 5, stdout: '1\n2\n3\n' });
  const endless = (await cli('exec', ['--background', 'box', '--', 'sleep', '600'])).stdout.trim();
  expect((await cli('exec', ['box', '--list'])).stdout).toMatch(new RegExp(`${endless} +running`));
  expect(await cli('exec', ['box', '--kill', endless])).toMatchObject({ code: 0, stdout: `${endless}: killed\n` });
  expect((await cli('exec', ['box', '--list'])).stdout).not.toMatch(/running/);
});

test('cp carries files and directories both ways, whole or not at all', async () => {
  const content = randomBytes(3_000_000);
  await writeFile(join(dir, 'big'), content);
  expect(await cli('cp', [join(dir, 'big'), 'box:deep/er/big'])).toMatchObject({ code: 0, stderr: '' });
  const sum = (await cli('exec', ['box', '--', 'sha256sum', 'deep/er/big'])).stdout.split(' ', 1)[0];
  expect(sum).toBe(createHash('sha256').update(content).digest('hex'));
  expect(await cli('cp', ['-r', 'box:deep', join(dir, 'back')])).toMatchObject({ code: 0 });
  expect(await readFile(join(dir, 'back/er/big'))).toEqual(content);
  expect(await cli('cp', ['-', 'box:piped'], 'by a pipe')).toMatchObject({ code: 0 });
  expect(await cli('cp', ['box:piped', '-'])).toMatchObject({ code: 0, stdout: 'by a pipe' });
});

test.each([
  { path: '../etc/passwd', says: 'leads out of the workspace' },
  { path: '/etc/passwd', says: 'is not below /workspace' },
  { path: 'link', says: '"link" is a symbolic link' },
  { path: 'fifo', says: 'is neither file nor directory' },
  { path: 'absent', says: 'No such file' },
])('cp reaches nothing outside the workspace: $path', async ({ path, says }) => {
  await cli('exec', ['box', '--', 'sh', '-c', 'ln -sf /usr/none link; [ -e fifo ] || mkfifo fifo']);
  const before = await readdir(dir);
  const ran = await cli('cp', [`box:${path}`, join(dir, 'stolen')]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(says);
  expect(await readdir(dir)).toEqual(before);
});

test('logs follow the main command, and stay when it has ended', async () => {
  const script = 'for i in 1 2 3; do echo "tick $i"; sleep 0.2; done; echo "bad end" >&2; exit 4';
  await aSession('ticker', { command: ['sh', '-c', `sleep 1; ${script}`] });
  const following = await cli('logs', ['-f', 'ticker']);
  expect(following).toMatchObject({ code: 0, stdout: 'tick 1\ntick 2\ntick 3\n', stderr: 'bad end\n' });
  expect(await cli('logs', ['--tail', '1', 'ticker'])).toMatchObject({ code: 0, stderr: 'bad end\n' });
  expect((await cli('logs', ['--grep', 'k [13]$', 'ticker'])).stdout).toBe('tick 1\ntick 3\n');
});

test('port-forward reaches a server in a session without a network', async () => {
  await aSession('server', { command: ['sh', '-c', 'while :; do echo "hello from inside" | nc -l -p 8080; done'] });
  const forward = started('port-forward', ['server', ':8080']);
  let said = '';
  forward.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [, port] = await waitFor('the forward', () => /127\.0\.0\.1:(\d+) -> 8080/.exec(said));
  expect(await text(connect(Number(port), '127.0.0.1'))).toBe('hello from inside\n');
  forward.kill('SIGINT');
  await new Promise((resolve) => forward.once('close', resolve));
  expect(forward.exitCode).toBe(0);
});

test('whoever deletes a session ends what goes on in it, and everybody is told', async () => {
  await aSession('doomed', { workspace: { sizeLimit: '100Mi' } });
  const busy = [
    started('exec', ['doomed', '--', 'sh', '-c', 'echo begun; sleep 600']),
    started('cp', ['-', 'doomed:never']), // its input never ends
  ];
  const [exec] = busy;
  await new Promise((resolve) => exec?.stdout?.once('data', resolve));
  expect((await up.kubectl(['delete', 'mcps', 'doomed', '--timeout=20s'])).code).toBe(0);
  await new Promise((resolve) => (exec?.exitCode === null ? exec.once('close', resolve) : resolve(null)));
  expect([125, 137]).toContain(exec?.exitCode);
  for (const each of busy) each.kill('SIGKILL');
  expect((await up.containers()).filter(({ session }) => session === 'doomed')).toEqual([]);
});
