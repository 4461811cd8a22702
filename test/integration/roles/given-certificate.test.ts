// A webhook that serves the certificate of others: what is missing is told and waited out, and a change of authority loses no create.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { issueCertificate } from '../../../src/process/certificates.ts';
import { waitFor } from '../../support/wait-for.ts';
import { must, openRoleRig, type RoleProcess, type RoleRig } from './role-rig.ts';
import { servedBy } from './served-by.ts';

const HOST = 'mcpsession-webhook.mcpsession-system.svc';
const DAY_MS = 24 * 3_600_000;

let rig: RoleRig;
let webhook: RoleProcess;
let directory: string;

beforeAll(async () => {
  rig = await openRoleRig();
  directory = join(rig.dir, 'given');
  await mkdir(directory);
});
afterAll(async () => {
  await webhook.end('SIGTERM');
  await rig[Symbol.asyncDispose]();
});

/** Of a new authority. The API server of the rig calls an address, that of a cluster a name. */
async function put(hosts: readonly string[] = [HOST, '127.0.0.1']): Promise<void> {
  const issued = await issueCertificate({ commonName: 'given', hosts, validForMs: 30 * DAY_MS, nowMs: Date.now() });
  await writeFile(join(directory, 'tls.key'), issued.keyPem);
  await writeFile(join(directory, 'tls.crt'), issued.certPem);
  await writeFile(join(directory, 'ca.crt'), issued.ca.certPem);
}

const session = (name: string, spec = '') =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}}\nspec: {image: "mcps.local/busybox:1"${spec}}\n`;
const create = (name: string) => rig.server.kubectl(['create', '--dry-run=server', '-f', '-'], session(name));
const bundle = async (): Promise<string> => {
  const path = 'jsonpath={.webhooks[0].clientConfig.caBundle}';
  const encoded = await must(rig.server, ['get', 'validatingwebhookconfiguration', 'mcpsession', '-o', path]);
  return Buffer.from(encoded, 'base64').toString('utf8');
};
const authorities = (pem: string): number => pem.split('BEGIN CERTIFICATE').length - 1;

test('without files it is not ready, says which one is missing, and lives', async () => {
  webhook = await rig.start('webhook', { certificate: { directory } });
  await waitFor('the warning', () => Promise.resolve(webhook.lines('warn').some((line) => line.includes('tls.crt'))));
  expect(await webhook.probe('/healthz')).toMatchObject({ status: 200 });
  expect(await webhook.probe('/readyz')).toMatchObject({ status: 503 });
  expect(webhook.lines('warn')[0]).toContain('the Secret has to have tls.crt, tls.key and ca.crt');
});

test('a certificate for another name is told, and the right one is served by itself', async () => {
  await put(['other.svc']);
  await waitFor('the warning', () =>
    Promise.resolve(webhook.lines('warn').some((line) => line.includes(`tls.crt is not for ${HOST}`))),
  );
  await put();
  await webhook.ready();
  expect(authorities(await bundle())).toBe(1);
  const refused = await rig.server.kubectl(['apply', '-f', '-'], session('bad', ', security: {privileged: true}'));
  expect(refused.stderr).toContain('[MCPS-101]');
  expect(await must(rig.server, ['get', 'secrets', '-n', 'mcpsession-system', '-o', 'name'])).toBe('');
});

test('a certificate of a new authority is served without a restart, and no create fails meanwhile', async () => {
  const before = await servedBy(rig.ports.webhook);
  await put();
  const failed: string[] = [];
  let creates = 0;
  const until = Date.now() + 40_000;
  while (authorities(await bundle()) < 2 && Date.now() < until) await tryOne();
  const changedAt = Date.now();
  while (Date.now() - changedAt < 8_000) await tryOne(); // it serves the new one 5 s later
  expect(failed).toEqual([]);
  expect(creates).toBeGreaterThan(20);
  expect(authorities(await bundle())).toBe(2);
  expect(await servedBy(rig.ports.webhook)).not.toBe(before);

  async function tryOne(): Promise<void> {
    const { code, stderr } = await create(`c-${creates}`);
    creates += 1;
    if (code !== 0) failed.push(stderr);
    await sleep(50);
  }
});
