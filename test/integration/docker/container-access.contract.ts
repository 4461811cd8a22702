// What every way into a container must do, run by container-access.test.ts for each of them on the real engine.

import { finished } from 'node:stream/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Command, CommandToStart } from '../../../src/ports/container-access.ts';
import { aSessionContainer, lockedDown, rawDocker, sessionImage } from '../../support/docker.ts';
import {
  aCommand,
  type AccessRig,
  type AccessWay,
  codeOf,
  createAccessRig,
  type Followed,
  followAll,
  never,
} from './access-rig.ts';

interface RunOptions {
  readonly containerId?: string;
  readonly change?: Partial<CommandToStart>;
  readonly stdin?: Uint8Array;
  readonly onOutput?: (text: string, command: Command) => void;
}

export function containerAccessContract(way: AccessWay): void {
  let rig: AccessRig;
  let shared = '';

  beforeAll(async () => {
    await sessionImage();
    rig = await createAccessRig(way);
    shared = await rig.started();
  });
  afterAll(() => rig.close());

  async function start(argv: readonly string[], options: RunOptions = {}): Promise<Command> {
    const { containerId = shared, change = {}, stdin } = options;
    const input = stdin === undefined ? {} : { stdin: 'open' as const };
    return rig.engine.access.start(containerId, aCommand(argv, { ...input, ...change }), never);
  }

  async function run(argv: readonly string[], options: RunOptions = {}): Promise<Followed> {
    const { stdin, onOutput = () => {} } = options;
    const command = await start(argv, options);
    const following = followAll(command, (text) => onOutput(text, command));
    if (stdin !== undefined) {
      await command.write(stdin, never);
      await command.endInput();
    }
    return following;
  }

  test('says which way it is', () => {
    expect(rig.engine.access.wayInto(shared)).toBe(way);
    expect(rig.engine.inits.alive(shared)).toBe(way === 'session-init');
  });

  describe('a command that ends by itself', () => {
    test('gives its exit code, and its two outputs apart', async () => {
      const ran = await run(['sh', '-c', 'echo out; echo err >&2; exit 3']);
      const plain = { running: false, signal: null, timedOut: false, killed: false, containerEnded: false };
      expect(ran).toMatchObject({ ...plain, exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
      expect(ran).toMatchObject({ stdoutBytes: 4, stderrBytes: 4, leftRunning: false });
      expect(ran.durationMs).toBeGreaterThan(0);
    });

    test('gets its arguments as they are, without a shell', async () => {
      const ran = await run(['printf', '%s|', '$HOME', '; echo x', '`id`', "a'b", '']);
      expect(ran.stdout).toBe("$HOME|; echo x|`id`|a'b||");
    });

    test('gets its environment, working directory and user', async () => {
      const change = { env: [{ name: 'A', value: 'x y=z' }], cwd: '/tmp' };
      const ran = await run(['sh', '-c', 'echo "$A"; pwd; id -u; id -g; echo "$PATH"'], { change });
      expect(ran.stdout).toBe('x y=z\n/tmp\n1001\n1001\n/usr/local/bin:/usr/bin:/bin\n');
    });

    test('runs in the working directory of the session when none is named', async () => {
      expect((await run(['pwd'])).stdout).toBe('/workspace\n');
    });

    test('reads its standard input to the end', async () => {
      const stdin = Buffer.alloc(1_048_576, 'abcdefg\n');
      expect((await run(['wc', '-c'], { stdin })).stdout.trim()).toBe('1048576');
      expect((await run(['cat'], { stdin: Buffer.from('') })).stdout).toBe('');
    });

    test('has nothing to read without input, and takes none', async () => {
      const command = await start(['cat']);
      await expect(command.write(Buffer.from('x'), never)).rejects.toMatchObject({ kind: 'invalid' });
      expect(await followAll(command)).toMatchObject({ exitCode: 0, stdout: '' });
    });

    test('may leave its standard input unread', async () => {
      expect(await run(['true'], { stdin: Buffer.alloc(1_048_576) })).toMatchObject({ exitCode: 0 });
    });

    test('may write binary output: every byte arrives', async () => {
      const stdin = Buffer.from(Uint8Array.from({ length: 256 * 64 }, (_, index) => index % 256));
      expect((await run(['cat'], { stdin })).bytes.equals(stdin)).toBe(true);
    });

    test('may close its outputs before it ends', async () => {
      expect(await run(['sh', '-c', 'exec >&- 2>&-; sleep 1; exit 9'])).toMatchObject({ exitCode: 9 });
    });

    test('may end by a signal', async () => {
      expect(codeOf(await run(['sh', '-c', 'kill -TERM $$']))).toBe(143);
    });

    test('may leave a background process, which goes on', async () => {
      const containerId = await rig.started();
      const ran = await run(['sh', '-c', 'sleep 1000 >/dev/null 2>&1 & echo started'], { containerId });
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'started\n' });
      expect(await rig.strays(containerId)).toEqual(['sleep 1000']);
    });

    test('runs beside others', async () => {
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, index) => run(['sh', '-c', `sleep 0.2; echo ${index}`])),
      );
      expect(all.map(({ stdout }) => stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    });
  });

  describe('output', () => {
    test('of a lossless command comes whole, at the pace of its follower', async () => {
      const command = await start(['sh', '-c', 'head -c 5000000 /dev/zero'], {
        change: { lossless: true, keepBytes: 65_536 },
      });
      let bytes = 0;
      const state = await command.follow(
        { stdout: 0, stderr: 0 },
        async (part) => {
          expect(part.offset).toBe(bytes);
          bytes += part.bytes.byteLength;
          if (bytes < 500_000) await new Promise((resolve) => setTimeout(resolve, 5));
        },
        never,
      );
      expect(bytes).toBe(5_000_000);
      expect(state).toMatchObject({ exitCode: 0, stdoutBytes: 5_000_000 });
    });

    test('beyond the bound keeps its first and its last half, and the offset shows the gap', async () => {
      const script = 'printf first; head -c 1000000 /dev/zero; printf last';
      const ran = await run(['sh', '-c', script], { change: { keepBytes: 65_536 } });
      expect(ran.stdoutBytes).toBe(1_000_009);
      expect(ran.bytes.byteLength).toBe(65_536);
      expect(ran.stdout.startsWith('first')).toBe(true);
      expect(ran.stdout.endsWith('last')).toBe(true);
      expect(ran.parts.some(({ offset }) => offset === 1_000_009 - 32_768)).toBe(true);
    });

    test('is kept for who comes later, from any offset', async () => {
      const command = await start(['sh', '-c', 'printf 0123456789; printf abc >&2']);
      await command.follow({ stdout: 0, stderr: 0 }, () => {}, never);
      const found = await rig.engine.access.find(shared, command.execId, never);
      const texts: string[] = [];
      await found?.follow(
        { stdout: 4, stderr: 1 },
        ({ bytes }) => void texts.push(Buffer.from(bytes).toString()),
        never,
      );
      expect(texts.sort()).toEqual(['456789', 'bc']);
      const read = async (offset: number, limit: number) => {
        const part = await found?.read({ stream: 'stdout', offset, limit }, never);
        return { ...part, bytes: Buffer.from(part?.bytes ?? []).toString() };
      };
      expect(await read(2, 3)).toMatchObject({ offset: 2, end: false, bytes: '234' });
      expect(await read(8, 100)).toMatchObject({ offset: 8, end: true, bytes: '89' });
      expect(await read(10, 100)).toMatchObject({ offset: 10, end: true, bytes: '' });
    });

    test('can be read while the command runs', async () => {
      const command = await start(['sh', '-c', 'echo early; sleep 1000']);
      const read = () => command.read({ stream: 'stdout', offset: 0, limit: 100 }, never);
      await expect.poll(async () => Buffer.from((await read()).bytes).toString(), { timeout: 5_000 }).toBe('early\n');
      expect((await read()).end).toBe(false);
      await command.kill(never);
    });

    test('goes to one follower at a time: a later one ends the earlier', async () => {
      const command = await start(['sleep', '1000']);
      const first = command.follow({ stdout: 0, stderr: 0 }, () => {}, never);
      const refused = expect(first).rejects.toMatchObject({ kind: 'conflict' });
      const second = command.follow({ stdout: 0, stderr: 0 }, () => {}, never);
      await refused;
      await command.kill(never);
      expect(await second).toMatchObject({ killed: true });
    });

    test('is whole for a second follower who comes while parts for the first are on their way', async () => {
      const command = await start(['sh', '-c', 'head -c 500000 /dev/zero; sleep 0.2; echo end']);
      for (let round = 0; round < 5; round += 1) {
        const leave = new AbortController();
        const left = command.follow({ stdout: 0, stderr: 0 }, () => leave.abort(), leave.signal);
        await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
      }
      expect((await followAll(command)).bytes.byteLength).toBe(500_004);
    });

    test('can be left alone: the command goes on', async () => {
      const command = await start(['sh', '-c', 'sleep 1; echo done']);
      const left = command.follow({ stdout: 0, stderr: 0 }, () => {}, AbortSignal.timeout(100));
      await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
      expect(await command.state(never)).toMatchObject({ running: true, exitCode: null });
      expect(await followAll(command)).toMatchObject({ exitCode: 0, stdout: 'done\n' });
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
    ])('$name: refused with the reason', async ({ argv, change, message }) => {
      await expect(start(argv, { change })).rejects.toMatchObject({ kind: 'invalid', message });
    });

    test('a program that itself exits with 126 or 127 is no such case', async () => {
      const first = await run(['sh', '-c', 'echo OCI runtime; exit 126']);
      expect(first).toMatchObject({ exitCode: 126, stdout: 'OCI runtime\n' });
      const second = await run(['sh', '-c', 'none-such']);
      expect(second).toMatchObject({ exitCode: 127, stderr: expect.stringContaining('none-such') as string });
    });

    test('an empty command, a user by name and another user', async () => {
      await expect(start([])).rejects.toMatchObject({ kind: 'invalid' });
      await expect(start(['id'], { change: { user: 'root' } })).rejects.toMatchObject({ kind: 'invalid' });
      await expect(start(['id'], { change: { user: '1001:2002' } })).rejects.toMatchObject({ kind: 'invalid' });
    });

    test('an id that is taken', async () => {
      const command = await start(['true']);
      const again = start(['true'], { change: { execId: command.execId } });
      await expect(again).rejects.toMatchObject({ kind: 'already-exists' });
    });

    test('a container that does not run, is gone, or is not ours', async () => {
      const id = await rig.created();
      await expect(start(['true'], { containerId: id })).rejects.toMatchObject({ kind: 'unavailable' });
      await rig.engine.remove(id, never);
      await expect(start(['true'], { containerId: id })).rejects.toMatchObject({ kind: 'not-found' });
      await expect(start(['true'], { containerId: 'ab'.repeat(32) })).rejects.toMatchObject({ kind: 'not-found' });

      const HostConfig = { NetworkMode: 'none' };
      const { imageId: Image } = await sessionImage();
      const stranger = await rawDocker().createContainer({ Image, Cmd: ['sleep', '600'], HostConfig });
      try {
        await stranger.start();
        await expect(start(['true'], { containerId: stranger.id })).rejects.toMatchObject({ kind: 'forbidden' });
      } finally {
        await stranger.remove({ force: true });
      }
    });
  });

  describe('a command that is found again', () => {
    test('by its id, while it runs and afterwards, until it is forgotten', async () => {
      const command = await start(['sh', '-c', 'echo x; sleep 0.3; exit 5']);
      const found = await rig.engine.access.find(shared, command.execId, never);
      expect(await found?.state(never)).toMatchObject({ running: true });
      expect(found === null ? null : await followAll(found)).toMatchObject({ exitCode: 5, stdout: 'x\n' });
      expect(await command.state(never)).toMatchObject({ running: false, exitCode: 5, stdoutBytes: 2 });
      await found?.forget();
      await expect.poll(() => rig.engine.access.find(shared, command.execId, never)).toBeNull();
    });

    test('null for an id that nobody started', async () => {
      expect(await rig.engine.access.find(shared, 'nobody', never)).toBeNull();
    });

    test('runs on without anybody who follows', async () => {
      const containerId = await rig.started();
      const command = await start(['sh', '-c', 'sleep 0.5; touch /workspace/done; exit 4'], { containerId });
      await expect.poll(async () => (await command.state(never)).exitCode, { timeout: 5_000 }).toBe(4);
      expect(await run(['ls'], { containerId })).toMatchObject({ stdout: 'done\n' });
    });
  });

  describe('a command that is ended', () => {
    const familyTree = 'setsid sleep 1000 & (sleep 1000 &) ; env -i sleep 1000 & sleep 1000';

    test('at the time limit, with all that it started, whatever its session or parent', async () => {
      const containerId = await rig.started();
      const ran = await run(['sh', '-c', familyTree], { containerId, change: { timeoutMs: 1_000 } });
      expect(ran).toMatchObject({ exitCode: null, signal: 9, timedOut: true, killed: false, containerEnded: false });
      expect(ran.durationMs).toBeGreaterThanOrEqual(1_000);
      await expect.poll(() => rig.strays(containerId), { timeout: 5_000 }).toEqual([]);
    });

    test('by a kill, which resolves when nothing is left', async () => {
      const containerId = await rig.started();
      const command = await start(['sh', '-c', `echo ready; ${familyTree}`], { containerId });
      const following = followAll(command);
      await expect.poll(() => rig.strays(containerId), { timeout: 5_000 }).toHaveLength(4);
      expect(await command.kill(never)).toMatchObject({
        exitCode: null,
        signal: 9,
        killed: true,
        containerEnded: false,
      });
      expect(await rig.strays(containerId)).toEqual([]);
      expect(await following).toMatchObject({ exitCode: null, killed: true, timedOut: false, stdout: 'ready\n' });
      expect(await command.kill(never)).toMatchObject({ killed: true, containerEnded: false });
    });

    test('with what it left behind, after its own end', async () => {
      const containerId = await rig.started();
      const command = await start(['sh', '-c', 'setsid sleep 1000 >/dev/null 2>&1 & exit 3'], { containerId });
      await followAll(command);
      expect(await command.kill(never)).toMatchObject({ exitCode: 3 });
      expect(await rig.strays(containerId)).toEqual([]);
    });

    test('by a caller who left before it began', async () => {
      const started = rig.engine.access.start(shared, aCommand(['sh', '-c', 'echo never']), AbortSignal.abort());
      await expect(started).rejects.toMatchObject({ kind: 'cancelled' });
    });

    test('by a caller who leaves while it is being started', async () => {
      const containerId = await rig.started();
      for (const afterMs of [0, 1, 5, 20, 40]) {
        const starting = rig.engine.access.start(
          containerId,
          aCommand(['sleep', '1000']),
          AbortSignal.timeout(afterMs),
        );
        const command = await starting.catch((thrown: unknown) => thrown);
        if (command instanceof Error) expect(command).toMatchObject({ kind: 'cancelled' });
        else await (command as Command).kill(never); // what is no error is what `start` resolves with
      }
      expect(await rig.strays(containerId)).toEqual([]);
    });

    test('although it ignores every signal that can be ignored', async () => {
      const containerId = await rig.started();
      const stubborn = "trap '' TERM INT HUP QUIT; while :; do sleep 1; done";
      const change = { timeoutMs: 500 };
      expect(await run(['sh', '-c', stubborn], { containerId, change })).toMatchObject({ timedOut: true });
      await expect.poll(() => rig.strays(containerId), { timeout: 5_000 }).toEqual([]);
    });

    test('and no other command with it', async () => {
      const containerId = await rig.started();
      const other = run(['sh', '-c', 'sleep 3; echo survived'], { containerId });
      await run(['sleep', '1000'], { containerId, change: { timeoutMs: 500 } });
      expect(await other).toMatchObject({ exitCode: 0, stdout: 'survived\n' });
    });

    test('although its processes leave no room for another', async () => {
      const containerId = await rig.started({ pidsLimit: 10 });
      const full = 'for each in 1 2 3 4 5 6 7; do sleep 1000 & done; exec sleep 1000';
      const ran = await run(['sh', '-c', full], { containerId, change: { timeoutMs: 1_000 } });
      expect(ran).toMatchObject({ timedOut: true });
      await expect.poll(async () => ran.containerEnded || (await rig.strays(containerId)).length === 0).toBe(true);
    });

    test('by the end of its container', async () => {
      const containerId = await rig.started();
      const ran = await run(['sh', '-c', 'echo ready; sleep 1000'], {
        containerId,
        onOutput: () => void rawDocker().getContainer(containerId).kill(),
      });
      expect(ran).toMatchObject({ exitCode: 137, containerEnded: true, timedOut: false, running: false });
    });

    test('by the removal of its container', async () => {
      const containerId = await rig.started();
      const running = run(['sh', '-c', 'echo ready; sleep 1000'], {
        containerId,
        onOutput: () => void rig.engine.remove(containerId, never),
      });
      // Which of the two depends on how far the removal has come when the engine is asked.
      const ended = await running.catch((thrown: unknown) => thrown);
      if (!(ended instanceof Error)) return expect(ended).toMatchObject({ exitCode: 137, containerEnded: true });
      expect(['not-found', 'unavailable']).toContain((ended as { kind?: string }).kind); // every fault has one
    });
  });

  test('works in an image without a shell', async () => {
    const image = await imageWithoutShell(rig);
    try {
      const change = { imageId: image.id, workingDir: '/workspace' };
      const idle = way === 'engine-exec' ? { entrypoint: ['/busybox', 'sleep'], command: ['infinity'] } : {};
      const containerId = await rig.started({ ...change, ...idle });
      const ran = await run(['/busybox', 'sleep', '1000'], { containerId, change: { timeoutMs: 500 } });
      // Without a shell the engine's exec has nothing to end a command with, so the container ends.
      expect(ran).toMatchObject({ exitCode: null, timedOut: true, containerEnded: way === 'engine-exec' });
      const state = way === 'engine-exec' ? 'exited' : 'running';
      expect(await rig.engine.inspect(containerId, never)).toMatchObject({ container: { state } });
      await rig.engine.remove(containerId, never);
    } finally {
      await rawDocker().getImage(image.id).remove({ force: true });
    }
  });
}

/** Holds nothing but busybox itself, taken out of the session image. */
async function imageWithoutShell({ engine, cluster }: AccessRig): Promise<{ readonly id: string }> {
  const docker = rawDocker();
  const spec = await aSessionContainer({ cluster, nodeName: 'node-1' });
  const { id } = await engine.create(lockedDown(spec), never);
  const archive = await docker.getContainer(id).getArchive({ path: '/bin/busybox' });
  const repo = `mcps.local/${cluster}`;
  const progress = await docker.importImage(archive, { repo, tag: 'no-shell' });
  progress.resume();
  await finished(progress);
  return { id: (await docker.getImage(`${repo}:no-shell`).inspect()).Id };
}
