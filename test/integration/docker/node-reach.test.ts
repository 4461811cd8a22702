// What an isolated session reaches of its node: of an engine of the test's own, whose node has a service on every address and its name
// server on loopback. Each has a control that reaches it, so that a silent probe cannot pass for isolation.

import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { waitFor } from '../../support/wait-for.ts';
import { createAttachmentRig, type Life } from './attachment-rig.ts';
import { type PrivateEngine, startPrivateEngine } from './private-engine.ts';

const NAME_SERVER = '127.0.0.53';
const SERVICE_PORT = '8099';
let host: PrivateEngine;
let rig: Awaited<ReturnType<typeof createAttachmentRig>>;
let asked: () => Promise<string>;
const ends: (() => void)[] = [];

beforeAll(async () => {
  host = await startPrivateEngine({ nameServer: NAME_SERVER });
  rig = await createAttachmentRig(host.socketPath);
  const file = join(host.directory, 'asked');
  await writeFile(file, '');
  asked = () => readFile(file, 'latin1');
  await onNode(
    `const socket = require('node:dgram').createSocket('udp4');
     socket.on('message', (question) => require('node:fs').appendFileSync(${JSON.stringify(file)}, question.toString('latin1')));
     socket.bind(53, '${NAME_SERVER}');
     require('node:net').createServer((client) => client.end('SERVICE OF THE NODE')).listen(${SERVICE_PORT}, '0.0.0.0');`,
    ['-l', '-u', '-t', '-n'],
  );
}, 120_000);
afterAll(async () => {
  for (const end of ends) end();
  await rig.close();
  for (const { Id } of await rig.docker.listContainers({ all: true })) {
    await rig.docker.getContainer(Id).remove({ force: true, v: true });
  }
  await host.stop();
}, 60_000);

/** A program in the network namespace of the engine, which is the node's as far as its containers see. */
async function onNode(program: string, listing: readonly string[]): Promise<void> {
  const inside = ['-t', String(host.pid), '-n'];
  const child = spawn('nsenter', [...inside, process.execPath, '-e', program], { stdio: 'ignore' });
  ends.push(() => void child.kill('SIGKILL'));
  await waitFor('the services of the node', async () => {
    const { stdout } = await promisify(execFile)('nsenter', [...inside, 'ss', ...listing]);
    return stdout.includes(NAME_SERVER) && stdout.includes(SERVICE_PORT);
  });
}

async function isolatedSession(): Promise<Life> {
  const life = await rig.live({ change: { network: { mode: 'isolated' } } });
  expect(await life.settle()).toMatchObject({ reason: 'Running' });
  return life;
}

/** A container that ends by itself, on a network of the engine; what it printed. */
async function control(network: string, ...Cmd: readonly string[]): Promise<string> {
  const [image] = await rig.docker.listImages({ filters: { reference: ['mcps.local/busybox'] } });
  const container = await rig.docker.createContainer({
    Image: image?.Id ?? '',
    Cmd: [...Cmd],
    HostConfig: { NetworkMode: network },
  });
  await container.start();
  await container.wait();
  const text = (await container.logs({ stdout: true, stderr: true })).toString('latin1');
  await container.remove();
  return text;
}

test('no service of the node answers, on any of its addresses; on an ordinary internal network it does', async () => {
  const ordinary = await rig.docker.createNetwork({ Name: 'ordinary', Internal: true });
  const { IPAM } = (await ordinary.inspect()) as { IPAM: { Config: { Gateway: string }[] } }; // typed as any
  const gateway = IPAM.Config[0]?.Gateway ?? '';
  expect(await control('ordinary', 'nc', '-w', '3', gateway, SERVICE_PORT)).toContain('SERVICE OF THE NODE');

  const life = await isolatedSession();
  const { NetworkSettings } = await rig.docker.getContainer(life.containerId()).inspect();
  const own = NetworkSettings.Networks[`mcps-${life.uid}`]?.Gateway ?? '';
  expect(own).toMatch(/^198\.1[89]\./);
  for (const address of [own, gateway, '172.17.0.1']) {
    const reached = await life.run('nc', '-w', '3', address, SERVICE_PORT);
    expect({ address, ...reached }).toMatchObject({ exitCode: 1, text: expect.not.stringContaining('NODE') as string });
  }
}, 60_000);

test('its questions for names do not leave; those of a container without our setting do, from the same network (CVE-2024-29018)', async () => {
  const life = await isolatedSession();
  await life.run('timeout', '3', 'nslookup', 'secret.of.session.example', '127.0.0.11');
  await rig.docker.getContainer(life.containerId()).stop({ t: 0 });
  await control(`mcps-${life.uid}`, 'timeout', '3', 'nslookup', 'secret.of.control.example', '127.0.0.11');
  await waitFor('the question of the control', async () => (await asked()).includes('control'));
  expect(await asked()).not.toContain('session');
}, 60_000);
