// Commands in containers on the real Docker Engine.

import { finished } from 'node:stream/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createDockerEngine } from '../../../src/docker/engine.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import type { CommandOutcome, CommandToRun } from '../../../src/ports/container-access.ts';
import {
  aSessionContainer,
  engineSocket,
  lockedDown,
  newClusterId,
  rawDocker,
  removeAllOf,
  sessionImage,
} from '../../support/docker.ts';

const cluster = newClusterId();
const nodeName = 'node-1';
const engine = createDockerEngine({ socketPath: engineSocket(), cluster, nodeName });
const never = new AbortController().signal;
let shared = '';

async function started(change: Partial<ContainerSpec> = {}): Promise<string> {
  const { id } = await engine.create(lockedDown(await aSessionContainer({ cluster, nodeName, change })), never);
  await engine.start(id, never);
  return id;
}

const aCommand = (argv: readonly string[], change: Partial<CommandToRun> = {}): CommandToRun => ({
  execId: 'exec-1',
  argv,
  env: [],
  cwd: null,
  user: '1001:1001',
  stdin: null,
  timeoutMs: 20_000,
  ...change,
});

interface Ran extends CommandOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
}

interface RunOptions {
  readonly containerId?: string;
  readonly change?: Partial<CommandToRun>;
  readonly onOutput?: (text: string) => void;
}

async function run(argv: readonly string[], options: RunOptions = {}, signal = never): Promise<Ran> {
  const { containerId = shared, change = {}, onOutput = () => {} } = options;
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const outcome = await engine.access.run(
    containerId,
    aCommand(argv, change),
    (stream, chunk) => {
      chunks[stream].push(Buffer.from(chunk));
      onOutput(Buffer.from(chunk).toString());
    },
    signal,
  );
  const bytes = Buffer.concat(chunks.stdout);
  return { ...outcome, bytes, stdout: bytes.toString(), stderr: Buffer.concat(chunks.stderr).toString() };
}

/** Command lines of all processes in the container, as the engine sees them from outside, without init and the idle main. */
async function strays(containerId: string): Promise<readonly string[]> {
  const top = (await rawDocker().getContainer(containerId).top()) as { Processes: string[][] }; // typed as any
  const lines = top.Processes.map((columns) => columns.at(-1) ?? '');
  return lines.filter(
    (line) => !line.includes('docker-init') && line !== 'sleep infinity' && !line.includes('<defunct>'),
  );
}

/** Holds nothing but busybox itself, taken out of the session image. */
async function imageWithoutShell(): Promise<{ readonly id: string }> {
  const docker = rawDocker();
  const { id } = await engine.create(lockedDown(await aSessionContainer({ cluster, nodeName })), never);
  const archive = await docker.getContainer(id).getArchive({ path: '/bin/busybox' });
  const repo = `mcps.local/${cluster}`;
  const progress = await docker.importImage(archive, { repo, tag: 'no-shell' });
  progress.resume();
  await finished(progress);
  return { id: (await docker.getImage(`${repo}:no-shell`).inspect()).Id };
}

beforeAll(async () => {
  await sessionImage();
  shared = await started();
});
afterAll(() => removeAllOf(cluster));

