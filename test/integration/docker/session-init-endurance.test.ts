// What hostile, greedy and tireless sessions do to their init, on the real engine under its default seccomp profile.

import { readdir, readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Command } from '../../../src/ports/container-access.ts';
import { rawDocker, sessionImage } from '../../support/docker.ts';
import { type AccessRig, aCommand, createAccessRig, followAll, never } from './access-rig.ts';

let rig: AccessRig;

beforeAll(async () => {
  await sessionImage();
  rig = await createAccessRig('session-init');
});
afterAll(() => rig.close());

const start = (containerId: string, argv: readonly string[], change = {}): Promise<Command> =>
  rig.engine.access.start(containerId, aCommand(argv, change), never);

/** Each tries to outlive the kill in another way; all of them go on for ever. */
const HOSTILE_TREES: Readonly<Record<string, string>> = {
  'leaves its session, twice': 'setsid sh -c "setsid sleep 1000 & sleep 1000" & (sleep 1000 &) & wait',
  'clears its environment and closes its output': 'env -i setsid sh -c "exec >&- 2>&-; sleep 1000" & exec sleep 1000',
  'ignores every signal it can': 'trap "" TERM INT HUP QUIT USR1 USR2; while :; do sleep 1; done',
  'stops its reaper': 'kill -STOP $PPID; sleep 1000 & sleep 1000',
  'kills its reaper': 'setsid sleep 1000 & sleep 1; kill -KILL $PPID; sleep 1000',
  'forks and ends without end': 'f() { (setsid sh -c "sleep 0.01" &); (sleep 0.02; f) & }; f; sleep 1000',
  'starts itself anew':
    'cat > /workspace/again <<"E"\n(sleep 0.05; exec sh /workspace/again) &\nE\nsh /workspace/again; sleep 1000',
  'fills the process limit': 'while :; do sleep 1000 & done 2>/dev/null; sleep 1000',
  'doubles itself': 'b() { b | b & }; b; sleep 1000',
  'leaves the command behind': 'setsid sleep 1000 & exit 0',
};

describe('a kill leaves nothing of a tree', () => {
  const ROUNDS = 5;
  test.each(Object.entries(HOSTILE_TREES))('that %s', async (_name, script) => {
    const containerId = await rig.started();
    for (let round = 0; round < ROUNDS; round += 1) {
      const command = await start(containerId, ['sh', '-c', script], { timeoutMs: 120_000 });
      await new Promise((resolve) => setTimeout(resolve, 40 * (round + 1))); // another moment of its growth each time
      const state = await command.kill(never);
      expect(state).toMatchObject({ running: false, containerEnded: false });
      expect(await rig.strays(containerId)).toEqual([]);
    }
    expect((await followAll(await start(containerId, ['echo', 'still here']))).stdout).toBe('still here\n');
  });
});

test('a session that has no process slot left says so, and serves again when it has', async () => {
  const containerId = await rig.started({ pidsLimit: 12 });
  const greedy = await start(containerId, ['sh', '-c', 'while :; do sleep 1000 & done 2>/dev/null; sleep 1000']);
  await expect.poll(async () => (await rig.strays(containerId)).length, { timeout: 10_000 }).toBeGreaterThan(7);
  await expect(start(containerId, ['true'])).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('process slot'),
  });
  await greedy.kill(never);
  expect(await followAll(await start(containerId, ['true']))).toMatchObject({ exitCode: 0 });
});

test('arguments and environment at the limits of the kernel', async () => {
  const containerId = await rig.started();
  const longest = 'x'.repeat(131_071); // MAX_ARG_STRLEN less its NUL
  const length = await followAll(await start(containerId, ['sh', '-c', 'printf %s "$1" | wc -c', 'sh', longest]));
  expect(length.stdout.trim()).toBe('131071');
  const many = Array.from({ length: 256 }, (_, index) => ({ name: `V${index}`, value: 'y'.repeat(1_000) }));
  const counted = await followAll(await start(containerId, ['sh', '-c', 'env | grep -c ^V'], { env: many }));
  expect(counted.stdout.trim()).toBe('256');
  const tooMuch = Array.from({ length: 64 }, () => longest);
  await expect(start(containerId, ['true', ...tooMuch])).rejects.toMatchObject({ kind: 'invalid' });
});

test('ten thousand commands leave no process, no descriptor and no memory behind', async () => {
  const containerId = await rig.started();
  const { State } = await rawDocker().getContainer(containerId).inspect();
  const footprint = async () => {
    const status = await readFile(`/proc/${State.Pid}/status`, 'utf8');
    const fds = (await readdir(`/proc/${State.Pid}/fd`)).length;
    return { fds, dirtyKib: Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) };
  };
  let left = 10_000;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const command = await start(containerId, ['true'], { keepBytes: 1024 });
      const { exitCode } = await command.follow({ stdout: 0, stderr: 0 }, () => {}, never);
      if (exitCode !== 0) throw new Error(`ended with ${exitCode}`);
    }
  };
  await followAll(await start(containerId, ['true']));
  const before = await footprint();
  await Promise.all(Array.from({ length: 8 }, worker));
  expect(await rig.strays(containerId)).toEqual([]);
  // The init answers before it has closed what the last commands had open: what must hold is that it ends up there.
  await expect.poll(async () => (await footprint()).fds, { timeout: 10_000 }).toBeLessThanOrEqual(before.fds);
  expect((await footprint()).dirtyKib - before.dirtyKib).toBeLessThan(512);
}, 180_000);
