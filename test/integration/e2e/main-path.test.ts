// The main path on real parts: kubectl apply -> admission -> locked-down container -> MCP call -> delete.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IsolationControl } from '../../../src/model/session.ts';
import { rawDocker } from '../../support/docker.ts';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

let up: RunningUp;

beforeAll(async () => {
  up = await startUp();
});
afterAll(async () => {
  const ended = await up.stop();
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(await up.containers()).toEqual([]);
  await rm(up.stateDir, { recursive: true, force: true });
});

const manifest = (name: string, spec = '') =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}}\nspec: {image: "mcps.local/busybox:1"${spec}}\n`;

test('a session that is applied becomes Ready, shows its columns and carries the proof of its isolation', async () => {
  const applied = await up.kubectl(['apply', '-f', '-'], manifest('hello'));
  expect(applied.stdout).toBe('mcpsession.mcpsession.dev/hello created\n');
  expect((await up.kubectl(['wait', '--for=condition=Ready', 'mcps/hello', '--timeout=30s'])).code).toBe(0);

  const table = await up.kubectl(['get', 'mcps', 'hello', '-o', 'wide']);
  const [header = '', row = ''] = table.stdout.trim().split('\n');
  expect(header.split(/\s{2,}/)).toEqual([
    'NAME',
    'READY',
    'STATUS',
    'IMAGE',
    'NODE',
    'EXPIRES',
    'AGE',
    'PROFILE',
    'NETWORK',
    'OWNER',
    'CONTAINER',
  ]);
  expect(row).toMatch(new RegExp(`^hello +True +Running +mcps.local/busybox:1 +${up.nodeName} +\\d{4}-\\d\\d-\\d\\dT`));
  expect(row).not.toContain('<invalid>');

  const proof = await up.kubectl(['get', 'mcps', 'hello', '-o', 'jsonpath={.status.isolation.controls}']);
  const controls = JSON.parse(proof.stdout) as IsolationControl[]; // our own status
  expect(controls.length).toBeGreaterThanOrEqual(30);
  expect(controls.filter(({ ok }) => !ok)).toEqual([]);

  const verified = 'jsonpath={.status.conditions[?(@.type=="IsolationVerified")].message}';
  const { stdout: filters } = await up.kubectl(['get', 'mcps', 'hello', '-o', verified]);
  expect(filters).toMatch(
    /^seccomp RuntimeDefault \(sha256:[0-9a-f]{12}\), AppArmor (RuntimeDefault \(docker-default\)|not available on this node)$/,
  );
});

test('S3.DEP.04, S3.T1.04: the engine runs what the profile promises', async () => {
  const [container] = await up.containers();
  const { HostConfig, Config } = await rawDocker()
    .getContainer(container?.id ?? '')
    .inspect();
  expect(Config).toMatchObject({ User: '1001:1001', WorkingDir: '/workspace' });
  expect(HostConfig).toMatchObject({
    Privileged: false,
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    NetworkMode: 'none',
    IpcMode: 'private',
    CgroupnsMode: 'private',
    Memory: 536_870_912,
    MemorySwap: 536_870_912,
    NanoCpus: 1_000_000_000,
    CpuShares: 256,
    Tmpfs: {
      '/tmp': expect.stringMatching(/^(?=.*noexec)(?=.*nosuid)(?=.*size=104857600)(?=.*uid=1001,?)(?=.*gid=1001)/),
    },
    PidsLimit: 50,
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    AutoRemove: false,
  });
  expect(HostConfig.SecurityOpt).toContain('no-new-privileges:true');
  expect(HostConfig.Binds ?? []).toEqual([]);
});

test.each(['modern', 'legacy'] as const)('a %s MCP client creates, uses, lists and deletes a session', async (era) => {
  const client = await up.mcp(era);
  try {
    const created = await client.callTool('session_create', { image: 'mcps.local/busybox:1', name: `agent-${era}` });
    expect(created).toMatchObject({ isError: false, structured: { session: `agent-${era}`, state: 'Running' } });

    const ran = await client.callTool('session_exec', {
      session: `agent-${era}`,
      command: 'id -u; echo oops >&2; exit 3',
    });
    expect(ran).toMatchObject({
      isError: false,
      structured: { exit_code: 3, stdout: '1001\n', stderr: 'oops\n', timed_out: false },
    });

    const listed = await client.callTool('session_list');
    expect(listed.text).toContain(`agent-${era}`);

    const extended = await client.callTool('session_extend', { session: `agent-${era}`, ttl_seconds: 7200 });
    const leftMs = Date.parse(String(extended.structured?.['expires_at'])) - Date.now();
    expect(Math.abs(leftMs - 7_200_000)).toBeLessThan(120_000);
    const tooLong = await client.callTool('session_extend', { session: `agent-${era}`, ttl_seconds: 2_592_000 });
    expect(tooLong.text).toContain('[POLICY_DENIED] MCPS-401');
    const deleted = await client.callTool('session_delete', { session: `agent-${era}` });
    expect(deleted).toMatchObject({ isError: false, structured: { deleted: true } });
    await waitFor('the container to be gone', async () =>
      (await up.containers()).every(({ session }) => session !== `agent-${era}`),
    );
  } finally {
    await client.close();
  }
});

test('S1.LIM.02: a command that outlives its time limit is killed with its whole tree, and its session lives on', async () => {
  const client = await up.mcp('modern');
  try {
    const ran = await client.callTool('session_exec', {
      session: 'hello',
      command: 'setsid sleep 600 & (sleep 601 &) ; echo started; sleep 602',
      timeout_seconds: 1,
    });
    expect(ran.text).toContain('EXEC_TIMEOUT');
    expect(ran.text).toContain('started');
    const left = await client.callTool('session_exec', {
      session: 'hello',
      command: 'ps -o args | grep "sleep 60" | grep -v grep; true',
    });
    expect(left.structured).toMatchObject({ stdout: '', exit_code: 0 });
  } finally {
    await client.close();
  }
});

test('S1.THR.01: what a session may not do is refused to it by the kernel', async () => {
  const client = await up.mcp('modern');
  const attempt = async (command: string) =>
    (await client.callTool('session_exec', { session: 'hello', command })).structured;
  try {
    expect(await attempt('touch /usr/x')).toMatchObject({ exit_code: 1 });
    expect(await attempt('touch /tmp/x /workspace/x && echo written')).toMatchObject({ stdout: 'written\n' });
    expect(await attempt('cp /bin/busybox /tmp/echo && /tmp/echo hi')).toMatchObject({ exit_code: 126 });
    const written = await client.callTool('session_exec', { session: 'hello', command: 'mount -t tmpfs none /mnt' });
    expect(written).toMatchObject({ isError: true, text: expect.stringContaining('[POLICY_DENIED] 2 rules') });
    // What policy cannot see before it runs (K-05) the kernel refuses.
    expect((await attempt('$(echo mount) -t tmpfs none /mnt'))?.['exit_code']).toBeGreaterThan(0);
    expect(await attempt("grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status")).toMatchObject({
      stdout: 'CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n',
    });
    expect(await attempt('ls /sys/class/net')).toMatchObject({ stdout: 'lo\n' });
  } finally {
    await client.close();
  }
});

test('events tell the story of a healthy session', async () => {
  const events = await waitFor('the events', async () => {
    const { stdout } = await up.kubectl([
      'get',
      'events',
      '--field-selector',
      'involvedObject.name=hello',
      '-o',
      'jsonpath={.items[*].reason}',
    ]);
    const reasons = stdout.split(' ').sort();
    return reasons.length >= 3 ? reasons : null;
  });
  expect(events).toEqual(['Assigned', 'IsolationVerified', 'Started']);
});

test('kubectl explain describes the fields', async () => {
  const explained = await waitFor('explain', async () => {
    const result = await up.kubectl(['explain', 'mcps.spec.lifetime.ttlSeconds']);
    return result.code === 0 ? result.stdout : null;
  });
  expect(explained).toContain('Seconds from creation until the session ends');
});

test('S4.GDP.02: a deleted session takes its container with it', async () => {
  const deleted = await up.kubectl(['delete', 'mcps', 'hello', '--timeout=20s']);
  expect(deleted.code).toBe(0);
  expect((await up.containers()).filter(({ session }) => session === 'hello')).toEqual([]);
});

test('an immutable field says so, with what to do', async () => {
  await up.kubectl(['apply', '-f', '-'], manifest('fixed'));
  const changed = await up.kubectl([
    'patch',
    'mcps',
    'fixed',
    '--type=merge',
    '-p',
    '{"spec":{"image":"mcps.local/other:1"}}',
  ]);
  expect(changed.code).toBe(1);
  expect(changed.stderr).toContain(
    'spec.image is immutable; only operatingMode and lifetime can change. Delete the session and create a new one.',
  );
  await up.kubectl(['delete', 'mcps', 'fixed']);
});
