// F30: node reboot. Engine and controller end at once and come back; the engine's data is kept, the controller's memory is not.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnEngine, startOwnEngine } from '../../support/own-engine.ts';
import { startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

let engine: OwnEngine;
beforeAll(async () => {
  engine = await startOwnEngine();
});
afterAll(() => engine?.stop());

const manifest = (name: string, policy: string) =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}}\nspec: {image: "mcps.local/busybox:1", failurePolicy: ${policy}}\n---\n`;

test('after a reboot every session is made anew or told as ended, and no container is left over', async () => {
  const first = await startUp({ dockerSocket: engine.socketPath });
  await first.kubectl(
    ['apply', '-f', '-'],
    manifest('again', 'Recreate') + manifest('once', 'Retain') + manifest('gone', 'Retain'),
  );
  await first.kubectl(['wait', '--for=condition=Ready', 'mcps', '--all', '--timeout=60s']);
  await first.killHard();
  await engine.kill();
  await engine.start();
  const second = await startUp({ stateDir: first.stateDir, dockerSocket: engine.socketPath });
  const reason = async (name: string) =>
    (await second.kubectl(['get', 'mcps', name, '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].reason}']))
      .stdout;
  await waitFor('the new container', async () => (await reason('again')) === 'Running', 60_000);
  await waitFor('the end of the other', async () => ['Exited', 'ContainerLost'].includes(await reason('once')), 30_000);
  expect((await second.kubectl(['delete', 'mcps', '--all', '--timeout=40s'])).code).toBe(0);
  const left = await engine.docker.listContainers({ all: true });
  expect(left.map(({ Names }) => Names)).toEqual([]);
  await second.stop();
  await rm(first.stateDir, { recursive: true, force: true });
}, 180_000);
