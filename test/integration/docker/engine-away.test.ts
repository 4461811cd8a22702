// The adapter against engines that are away, stuck, too old, broken or not engines at all.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, test, vi } from 'vitest';

import { createDockerEngine, type DockerEngine, type DockerEngineOptions } from '../../../src/docker/engine.ts';
import { labelsOf } from '../../../src/docker/identity-labels.ts';
import type { EngineEvent } from '../../../src/ports/container-engine.ts';
import { aContainer } from '../../support/container-builder.ts';
import { lockedDown } from '../../support/docker.ts';
import { aCommand } from './access-rig.ts';
import { type Answer, type FakeEngine, json, startFakeEngine, VERSION_ANSWER } from './fake-engine.ts';

const never = new AbortController().signal;
const id = 'ab'.repeat(32);
const silence: Answer = () => {};
let fake: FakeEngine | null = null;

afterEach(async () => {
  vi.unstubAllEnvs();
  await fake?.close();
  fake = null;
});

const connect = (socketPath: string, change: Partial<DockerEngineOptions> = {}): DockerEngine =>
  createDockerEngine({ socketPath, cluster: 'cluster-1', nodeName: 'node-1', ...change });

async function engineThat(answers: Readonly<Record<string, Answer>>, change: Partial<DockerEngineOptions> = {}) {
  fake = await startFakeEngine(answers);
  return connect(fake.socketPath, change);
}

describe('an engine that is away', () => {
  test('no socket: says what to do', async () => {
    await expect(connect('/nonexistent/docker.sock').ping(never)).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'no Docker Engine answers on /nonexistent/docker.sock; start it, or configure the path of its socket',
    });
  });

  test('a file that is no socket', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'mcps-no-socket-'));
    try {
      await writeFile(join(dir, 'file'), '');
      await expect(connect(join(dir, 'file')).ping(never)).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringMatching(/^no Docker Engine answers on /) as string,
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  test('something else listens', async () => {
    const page: Answer = (_request, response) => void response.end('<html>hello</html>');
    const engine = await engineThat({ '/version': page });
    await expect(engine.ping(never)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/^what answers on .* is not a Docker Engine$/) as string,
    });
  });

  test('is asked again, version included, when it comes back', async () => {
    let ApiVersion = '1.41';
    let alive = true;
    const info: Answer = (request, response) => {
      if (alive) json([])(request, response);
      else request.socket.destroy();
    };
    const version: Answer = (request, response) => json({ ...VERSION_ANSWER, ApiVersion })(request, response);
    const engine = await engineThat({ '/containers/json': info, '/version': version });
    await engine.list(never);
    alive = false;
    await expect(engine.list(never)).rejects.toMatchObject({ kind: 'unavailable' });
    alive = true;
    ApiVersion = '1.45';
    await engine.list(never);
    expect(fake?.requests).toEqual([
      'GET /version',
      'GET /v1.41/containers/json',
      'GET /v1.41/containers/json',
      'GET /version',
      'GET /v1.45/containers/json',
    ]);
  });
});

describe('the API version', () => {
  test('is asked once, however many calls wait for it', async () => {
    const engine = await engineThat({ '/containers/json': json([]) });
    await Promise.all(Array.from({ length: 5 }, () => engine.list(never)));
    expect(fake?.requests.filter((request) => request === 'GET /version')).toHaveLength(1);
  });

  test('is the one that is asked for, in every call', async () => {
    const version = json({ ...VERSION_ANSWER, ApiVersion: '1.45' });
    const engine = await engineThat({ '/version': version, '/containers/json': json([]) }, { apiVersion: '1.43' });
    await engine.list(never);
    expect(fake?.requests).toEqual(['GET /version', 'GET /v1.43/containers/json']);
  });

  test('too old an engine is refused with the reason, and asked nothing else', async () => {
    const engine = await engineThat({
      '/version': json({ Version: '19.03', ApiVersion: '1.40', MinAPIVersion: '1.12' }),
    });
    await expect(engine.list(never)).rejects.toMatchObject({
      kind: 'invalid',
      message:
        'Docker Engine 19.03 speaks API up to 1.40; 1.41 or newer is needed: upgrade the engine to 20.10 or newer',
    });
    expect(fake?.requests).toEqual(['GET /version']);
  });

  test('a caller who leaves while it is asked does not take it from the others', async () => {
    const slow: Answer = (request, response) => void setTimeout(() => json(VERSION_ANSWER)(request, response), 100);
    const engine = await engineThat({ '/version': slow, '/containers/json': json([]) });
    const left = engine.list(AbortSignal.timeout(20));
    const stayed = engine.list(never);
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    expect(await stayed).toEqual([]);
  });
});