describe('a command that ends by itself', () => {
  test('gives its exit code, and its two outputs apart', async () => {
    const ran = await run(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(ran).toMatchObject({ exitCode: 3, timedOut: false, cancelled: false, containerEnded: false });
    expect(ran).toMatchObject({ stdout: 'out\n', stderr: 'err\n' });
    expect(ran.durationMs).toBeGreaterThan(0);
  });

  test('gets its arguments as they are, without a shell', async () => {
    const ran = await run(['printf', '%s|', '$HOME', '; echo x', '`id`', "a'b", '']);
    expect(ran.stdout).toBe("$HOME|; echo x|`id`|a'b||");
  });

  test('gets its environment, working directory and user', async () => {
    const change = { env: [{ name: 'A', value: 'x y=z' }], cwd: '/tmp', user: '1001:2002' };
    const ran = await run(['sh', '-c', 'echo "$A"; pwd; id -u; id -g'], { change });
    expect(ran.stdout).toBe('x y=z\n/tmp\n1001\n2002\n');
  });

  test('runs in the working directory of the session when none is named', async () => {
    expect((await run(['pwd'])).stdout).toBe('/workspace\n');
  });

  test('reads its standard input to the end', async () => {
    const stdin = Buffer.alloc(1_048_576, 'abcdefg\n');
    expect((await run(['wc', '-c'], { change: { stdin } })).stdout.trim()).toBe('1048576');
    expect((await run(['cat'], { change: { stdin: Buffer.from('') } })).stdout).toBe('');
  });

  test('may leave its standard input unread', async () => {
    expect(await run(['true'], { change: { stdin: Buffer.alloc(1_048_576) } })).toMatchObject({ exitCode: 0 });
  });

  test('may write binary output: every byte arrives', async () => {
    const stdin = Buffer.from(Uint8Array.from({ length: 256 * 64 }, (_, index) => index % 256));
    expect((await run(['cat'], { change: { stdin } })).bytes.equals(stdin)).toBe(true);
  });

  test('may write 5 MB', async () => {
    const ran = await run(['sh', '-c', 'head -c 5000000 /dev/zero']);
    expect(ran.exitCode).toBe(0);
    expect(ran.bytes.byteLength).toBe(5_000_000);
  });

  test('may close its outputs before it ends', async () => {
    expect(await run(['sh', '-c', 'exec >&- 2>&-; sleep 1; exit 9'])).toMatchObject({ exitCode: 9 });
  });

  test('may leave a background process, which goes on', async () => {
    const containerId = await started();
    const ran = await run(['sh', '-c', 'sleep 1000 >/dev/null 2>&1 & echo started'], { containerId });
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'started\n' });
    expect(await strays(containerId)).toEqual(['sleep 1000']);
  });

  test('may fill the output beyond all bounds only until it is ended', async () => {
    await expect(run(['cat', '/dev/zero'])).rejects.toMatchObject({ kind: 'too-large' });
    await expect.poll(() => strays(shared), { timeout: 10_000 }).not.toContain('cat /dev/zero');
  });
});

