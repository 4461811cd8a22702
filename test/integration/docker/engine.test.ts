// The engine port on the real Docker Engine.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createDockerEngine } from '../../../src/docker/engine.ts';
import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import type { ContainerSpec, ObservedContainer } from '../../../src/model/container.ts';
import type { EngineEvent } from '../../../src/ports/container-engine.ts';
import {
  aSessionContainer,
  engineSocket,
  listAllOf,
  lockedDown,
  newClusterId,
  rawDocker,
  removeAllOf,
  sessionImage,
  type TestContainer,
} from '../../support/docker.ts';
import { allowDifferences, expectDifferences } from '../../support/oracle/run.ts';
import { aCommand } from './access-rig.ts';

const cluster = newClusterId();
const nodeName = 'node-1';
const calls: string[] = [];
const engine = createDockerEngine({
  socketPath: engineSocket(),
  cluster,
  nodeName,
  onCall: (method, path) => calls.push(`${method} ${path}`),
});
const signal = new AbortController().signal;

const spec = (parts: Pick<TestContainer, 'change' | 'identity'> = {}): Promise<ContainerSpec> =>
  aSessionContainer({ cluster, nodeName, ...parts });

async function created(parts: Pick<TestContainer, 'change' | 'identity'> = {}): Promise<string> {
  return (await engine.create(lockedDown(await spec(parts)), signal)).id;
}

async function seen(idOrName: string): Promise<ObservedContainer> {
  const found = await engine.inspect(idOrName, signal);
  if (found === null || !found.ours) throw new Error(`${idOrName} is not there or not ours`);
  return found.container;
}

beforeAll(async () => void (await sessionImage()));
afterAll(() => removeAllOf(cluster));

describe('a life of a container', () => {
  test('reads back what was asked for, before and after the start', async () => {
    const want = await spec();
    const { id } = await engine.create(lockedDown(want), signal);
    const before = await seen(id);
    expect(before).toMatchObject({ id, state: 'created', startedMs: null, finishedMs: null, exitCode: null });
    expect(before.spec).toEqual(want);

    await engine.start(id, signal);
    const after = await seen(want.containerName);
    expect(after).toMatchObject({ id, state: 'running', finishedMs: null, exitCode: null, engineError: '' });
    expect(after.startedMs).toBeGreaterThanOrEqual(after.createdMs);
    expect(after.spec).toEqual(want);
  });

  test('reads back limits, mounts, a main command and odd environment values', async () => {
    const want = await spec({
      change: {
        entrypoint: ['sh', '-c'],
        command: ['sleep 600', ''],
        workingDir: '/tmp',
        env: [
          { name: 'A', value: 'x=y=z "quoted" ünï\ttab' },
          { name: 'EMPTY', value: '' },
        ],
        user: '2000:3000',
        nanoCpus: 500_000_000,
        memoryBytes: 134_217_728,
        memorySwapBytes: 134_217_728,
        pidsLimit: 20,
        sysctls: { 'net.ipv4.tcp_keepalive_time': '600' },
        mounts: [
          {
            type: 'bind',
            source: '/usr/share/doc',
            target: '/doc',
            readOnly: true,
            propagation: 'rprivate',
            recursive: false,
          },
        ],
        stopSignal: 'SIGINT',
      },
    });
    const { id } = await engine.create(lockedDown(want), signal);
    await engine.start(id, signal);
    expect((await seen(id)).spec).toEqual(want);
  });

  test('every host setting that is sent is echoed, so that no misspelt one is lost', async () => {
    const mounts = [
      {
        type: 'bind',
        source: '/usr/share/doc',
        target: '/doc',
        readOnly: true,
        propagation: 'rprivate',
        recursive: false,
      },
    ];
    const want = await spec({ change: { mounts, sysctls: { 'net.ipv4.tcp_keepalive_time': '600' } } });
    const { id } = await engine.create(lockedDown(want), signal);
    const { HostConfig, Config } = await rawDocker().getContainer(id).inspect();
    const { HostConfig: sentHost, ...sentConfig } = toCreateRequest(lockedDown(want)).body;
    expect(Object.keys(HostConfig)).toEqual(expect.arrayContaining(sentKeys(sentHost)));
    expect(Object.keys(Config)).toEqual(expect.arrayContaining(sentKeys(sentConfig)));
  });

  test('starting twice, stopping twice and removing twice succeed', async () => {
    const id = await created();
    await engine.start(id, signal);
    await engine.start(id, signal);
    await engine.stop(id, 1, signal);
    await engine.stop(id, 1, signal);
    expect(await seen(id)).toMatchObject({ state: 'exited', exitCode: expect.any(Number) as number });
    await engine.remove(id, signal);
    await engine.remove(id, signal);
    await engine.stop(id, 1, signal);
    expect(await engine.inspect(id, signal)).toBeNull();
  });

  test('removes a container that runs and ignores SIGTERM, at once', async () => {
    const id = await created({
      change: { entrypoint: ['sh', '-c'], command: ["trap '' TERM; while :; do sleep 1; done"] },
    });
    await engine.start(id, signal);
    await engine.remove(id, signal);
    expect(await engine.inspect(id, signal)).toBeNull();
  });

  test('a main command that ends leaves its exit code', async () => {
    const id = await created({ change: { entrypoint: ['sh', '-c'], command: ['exit 7'] } });
    await engine.start(id, signal);
    await expect
      .poll(() => seen(id).then(({ state, exitCode }) => ({ state, exitCode })), { timeout: 10_000 })
      .toEqual({
        state: 'exited',
        exitCode: 7,
      });
  });

  test('a main command that does not exist is the fault of the spec', async () => {
    const id = await created({ change: { entrypoint: ['/no-such-program'], command: [], init: false } });
    await expect(engine.start(id, signal)).rejects.toMatchObject({ kind: 'invalid' });
    expect((await seen(id)).engineError).toContain('no-such-program');
  });

  test('the init program that the engine names really starts', async () => {
    const { initProgram } = await engine.facts(signal);
    expect(initProgram).toBe(true);
    const id = await created({ change: { init: true } });
    await engine.start(id, signal);
    expect(await seen(id)).toMatchObject({ state: 'running', spec: { init: true } });
  });
});