describe('an engine that does not answer', () => {
  const stalled: Answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{');
  };

  test.each([
    { name: 'says nothing', answer: silence },
    { name: 'stops in the middle', answer: stalled },
  ])('$name: a timeout, soon', async ({ answer }) => {
    const engine = await engineThat({ '/info': answer }, { deadlines: { info: 100 } });
    await expect(engine.facts(never)).rejects.toMatchObject({
      kind: 'timeout',
      message: 'Docker could not describe itself within 100 ms',
    });
  });

  test('a change that timed out may have happened, and the message says so', async () => {
    const engine = await engineThat({ '/create': silence }, { deadlines: { containerCreate: 100 } });
    await expect(engine.create(lockedDown(aContainer()), never)).rejects.toMatchObject({
      kind: 'timeout',
      message:
        'Docker could not create a container within 100 ms; the effect may have happened: look before trying again',
    });
  });

  test('a stop waits for the grace on top of its own time', async () => {
    const answers = { '/create': json({ Id: id }, 201), '/stop': silence };
    const engine = await engineThat(answers, { deadlines: { containerStop: 50 } });
    await engine.create(lockedDown(aContainer()), never);
    await expect(engine.stop(id, 1, never)).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('within 1050 ms') as string,
    });
  });

  test('a caller who leaves is let go at once', async () => {
    const engine = await engineThat({ '/info': silence });
    await expect(engine.facts(AbortSignal.timeout(50))).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(engine.facts(AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

test('the environment of the process does not choose the engine', async () => {
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
  const engine = await engineThat({ '/_ping': json('OK') });
  await engine.ping(never);
  expect(fake?.requests).toEqual(['GET /version', 'GET /v1.41/_ping']);
});

describe('a pull', () => {
  const lines =
    (...given: readonly unknown[]): Answer =>
    (_request, response) => {
      response.writeHead(200);
      for (const line of given) response.write(`${JSON.stringify(line)}\r\n`);
      response.end();
    };

  test('is read to its end', async () => {
    const engine = await engineThat({ '/images/create': lines({ status: 'Pulling' }, { status: 'Done' }) });
    await engine.pullImage('docker.io/library/python:3.13', never);
  });

  test('fails with the words of the registry that come after a 200', async () => {
    const error = 'manifest for python:9 not found: manifest unknown';
    const engine = await engineThat({ '/images/create': lines({ status: 'Pulling' }, { errorDetail: {}, error }) });
    await expect(engine.pullImage('python:9', never)).rejects.toMatchObject({
      kind: 'invalid',
      message: `image python:9 cannot be pulled: ${error}`,
    });
  });

  test('fails with the words of the registry that come as a status', async () => {
    const message = 'pull access denied for x, repository does not exist';
    const engine = await engineThat({ '/images/create': json({ message }, 404) });
    await expect(engine.pullImage('x:1', never)).rejects.toMatchObject({
      kind: 'invalid',
      message: `image x:1 cannot be pulled: ${message}`,
    });
  });

  test('is told apart from an engine that dies in the middle', async () => {
    const dying: Answer = (request, response) => {
      response.writeHead(200);
      response.write('{"status":"Pulling"}\n');
      setTimeout(() => request.socket.destroy(), 50);
    };
    const engine = await engineThat({ '/images/create': dying });
    await expect(engine.pullImage('x:1', never)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('ends when its caller leaves', async () => {
    const hanging: Answer = (_request, response) => void response.writeHead(200).write('{"status":"Pulling"}\n');
    const engine = await engineThat({ '/images/create': hanging });
    await expect(engine.pullImage('x:1', AbortSignal.timeout(100))).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

describe('events', () => {
  const Attributes = labelsOf(aContainer().identity);
  const died = `${JSON.stringify({ Type: 'container', Action: 'die', Actor: { ID: id, Attributes } })}\n`;

  test('end without a fault when the engine ends them, so that the caller connects again', async () => {
    const seen: EngineEvent[] = [];
    const engine = await engineThat({ '/events': (_request, response) => void response.end(died) });
    await engine.watchEvents((event) => seen.push(event), never);
    expect(seen).toEqual([{ containerId: id, namespace: 'team-a', name: 'hello', action: 'die' }]);
  });

  test('end without a fault when the connection breaks', async () => {
    const breaking: Answer = (request, response) => {
      response.write(died);
      setTimeout(() => request.socket.destroy(), 20);
    };
    const engine = await engineThat({ '/events': breaking });
    await engine.watchEvents(() => {}, never);
  });

  test('end when the caller leaves, before and after the first one', async () => {
    const engine = await engineThat({ '/events': silence });
    await engine.watchEvents(() => {}, AbortSignal.timeout(50));
    await fake?.close();
    const later = await engineThat({ '/events': (_request, response) => void response.write(died) });
    const stop = new AbortController();
    await later.watchEvents(() => stop.abort(), stop.signal);
  });

  test('carry the filter of our labels to the engine', async () => {
    let filters = '';
    const answer: Answer = (request, response) => {
      filters = new URL(request.url ?? '', 'http://engine').searchParams.get('filters') ?? '';
      response.end();
    };
    const engine = await engineThat({ '/events': answer });
    await engine.watchEvents(() => {}, never);
    expect(JSON.parse(filters)).toMatchObject({
      type: ['container'],
      label: ['mcpsession.dev/cluster=cluster-1', 'mcpsession.dev/node=node-1'],
    });
  });
});

test('a command on an engine that stops answering rejects instead of waiting for ever', async () => {
  const answers = {
    '/containers/create': json({ Id: id }, 201),
    '/exec': json({ Id: id }, 201),
    '/start': silence,
    '/json': silence,
  };
  const deadlines = { execStart: 100, execInspect: 100, execCreate: 100, containerKill: 100, containerInspect: 100 };
  const engine = await engineThat(answers, { deadlines });
  await engine.create(lockedDown(aContainer()), never);
  const starting = engine.access.start(id, aCommand(['true'], { timeoutMs: 5_000 }), never);
  await expect(starting).rejects.toMatchObject({ kind: 'timeout' });
});