describe('a command that cannot be started', () => {
  test.each([
    {
      name: 'no such program',
      argv: ['no-such-program'],
      change: {},
      message: 'no program "no-such-program" in the image',
    },
    { name: 'no such path', argv: ['/bin/none'], change: {}, message: 'no program "/bin/none" in the image' },
    {
      name: 'not a program',
      argv: ['/etc/passwd'],
      change: {},
      message: '"/etc/passwd" in the image is not a program that this user may run',
    },
    {
      name: 'no such directory',
      argv: ['true'],
      change: { cwd: '/none' },
      message: 'no directory "/none" in the container',
    },
  ])('$name: refused with the reason and no output', async ({ argv, change, message }) => {
    const outputs: string[] = [];
    const running = run(argv, { change, onOutput: (text) => outputs.push(text) });
    await expect(running).rejects.toMatchObject({ kind: 'invalid', message });
    expect(outputs).toEqual([]);
  });

  test('a program that itself exits with 126 or 127 is no such case', async () => {
    expect(await run(['sh', '-c', 'echo OCI runtime; exit 126'])).toMatchObject({
      exitCode: 126,
      stdout: 'OCI runtime\n',
    });
    expect(await run(['sh', '-c', 'none-such'])).toMatchObject({
      exitCode: 127,
      stderr: expect.stringContaining('none-such') as string,
    });
  });

  test('an empty command and a user by name are refused before anything is asked of the engine', async () => {
    await expect(run([])).rejects.toMatchObject({ kind: 'invalid' });
    await expect(run(['id'], { change: { user: 'root' } })).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('a container that does not run, is gone, or is not ours', async () => {
    const { id } = await engine.create(lockedDown(await aSessionContainer({ cluster, nodeName })), never);
    await expect(run(['true'], { containerId: id })).rejects.toMatchObject({ kind: 'unavailable' });
    await engine.remove(id, never);
    await expect(run(['true'], { containerId: id })).rejects.toMatchObject({ kind: 'not-found' });
    await expect(run(['true'], { containerId: 'ab'.repeat(32) })).rejects.toMatchObject({ kind: 'not-found' });

    const stranger = await rawDocker().createContainer({
      Image: (await sessionImage()).imageId,
      Cmd: ['sleep', '600'],
      HostConfig: { NetworkMode: 'none' },
    });
    try {
      await stranger.start();
      await expect(run(['true'], { containerId: stranger.id })).rejects.toMatchObject({ kind: 'forbidden' });
    } finally {
      await stranger.remove({ force: true });
    }
  });
});

describe('a command that is ended', () => {
  const familyTree = 'setsid sleep 1000 & (sleep 1000 &) ; env -i sleep 1000 & sleep 1000';

  test('at the time limit, with all that it started, whatever its session or parent', async () => {
    const containerId = await started();
    const ran = await run(['sh', '-c', familyTree], { containerId, change: { timeoutMs: 1_000 } });
    expect(ran).toMatchObject({ exitCode: null, timedOut: true, cancelled: false, containerEnded: false });
    expect(ran.durationMs).toBeGreaterThanOrEqual(1_000);
    expect(await strays(containerId)).toEqual([]);
  });

  test('by the caller', async () => {
    const containerId = await started();
    const caller = new AbortController();
    const running = run(
      ['sh', '-c', `echo ready; ${familyTree}`],
      { containerId, onOutput: () => caller.abort() },
      caller.signal,
    );
    expect(await running).toMatchObject({ exitCode: null, timedOut: false, cancelled: true, stdout: 'ready\n' });
    expect(await strays(containerId)).toEqual([]);
  });

  test('by a caller who left before it began', async () => {
    const ran = await run(['sh', '-c', 'echo never'], {}, AbortSignal.abort());
    expect(ran).toMatchObject({ exitCode: null, cancelled: true, stdout: '' });
  });

  test('by a caller who leaves while it is being started', async () => {
    const containerId = await started();
    for (const afterMs of [0, 1, 5, 20, 40]) {
      const ran = await run(['sleep', '1000'], { containerId }, AbortSignal.timeout(afterMs));
      expect(ran).toMatchObject({ exitCode: null, cancelled: true, containerEnded: false });
    }
    expect(await strays(containerId)).toEqual([]);
  });

  test('although it ignores every signal that can be ignored', async () => {
    const containerId = await started();
    const stubborn = "trap '' TERM INT HUP QUIT; while :; do sleep 1; done";
    expect(await run(['sh', '-c', stubborn], { containerId, change: { timeoutMs: 500 } })).toMatchObject({
      timedOut: true,
    });
    expect(await strays(containerId)).toEqual([]);
  });

  test('and no other command with it', async () => {
    const containerId = await started();
    const other = run(['sh', '-c', 'sleep 3; echo survived'], { containerId });
    await run(['sleep', '1000'], { containerId, change: { timeoutMs: 500 } });
    expect(await other).toMatchObject({ exitCode: 0, stdout: 'survived\n' });
  });

  test('although its processes leave no room for another', async () => {
    const containerId = await started({ pidsLimit: 10 });
    // Two of the ten are the container's own; the shell becomes the last.
    const full = 'for each in 1 2 3 4 5 6 7; do sleep 1000 & done; exec sleep 1000';
    const ran = await run(['sh', '-c', full], { containerId, change: { timeoutMs: 1_000 } });
    expect(ran).toMatchObject({ exitCode: null, timedOut: true });
    expect(ran.containerEnded || (await strays(containerId)).length === 0).toBe(true);
  });

  test('with the container, where the image has no shell to end it alone', async () => {
    const image = await imageWithoutShell();
    try {
      const containerId = await started({
        imageId: image.id,
        entrypoint: ['/busybox', 'sleep'],
        command: ['infinity'],
        workingDir: '/workspace',
      });
      const ran = await run(['/busybox', 'sleep', '1000'], { containerId, change: { timeoutMs: 500 } });
      expect(ran).toMatchObject({ exitCode: null, timedOut: true, containerEnded: true });
      expect(await engine.inspect(containerId, never)).toMatchObject({ container: { state: 'exited' } });
    } finally {
      await removeAllOf(cluster);
      await rawDocker().getImage(image.id).remove({ force: true });
      shared = await started();
    }
  });

  test('by the end of its container', async () => {
    const containerId = await started();
    const running = run(['sh', '-c', 'echo ready; sleep 1000'], {
      containerId,
      onOutput: () => void rawDocker().getContainer(containerId).kill(),
    });
    expect(await running).toMatchObject({ exitCode: 137, containerEnded: true, timedOut: false });
  });

  test('by the removal of its container', async () => {
    const containerId = await started();
    const running = run(['sh', '-c', 'echo ready; sleep 1000'], {
      containerId,
      onOutput: () => void engine.remove(containerId, never),
    });
    // Which of the two depends on how far the removal has come when the engine is asked.
    const ended = await running.catch((thrown: unknown) => thrown);
    expect(ended).toMatchObject(
      ended instanceof Error ? { kind: 'not-found' } : { exitCode: 137, containerEnded: true },
    );
  });
});
