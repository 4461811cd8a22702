import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { buildInit } from '../../../hack/init/build.ts';
import { createEngineClient, type EngineClient } from '../../../src/docker/engine-client.ts';
import { createInitDelivery } from '../../../src/docker/init-delivery.ts';
import { sha256Hex } from '../../../src/lib/sha256.ts';
import { sessionInitVolumeOf } from '../../../src/model/container.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { engineSocket, newClusterId, rawDocker } from '../../support/docker.ts';

const signal = new AbortController().signal;
const docker = rawDocker();
const dir = mkdtempSync(join(tmpdir(), 'mcps-init-delivery-'));
const HOURS_AGO = new Date(Date.now() - 3 * 3_600_000).toISOString();
/** A version of the program that no other test uses: the same one with a few bytes behind its end, which no loader reads. */
let program: { readonly file: string; readonly volume: string; readonly tag: string };

beforeAll(async () => {
  const { path } = await buildInit(() => {});
  program = aProgram('own', Buffer.concat([readFileSync(path), Buffer.from(newClusterId())]));
});

afterAll(async () => {
  await forget(program);
  rmSync(dir, { recursive: true, force: true });
});

function aProgram(name: string, content: Buffer) {
  const file = join(dir, name);
  writeFileSync(file, content);
  const hash = sha256Hex(content);
  return { file, volume: sessionInitVolumeOf(hash), tag: hash.slice(0, 16) };
}

async function forget({ volume, tag }: { readonly volume: string; readonly tag: string }): Promise<void> {
  const ignore = (): void => {}; // was never made
  await docker.getVolume(volume).remove().catch(ignore);
  await docker.getImage(`mcpsession/init:${tag}`).remove().catch(ignore);
}

/** `aged`: volumes that the engine shall seem to have had for hours. */
function aDelivery(programFile: string | null, aged: readonly string[] = []) {
  const calls: string[] = [];
  const real = createEngineClient({
    socketPath: engineSocket(),
    onCall: (method, path) => calls.push(`${method} ${path}`),
  });
  const client: EngineClient = {
    ...real,
    async call(name, request, within) {
      const answer = await real.call(name, request, within);
      if (name !== 'volumeList') return answer;
      const { Volumes } = answer as { Volumes: { Name: string }[] }; // the engine's own form
      return { Volumes: Volumes.map((each) => (aged.includes(each.Name) ? { ...each, CreatedAt: HOURS_AGO } : each)) };
    },
  };
  const home = { cluster: newClusterId(), nodeName: 'node-1' };
  const delivery = createInitDelivery({ client, home, log: silentLog, programFile });
  return { delivery, calls, home };
}

const volumeExists = (name: string): Promise<boolean> =>
  docker
    .getVolume(name)
    .inspect()
    .then(
      () => true,
      () => false,
    );

const containersOf = async (home: { readonly cluster: string; readonly nodeName: string }) =>
  docker.listContainers({
    all: true,
    filters: { label: [`mcpsession.dev/init-delivery=${home.cluster}/${home.nodeName}`] },
  });

test('the program reaches the engine once, and is looked at again every few seconds', async () => {
  await forget(program);
  const { delivery, calls, home } = aDelivery(program.file);
  expect(await delivery.volume(signal)).toBe(program.volume);
  expect(await containersOf(home)).toEqual([]);
  calls.length = 0;
  const later = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 6_000);
  expect(await delivery.volume(signal)).toBe(program.volume);
  later.mockRestore();
  expect(calls).toEqual([`GET /volumes/${program.volume}`]);
});

test('what is in the volume is the program and nothing else, read-only for a container that has nothing of its own', async () => {
  const { delivery } = aDelivery(program.file);
  const volume = await delivery.volume(signal);
  const container = await docker.createContainer({
    Image: `mcpsession/init:${program.tag}`,
    Entrypoint: ['/.mcpsession/init'],
    Cmd: ['version'],
    User: '1001:1001',
    Tty: true,
    HostConfig: {
      ReadonlyRootfs: true,
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      Mounts: [{ Type: 'volume', Source: volume, Target: '/.mcpsession', ReadOnly: true }],
    },
  });
  try {
    await container.start();
    expect((await container.wait()) as unknown).toMatchObject({ StatusCode: 0 });
    expect((await container.logs({ stdout: true })).toString()).toMatch(/^mcpsession-init \S+ protocol 1/);
  } finally {
    await container.remove({ force: true, v: true });
  }
});

test('a volume that the engine made by itself, empty, is replaced', async () => {
  await forget(program);
  await docker.createVolume({ Name: program.volume });
  const { delivery } = aDelivery(program.file);
  await delivery.volume(signal);
  const { Labels } = await docker.getVolume(program.volume).inspect();
  expect(Labels).toEqual({ 'mcpsession.dev/init': program.tag });
});

test('a volume that goes away behind our back is delivered again', async () => {
  const { delivery } = aDelivery(program.file);
  await delivery.volume(signal);
  await docker.getVolume(program.volume).remove();
  vi.spyOn(performance, 'now').mockReturnValueOnce(performance.now() + 6_000);
  await delivery.volume(signal);
  expect(await volumeExists(program.volume)).toBe(true);
});

test('several controllers on one engine deliver at the same time', async () => {
  await forget(program);
  const all = [1, 2, 3].map(() => aDelivery(program.file).delivery);
  const tries = async (delivery: (typeof all)[number]): Promise<string> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await delivery.volume(signal);
      } catch (thrown) {
        if (attempt === 5) throw thrown; // the controller tries again as well
      }
    }
  };
  expect(await Promise.all(all.map(tries))).toEqual([program.volume, program.volume, program.volume]);
});

test('a program that does not run on this engine is refused, and nothing of it stays', async () => {
  const broken = aProgram('broken', Buffer.from(`not a program ${newClusterId()}`));
  const { delivery, home } = aDelivery(broken.file);
  await expect(delivery.volume(signal)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('the session init does not run on this engine'),
  });
  expect(await volumeExists(broken.volume)).toBe(false);
  expect(await containersOf(home)).toEqual([]);
  await forget(broken);
});

test('an installation without the program says what to do', async () => {
  await expect(aDelivery(null).delivery.volume(signal)).rejects.toMatchObject({
    kind: 'unsupported',
    message: expect.stringContaining('make init'),
  });
  await expect(aDelivery(join(dir, 'absent')).delivery.volume(signal)).rejects.toMatchObject({ kind: 'unsupported' });
});

test('an old version is collected when no container uses it, and kept while one does', async () => {
  const old = aProgram('old', Buffer.from(`an old program ${newClusterId()}`));
  const used = aProgram('used', Buffer.from(`a used program ${newClusterId()}`));
  for (const { volume, tag } of [old, used]) {
    await docker.createVolume({ Name: volume, Labels: { 'mcpsession.dev/init': tag } });
  }
  const container = await docker.createContainer({
    Image: `mcpsession/init:${program.tag}`,
    Cmd: ['/x'],
    HostConfig: { Mounts: [{ Type: 'volume', Source: used.volume, Target: '/.mcpsession' }] },
  });
  try {
    const { delivery } = aDelivery(program.file, [old.volume, used.volume]);
    await delivery.volume(signal);
    expect(await volumeExists(old.volume)).toBe(false);
    expect(await volumeExists(used.volume)).toBe(true);
  } finally {
    await container.remove({ force: true, v: true });
    await forget(used);
  }
});