describe('one name, one container', () => {
  test('a second create of one name is told apart from other conflicts, and the first can be adopted by name', async () => {
    const want = await spec();
    const { id } = await engine.create(lockedDown(want), signal);
    await expect(engine.create(lockedDown(want), signal)).rejects.toMatchObject({ kind: 'already-exists' });
    expect((await seen(want.containerName)).id).toBe(id);
  });

  test('of six creates of one name at once exactly one succeeds', async () => {
    const want = lockedDown(await spec());
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => engine.create(want, signal)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ kind: 'already-exists' });
    }
  });

  test('six removals at once leave nothing, and the late ones are gone or busy', async () => {
    const id = await created();
    await engine.start(id, signal);
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => engine.remove(id, signal)));
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ kind: 'conflict' });
    await expect.poll(() => engine.inspect(id, signal), { timeout: 10_000 }).toBeNull();
  });
});

describe('what is not ours', () => {
  test('a container without our labels is neither listed nor touched, whatever its name', async () => {
    const want = await spec();
    const { imageId } = await sessionImage();
    const stranger = await rawDocker().createContainer({
      name: want.containerName,
      Image: imageId,
      Cmd: ['sleep', '600'],
    });
    try {
      await expect(engine.create(lockedDown(want), signal)).rejects.toMatchObject({ kind: 'already-exists' });
      expect(await engine.inspect(want.containerName, signal)).toEqual({ ours: false, id: stranger.id });
      expect((await engine.list(signal)).map(({ id }) => id)).not.toContain(stranger.id);
      await expect(engine.remove(stranger.id, signal)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(engine.stop(stranger.id, 1, signal)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(engine.start(stranger.id, signal)).rejects.toMatchObject({ kind: 'forbidden' });
      expect((await stranger.inspect()).State.Status).toBe('created');
    } finally {
      await stranger.remove({ force: true });
    }
  });

  test('a container of another node of the cluster is not ours', async () => {
    const other = createDockerEngine({ socketPath: engineSocket(), cluster, nodeName: 'node-2' });
    const want = await aSessionContainer({ cluster, nodeName: 'node-2' });
    const { id } = await other.create(lockedDown(want), signal);
    expect((await engine.list(signal)).map((container) => container.id)).not.toContain(id);
    expect(await engine.inspect(id, signal)).toEqual({ ours: false, id });
    await expect(engine.remove(id, signal)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('a new process may remove what it has listed', async () => {
    const id = await created();
    const restarted = createDockerEngine({ socketPath: engineSocket(), cluster, nodeName });
    await expect(restarted.remove(id, signal)).rejects.toMatchObject({ kind: 'forbidden' });
    expect((await restarted.list(signal)).map((container) => container.id)).toContain(id);
    await restarted.remove(id, signal);
  });
});

describe('judging the effect', () => {
  test('names a network that a stranger connected behind our back', async () => {
    const want = await spec();
    allowDifferences({ uid: want.identity.uid, what: ['Networks'] });
    const { id } = await engine.create(lockedDown(want), signal);
    const docker = rawDocker();
    await docker.getNetwork('none').disconnect({ Container: id });
    await docker.getNetwork('bridge').connect({ Container: id });
    expect((await seen(id)).spec).toMatchObject({ networkMode: 'none', unmodelled: ['Networks[bridge]'] });
  });

  test('names what a stranger smuggled in beside our labels', async () => {
    const want = lockedDown(await spec());
    expectDifferences({
      uid: want.identity.uid,
      what: [
        'Config.Hostname',
        'Config.Volumes',
        'HostConfig.Binds',
        'HostConfig.CapAdd',
        'HostConfig.CpusetCpus',
        'HostConfig.DeviceCgroupRules',
        'Mounts[/data]',
        'Mounts[/doc]',
        'SecurityOpt.no-new-privileges',
        'SecurityOpt.seccomp',
      ],
    });
    const { name, body } = toCreateRequest(want);
    const host = body['HostConfig'] as object; // built a line above
    const { id } = await rawDocker().createContainer({
      ...body,
      name,
      Volumes: { '/data': {} },
      Hostname: 'postgres',
      HostConfig: {
        ...host,
        Binds: ['/usr/share/doc:/doc'],
        CpusetCpus: '0',
        DeviceCgroupRules: ['c 1:3 r'],
        SecurityOpt: ['no-new-privileges', 'seccomp:unconfined', 'no-new-privileges=false'],
        CapAdd: ['cap_sys_admin'],
      },
    });
    expect((await seen(id)).spec).toEqual({
      ...want,
      capabilitiesAdded: ['SYS_ADMIN'],
      noNewPrivileges: false,
      seccomp: 'Unconfined',
      unmodelled: [
        'Config.Hostname',
        'Config.Volumes',
        'HostConfig.Binds',
        'HostConfig.CpusetCpus',
        'HostConfig.DeviceCgroupRules',
        'Mounts[/data]',
        'Mounts[/doc]',
      ],
    });
  });
});

describe('what the engine tells', () => {
  test('lists our containers in any state with their session', async () => {
    const want = await spec({ identity: { namespace: 'team-b', name: 'listed' } });
    const { id } = await engine.create(lockedDown(want), signal);
    const found = (await engine.list(signal)).find((container) => container.id === id);
    const createdMs = expect.any(Number) as number;
    const identity = { uid: want.identity.uid, namespace: 'team-b', name: 'listed' };
    expect(found).toEqual({ id, ...identity, createdMs, state: 'created' });
  });

  test('delivers the events of our containers and nothing of commands in them', async () => {
    const events: EngineEvent[] = [];
    const stop = new AbortController();
    const watching = engine.watchEvents((event) => events.push(event), stop.signal);
    const id = await created({ identity: { namespace: 'team-a', name: 'watched' } });
    await engine.start(id, signal);
    const command = await engine.access.start(id, aCommand(['true']), signal);
    await command.follow({ stdout: 0, stderr: 0 }, () => {}, signal);
    await engine.remove(id, signal);
    const ofThis = () => events.filter(({ containerId }) => containerId === id).map(({ action }) => action);
    await expect.poll(ofThis, { timeout: 10_000 }).toContain('destroy');
    stop.abort();
    await watching;
    expect(ofThis()).toEqual(['create', 'start', 'kill', 'die', 'destroy']);
    expect(events.find(({ containerId }) => containerId === id)).toMatchObject({
      namespace: 'team-a',
      name: 'watched',
    });
  });

  test('describes itself', async () => {
    const facts = await engine.facts(signal);
    expect(facts).toMatchObject({ nodeName, cluster, seccomp: true, rootless: false, userNamespaces: false });
    expect(facts.runtimes).toContain('runc');
    expect(facts.cpus).toBeGreaterThan(0);
    expect(facts.memoryBytes).toBeGreaterThan(0);
    expect(facts.apiVersion).toMatch(/^1\.\d+$/);
  });

  test('knows a local image, and null for one that is not there', async () => {
    const { reference, imageId } = await sessionImage();
    const facts = { id: imageId, repoDigests: [], env: [], volumes: [], labels: ['local.mcps.recipe'], workingDir: '' };
    expect(await engine.inspectImage(reference, signal)).toEqual(facts);
    expect(await engine.inspectImage(imageId, signal)).toEqual(facts);
    expect(await engine.inspectImage('mcps.local/absent:1', signal)).toBeNull();
    expect(await engine.inspectImage(`mcps.local/absent@sha256:${'ab'.repeat(32)}`, signal)).toBeNull();
  });

  test('a pull from a registry that refuses or is away fails soon and in its own words', async () => {
    // 127.0.0.1:9 (discard) listens nowhere, so this needs no network.
    const startedMs = performance.now();
    await expect(engine.pullImage('127.0.0.1:9/nope:1', signal)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/^image 127\.0\.0\.1:9\/nope:1 cannot be pulled: .*connection refused/) as string,
    });
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });
});

test('a cold session costs three engine calls', async () => {
  const want = lockedDown(await spec());
  calls.length = 0;
  const { id } = await engine.create(want, signal);
  await engine.start(id, signal);
  await engine.inspect(id, signal);
  expect(calls).toEqual(['POST /containers/create', `POST /containers/${id}/start`, `GET /containers/${id}/json`]);
});

test('leaves nothing behind', async () => {
  await removeAllOf(cluster);
  expect(await listAllOf(cluster)).toEqual([]);
});

/** Without empty lists and maps, which the engine may leave out. */
function sentKeys(sent: unknown): string[] {
  const entries = Object.entries(sent as object); // the two parts of a create body
  return entries
    .filter(([, value]) => typeof value !== 'object' || Object.keys(value as object).length > 0)
    .map(([key]) => key);
}
