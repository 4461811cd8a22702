// security.md 3.6: what the engine does with calls that come twice, at once or too late. The controller is built on these facts; an
// engine that behaves otherwise must fail here first.

import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnEngine, startOwnEngine } from '../../support/own-engine.ts';
import { waitFor } from '../../support/wait-for.ts';

let engine: OwnEngine;
let docker: Docker;
beforeAll(async () => {
  engine = await startOwnEngine();
  docker = engine.docker;
});
afterAll(() => engine?.stop());

const IMAGE = 'mcps.local/busybox:1';
const SIX = Array.from({ length: 6 });
let count = 0;

async function aContainer(
  command: readonly string[] = ['sleep', '600'],
  change: object = {},
): Promise<Docker.Container> {
  count += 1;
  return docker.createContainer({
    name: `fact-${count}`,
    Image: IMAGE,
    Cmd: [...command],
    HostConfig: { NetworkMode: 'none', ...change },
  });
}

const statusOf = (call: Promise<unknown>): Promise<number> =>
  call.then(
    () => 200,
    (thrown: { statusCode?: number }) => thrown.statusCode ?? 0,
  );

test('six creates of one name: one is made, five are refused with 409 and the id of the one that is there', async () => {
  const create = () => docker.createContainer({ name: 'one-name', Image: IMAGE, Cmd: ['sleep', '600'] });
  const results = await Promise.allSettled(SIX.map(create));
  const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.id] : []));
  expect(made.length).toBe(1);
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as { statusCode: number }] : [],
  );
  expect(refused.map(({ statusCode }) => statusCode)).toEqual([409, 409, 409, 409, 409]);
  const later = await create().catch((thrown: unknown) => String(thrown));
  expect(later).toContain(made[0]);
});

test('six starts at once: each one is a success', async () => {
  const container = await aContainer();
  const statuses = await Promise.all(SIX.map(() => statusOf(container.start())));
  expect(statuses.every((status) => status === 200 || status === 304)).toBe(true);
  expect((await container.inspect()).State.Running).toBe(true);
});

test('six removals at once: the container goes, and the others hear 409 or 404', async () => {
  const container = await aContainer();
  await container.start();
  const statuses = await Promise.all(SIX.map(() => statusOf(container.remove({ force: true, v: true }))));
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(1);
  expect(statuses.filter((status) => ![200, 404, 409].includes(status))).toEqual([]);
  await waitFor('the container to be gone', async () => (await statusOf(container.inspect())) === 404);
});

test('a create, a start and a removal whose caller hung up are carried out all the same', async () => {
  const hungUp = async (call: (signal: AbortSignal) => Promise<unknown>): Promise<void> => {
    const caller = new AbortController();
    const answer = call(caller.signal).catch(() => {}); // nobody listens any more
    await sleep(5);
    caller.abort();
    await answer;
  };
  await hungUp((abortSignal) =>
    docker.createContainer({
      name: 'left',
      Image: IMAGE,
      Cmd: ['sleep', '600'],
      HostConfig: { NetworkMode: 'none' },
      abortSignal,
    }),
  );
  const container = docker.getContainer('left');
  await waitFor('the container', async () => (await statusOf(container.inspect())) === 200);
  await hungUp((abortSignal) => container.start({ abortSignal }));
  await waitFor('it to run', async () => (await container.inspect()).State.Running);
  await hungUp((abortSignal) => container.remove({ force: true, abortSignal }));
  await waitFor('it to be gone', async () => (await statusOf(container.inspect())) === 404);
});

test('a program that ignores SIGTERM takes the whole grace, and a forced removal takes neither that nor an unpause', async () => {
  const deaf = await aContainer(['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']);
  await deaf.start();
  const startedMs = performance.now();
  await deaf.stop({ t: 2 });
  expect(performance.now() - startedMs).toBeGreaterThan(1_900);
  const paused = await aContainer();
  await paused.start();
  await paused.pause();
  await paused.remove({ force: true });
  expect(await statusOf(paused.inspect())).toBe(404);
});

test('a removal takes anonymous volumes along, and leaves named ones', async () => {
  const named = await aContainer(['true'], { Mounts: [{ Type: 'volume', Source: 'fact-named', Target: '/named' }] });
  const anonymous = await docker.createContainer({
    name: 'fact-anonymous',
    Image: IMAGE,
    Cmd: ['true'],
    Volumes: { '/made': {} },
  });
  const [mount] = (await anonymous.inspect()).Mounts;
  await named.remove({ v: true });
  await anonymous.remove({ v: true });
  const left = (await docker.listVolumes()).Volumes.map(({ Name }) => Name);
  expect(left).toContain('fact-named');
  expect(left).not.toContain(mount?.Name);
});

test('names are case-sensitive, may be long, and are shown with a slash in front', async () => {
  const long = 'n'.repeat(300);
  const made = await docker.createContainer({ name: long, Image: IMAGE, Cmd: ['true'] });
  await docker.createContainer({ name: 'Fact-Case', Image: IMAGE, Cmd: ['true'] });
  expect((await made.inspect()).Name).toBe(`/${long}`);
  expect(await statusOf(docker.getContainer('fact-case').inspect())).toBe(404);
});
