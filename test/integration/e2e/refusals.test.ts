// What kubectl prints when a spec is refused, word for word, and that admission fails closed without blocking deletion.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

let up: RunningUp;

beforeAll(async () => {
  up = await startUp();
});
afterAll(async () => {
  await up.stop();
  await rm(up.stateDir, { recursive: true, force: true });
});

const manifest = (name: string, spec: string, metadata = '') =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}${metadata}}\nspec: {image: "mcps.local/busybox:1"${spec}}\n`;

const refused = [
  {
    name: 'a privileged container',
    spec: ', security: {privileged: true}',
    stderr:
      'The McpSession "bad" is invalid: spec.security.privileged: Forbidden: [MCPS-101] a privileged container is root on the node; policy privileged.allow (SAFETY_ALLOW_PRIVILEGED_CONTAINERS) is false; fix: delete spec.security.privileged (mcpsession.dev/r/101)\n',
  },
  {
    name: 'the engine socket',
    spec: ', mounts: [{hostPath: /var/run/docker.sock, target: /d}]',
    stderr:
      'The McpSession "bad" is invalid: spec.mounts[0].hostPath: Forbidden: [MCPS-201] /var/run/docker.sock gives root on the node; fix: delete this mount, use spec.workspace (mcpsession.dev/r/201)\n',
  },
] as const;

test.each(refused)('kubectl prints why $name is refused', async ({ spec, stderr }) => {
  const applied = await up.kubectl(['apply', '-f', '-'], manifest('bad', spec));
  expect(applied.code).toBe(1);
  expect(withoutWarnings(applied.stderr)).toBe(stderr);
  expect((await up.kubectl(['get', 'mcps', 'bad'])).stderr).toContain('not found');
});

test('S1.DRY.01: all violations come at once, one line each, and a dry run says the same', async () => {
  const spec =
    ', user: {uid: 0}, security: {privileged: true, networkMode: host, capabilities: {add: [SYS_ADMIN]}}, lifetime: {ttlSeconds: 100000}';
  const applied = await up.kubectl(['apply', '-f', '-'], manifest('bad', spec));
  const dryRun = await up.kubectl(['apply', '--dry-run=server', '-f', '-'], manifest('bad', spec));
  const ids = [...applied.stderr.matchAll(/\[(MCPS-\d+)\]/g)].map(([, id]) => id).filter((id) => id !== 'MCPS-310');
  expect(ids).toEqual(['MCPS-401', 'MCPS-102', 'MCPS-204', 'MCPS-101', 'MCPS-103']);
  expect(withoutWarnings(dryRun.stderr)).toBe(withoutWarnings(applied.stderr));
});

test('nobody can name somebody else as the owner', async () => {
  const applied = await up.kubectl(
    ['apply', '-f', '-'],
    manifest('bad', '', ', annotations: {mcpsession.dev/owner: alice}'),
  );
  expect(applied.code).toBe(1);
  expect(applied.stderr).toContain('[MCPS-601]');
});

test('an owner cannot be added later', async () => {
  await up.kubectl(['apply', '-f', '-'], manifest('mine', ''));
  const annotated = await up.kubectl(['annotate', 'mcps', 'mine', 'mcpsession.dev/owner=alice']);
  expect(annotated.stderr).toContain('[MCPS-601]');
  expect((await up.kubectl(['annotate', 'mcps', 'mine', 'mcpsession.dev/owner='])).stderr).toContain('[MCPS-601]');
  expect((await up.kubectl(['label', 'mcps', 'mine', 'team=a'])).code).toBe(0);
});

test('a mutable tag is a warning, not a refusal', async () => {
  const applied = await up.kubectl(['apply', '-f', '-'], manifest('tagged', ''));
  expect(applied).toMatchObject({
    code: 0,
    stderr:
      'Warning: [MCPS-310] spec.image: tag "1" can be moved to another image; fix: append @sha256:<64 hex digits>\n',
  });
});

test('an agent gets the same refusal, with the fix', async () => {
  const client = await up.mcp('modern');
  try {
    const result = await client.callTool('policy_check', {
      spec: { image: 'mcps.local/busybox:1', security: { privileged: true } },
    });
    expect(result.structured).toMatchObject({
      allowed: false,
      violations: [{ rule: 'MCPS-101', path: 'spec.security.privileged' }],
    });
    const created = await client.callTool('session_create', { image: 'Not A Reference', name: 'bad' });
    expect(created.isError).toBe(true);
    expect(created.text).toContain('[POLICY_DENIED]');
    expect(created.text).toContain('MCPS-301');
  } finally {
    await client.close();
  }
});

test('without the webhook nothing is created, and what exists can be deleted', async () => {
  await up.kubectl(['apply', '-f', '-'], manifest('survivor', ''));
  await up.kubectl(['wait', '--for=condition=Ready', 'mcps/survivor', '--timeout=30s']);
  const dead = '[{"op":"replace","path":"/webhooks/0/clientConfig/url","value":"https://127.0.0.1:1/validate"}]';
  await up.kubectl(['patch', 'validatingwebhookconfiguration', 'mcpsession', '--type=json', '-p', dead]);

  const applied = await waitFor('creates to fail', async () => {
    const result = await up.kubectl(['apply', '-f', '-'], manifest('late', ''));
    return result.code === 0 ? null : result;
  });
  expect(applied.stderr).toContain('failed calling webhook "validate.mcpsession.dev"');
  const deleted = await up.kubectl(['delete', 'mcps', 'survivor', '--timeout=20s']);
  expect(deleted).toMatchObject({ code: 0, stderr: '' });
  expect((await up.containers()).filter(({ session }) => session === 'survivor')).toEqual([]);
});

const withoutWarnings = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('Warning: '))
    .join('\n');
