// Policy while everything runs: profiles of namespaces, a file that changes under the programs, and the emergency stop.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectDifferences } from '../../support/oracle/run.ts';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

const IMAGE = 'mcps.local/busybox:1';
let up: RunningUp;
let directory: string;
let policyFile: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcpsession-live-'));
  policyFile = join(directory, 'policy.yaml');
  await writeFile(policyFile, 'limits: {maxPids: 100}\n');
  up = await startUp({ args: ['--policy', policyFile] });
  for (const [name, label] of Object.entries({
    strict: 'mcpsession.dev/profile=production',
    warned: 'mcpsession.dev/warn=production',
    misspelt: 'mcpsession.dev/profile=prod',
  })) {
    expect((await up.kubectl(['create', 'namespace', name])).code).toBe(0);
    expect((await up.kubectl(['label', 'namespace', name, label])).code).toBe(0);
  }
});
afterAll(async () => {
  await up.stop();
  await rm(up.stateDir, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
});

const manifest = (name: string, namespace: string, spec: Record<string, unknown> = {}): string =>
  JSON.stringify({
    apiVersion: 'mcpsession.dev/v1alpha1',
    kind: 'McpSession',
    metadata: { name, namespace },
    spec: { image: IMAGE, ...spec },
  });
const dryRun = (namespace: string, spec: Record<string, unknown> = {}) =>
  up.kubectl(['create', '--dry-run=server', '-f', '-'], manifest('probe', namespace, spec));
const reasonOf = async (name: string): Promise<string> => {
  const path = 'jsonpath={.status.conditions[?(@.type=="Ready")].reason}';
  return (await up.kubectl(['get', 'mcps', name, '-n', 'default', '-o', path])).stdout;
};
const metrics = async (): Promise<string> => (await fetch(up.ready.metricsUrl)).text();

describe('the profile of a namespace', () => {
  test('S1.PRO.PROD: refuses by the label production, and says under which setting', async () => {
    const refused = await dryRun('strict');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('[MCPS-303]');
    expect((await dryRun('default')).code).toBe(0);
  });

  test('warns of what another profile refuses', async () => {
    const warned = await dryRun('warned');
    expect(warned.code).toBe(0);
    expect(warned.stderr).toContain('Warning: [MCPS-303] spec.image: profile "production" refuses this: ');
  });

  test('a label that names no profile lets nothing new in', async () => {
    expect((await dryRun('misspelt')).stderr).toContain('[MCPS-610] label mcpsession.dev/profile names no profile');
  });

  test('follows a label that changes', async () => {
    expect((await up.kubectl(['label', 'namespace', 'strict', 'mcpsession.dev/profile-'])).code).toBe(0);
    await waitFor('the label to be seen', async () => (await dryRun('strict')).code === 0);
  });
});

describe('the policy file while everything runs', () => {
  test('a change is in force within seconds, at admission and for what runs', async () => {
    expect((await up.kubectl(['create', '-f', '-'], manifest('worker', 'default'))).code).toBe(0);
    await waitFor('the session', async () => (await reasonOf('worker')) === 'Running');
    expect((await dryRun('default', { resources: { pids: 90 } })).code).toBe(0);
    await writeFile(policyFile, 'limits: {maxPids: 60}\n');
    await waitFor('the new limit', async () =>
      (await dryRun('default', { resources: { pids: 90 } })).stderr.includes('[MCPS-405]'),
    );
    expect(await reasonOf('worker')).toBe('Running');
    await writeFile(policyFile, 'limits: {maxPids: 40}\n');
    await waitFor('the session to be judged again', async () => (await reasonOf('worker')) === 'PolicyRejected');
    await writeFile(policyFile, 'limits: {maxPids: 100}\n');
    await waitFor('the session to start again', async () => (await reasonOf('worker')) === 'Running');
  });

  test('a bad file keeps the policy, and log, metric and event say so', async () => {
    await writeFile(policyFile, 'limits: {maxPid: 10}\n');
    await waitFor('the metric', async () => (await metrics()).includes('mcpsession_policy_valid 0'));
    expect((await dryRun('default', { resources: { pids: 90 } })).code).toBe(0);
    expect(await readFile(join(up.stateDir, 'mcpsession.log'), 'utf8')).toContain(
      'policy file refused; the policy before it stays in force',
    );
    await waitFor('the event', async () => {
      const { stdout } = await up.kubectl(['describe', 'mcpn']);
      return /PolicyDrift.*limits: "maxPid" is not a setting/.test(stdout);
    });
    await writeFile(policyFile, 'limits: {maxPids: 100}\n');
    await waitFor('the metric', async () => (await metrics()).includes('mcpsession_policy_valid 1'));
  });

  test('S1.IR.01: the emergency stop ends every container, refuses commands and new sessions, and is undone by one line', async () => {
    await waitFor('the session', async () => (await reasonOf('worker')) === 'Running');
    await writeFile(policyFile, 'suspendAll: true\nlimits: {maxPids: 100}\n');
    await waitFor('the stop', async () => (await up.containers()).length === 0);
    await waitFor('the reason', async () => (await reasonOf('worker')) === 'Suspended');
    expect((await dryRun('default')).stderr).toContain('[MCPS-412]');
    const client = await up.mcp('modern');
    const created = await client.callTool('session_create', { image: IMAGE, name: 'late' });
    expect(created.text).toContain('MCPS-412');
    expect((await client.callTool('session_exec', { session: 'worker', command: 'id' })).isError).toBe(true);
    await client.close();
    await writeFile(policyFile, 'limits: {maxPids: 100}\n');
    await waitFor('the session to start again', async () => (await reasonOf('worker')) === 'Running');
  });
});

test('S0.L7.01, S0.L7.10: with YOLO everything is accepted and runs, nobody can overlook it, and one line ends it', async () => {
  const yolo = 'yolo: {enabled: true, acknowledge: every session can take over its node}\n';
  await writeFile(policyFile, yolo);
  await waitFor('the metric', async () => (await metrics()).includes('mcpsession_yolo_mode 1'));
  expect(await readFile(join(up.stateDir, 'mcpsession.log'), 'utf8')).toContain('YOLO: every safety rule is off');
  const dangerous = { security: { pidMode: 'host', ipcMode: 'host' }, user: { uid: 0, gid: 0 } };
  expect((await up.kubectl(['create', '-f', '-'], manifest('yolo', 'default', dangerous))).code).toBe(0);
  const uid = (await up.kubectl(['get', 'mcps', 'yolo', '-o', 'jsonpath={.metadata.uid}'])).stdout;
  expectDifferences({ uid, what: 'any' });
  await waitFor('the session', async () => (await reasonOf('yolo')) === 'Running');
  const condition = 'jsonpath={.status.conditions[?(@.type=="PolicyAccepted")].reason}';
  expect((await up.kubectl(['get', 'mcps', 'yolo', '-o', condition])).stdout).toBe('PolicyBypassed');
  const forged = manifest('forged', 'default').replace(
    '"name":"forged"',
    '"name":"forged","labels":{"mcpsession.dev/uid":"x"}',
  );
  expect((await up.kubectl(['create', '-f', '-'], forged)).stderr).toContain('[MCPS-602]');
  await writeFile(policyFile, '{}\n');
  await waitFor('the session to be refused', async () => (await reasonOf('yolo')) === 'PolicyRejected');
  await waitFor(
    'its container to be gone',
    async () => !(await up.containers()).some(({ session }) => session === 'yolo'),
  );
});
