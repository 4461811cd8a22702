// What only the session init can do, on the real engine: files, terminals, port forwards, the main command, and going on when a
// connection breaks.

import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { ContainerSpec } from '../../../src/model/container.ts';
import type { Command, FileWrite, MainOutput } from '../../../src/ports/container-access.ts';
import { rawDocker, sessionImage } from '../../support/docker.ts';
import { type AccessRig, aCommand, codeOf, createAccessRig, followAll, never } from './access-rig.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';

let proxy: CuttingProxy;
let rig: AccessRig;
let shared = '';

beforeAll(async () => {
  await sessionImage();
  proxy = await startCuttingProxy();
  rig = await createAccessRig('session-init', proxy.socketPath);
  shared = await rig.started();
});
afterAll(async () => {
  await rig.close();
  await proxy.close();
});

const start = (argv: readonly string[], change = {}, containerId = shared): Promise<Command> =>
  rig.engine.access.start(containerId, aCommand(argv, change), never);
const output = async (argv: readonly string[], containerId = shared): Promise<string> =>
  (await followAll(await start(argv, {}, containerId))).stdout;

const plainWrite: FileWrite = { mode: null, ifSha256: null, makeParents: false, maxBytes: 100_000_000 };
async function* chunksOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}
const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

function write(path: string, content: string, how: Partial<FileWrite> = {}, expected: string | null = null) {
  const chunks = chunksOf(content);
  const files = rig.engine.access.files(shared);
  return files.write(path, { ...plainWrite, ...how }, { chunks, expectedSha256: () => expected }, never);
}

async function read(path: string, range = { offset: 0, limit: null as number | null }): Promise<string> {
  const chunks: Uint8Array[] = [];
  const receive = { onInfo: () => {}, onChunk: (chunk: Uint8Array) => void chunks.push(Buffer.from(chunk)) };
  await rig.engine.access.files(shared).read(path, range, receive, never);
  return Buffer.concat(chunks).toString();
}

describe('files', () => {
  test('are written whole, read back and listed', async () => {
    const receipt = await write('docs/a.txt', 'hello', { makeParents: true }, sha256('hello'));
    expect(receipt).toEqual({ bytes: 5, sha256: sha256('hello'), created: true });
    expect(await output(['cat', 'docs/a.txt'])).toBe('hello');
    expect(await read('/workspace/docs/a.txt')).toBe('hello');
    expect(await read('docs/a.txt', { offset: 1, limit: 3 })).toBe('ell');
    expect(await read('docs/a.txt', { offset: 1, limit: 0 })).toBe('');
    const files = rig.engine.access.files(shared);
    expect(await files.stat('docs/a.txt', never)).toMatchObject({ kind: 'file', size: 5, mode: 0o644 });
    expect(await files.stat('/workspace', never)).toMatchObject({ kind: 'directory' });
    for (const name of ['c', 'b', 'd']) await write(`docs/${name}`, name);
    const page = await files.list('docs', { after: 'a.txt', most: 2 }, never);
    expect(page).toMatchObject({ entries: [{ name: 'b' }, { name: 'c' }], total: 4, more: true });
  });

  test('are replaced only on the condition that was named', async () => {
    await write('config', 'one', { ifSha256: 'absent' });
    await expect(write('config', 'two', { ifSha256: 'absent' })).rejects.toMatchObject({ kind: 'conflict' });
    await expect(write('config', 'two', { ifSha256: sha256('zero') })).rejects.toMatchObject({ kind: 'conflict' });
    expect(await write('config', 'two', { ifSha256: sha256('one') })).toMatchObject({ created: false });
    await expect(write('config', 'bad', {}, sha256('other'))).rejects.toMatchObject({
      kind: expect.any(String) as string,
    });
    expect(await read('config')).toBe('two');
  });

  test('stay as they were when an upload ends halfway', async () => {
    await write('half', 'before');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100_000);
      throw new Error('the client left');
    }
    const files = rig.engine.access.files(shared);
    const upload = files.write('half', plainWrite, { chunks: broken(), expectedSha256: () => null }, never);
    await expect(upload).rejects.toThrow('the client left');
    expect(await read('half')).toBe('before');
    await expect.poll(() => output(['sh', '-c', 'ls -A | grep tmp'])).toBe('');
  });

  test.each([
    { name: 'nothing there', path: 'nope', kind: 'path-not-found' },
    { name: 'above the workspace', path: '../etc/passwd', kind: 'path-outside' },
    { name: 'absolute elsewhere', path: '/etc/passwd', kind: 'path-outside' },
    { name: 'by a link that leads out', path: 'out/passwd', kind: 'path-outside' },
    { name: 'no path', path: '', kind: 'invalid' },
    { name: 'a directory', path: 'directory', kind: 'invalid' },
    { name: 'a pipe', path: 'pipe', kind: 'invalid' },
    { name: 'without permission', path: 'secret', kind: 'forbidden' },
  ])('S3.T3.03: reading $name is $kind', async ({ path, kind }) => {
    await output([
      'sh',
      '-c',
      'mkdir -p directory; [ -p pipe ] || mkfifo pipe; ln -sfn /etc out; touch secret; chmod 0 secret',
    ]);
    await expect(read(path)).rejects.toMatchObject({ kind });
  });

  test('that are too large, or more than the workspace holds, are refused', async () => {
    await expect(write('large', 'x'.repeat(100), { maxBytes: 99 })).rejects.toMatchObject({ kind: 'too-large' });
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(65_536);
    }
    const files = rig.engine.access.files(shared);
    const how = { ...plainWrite, maxBytes: 1e12 };
    const upload = files.write('full', how, { chunks: endless(), expectedSha256: () => null }, never);
    await expect(upload).rejects.toMatchObject({ kind: 'no-space' });
    expect(await output(['sh', '-c', 'ls -A | grep -e full -e tmp'])).toBe('');
  });

  test('directories are made and removed', async () => {
    const files = rig.engine.access.files(shared);
    await files.makeDirectory('x/y/z', { mode: 0o755, parents: true }, never);
    await expect(files.makeDirectory('x/y', { mode: 0o755, parents: false }, never)).rejects.toMatchObject({
      kind: 'conflict',
    });
    await files.remove('x', { recursive: true }, never);
    await expect(files.stat('x', never)).rejects.toMatchObject({ kind: 'path-not-found' });
  });

  test('of any size pass both ways without being held in this process', async () => {
    const mebibyte = Buffer.alloc(1_048_576, 3);
    const megabytes = 240; // what the workspace of the test container holds
    async function* large(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < megabytes; at += 1) yield mebibyte;
    }
    await output(['sh', '-c', 'rm -rf /workspace/*']);
    const files = rig.engine.access.files(shared);
    const how = { ...plainWrite, maxBytes: 1e9 };
    const content = { chunks: large(), expectedSha256: () => null };
    const [upload, uploadBytes] = await mostHeldDuring(() => files.write('large', how, content, never));
    expect(upload.bytes).toBe(megabytes * 1_048_576);
    // Node collects buffers when it likes: what is held is far from the file, and never exact.
    expect(uploadBytes).toBeLessThan(128 * 1_048_576);
    const receive = { onInfo: () => {}, onChunk: () => {} };
    const reading = () => files.read('large', { offset: 0, limit: null }, receive, never);
    const [download, downloadBytes] = await mostHeldDuring(reading);
    expect(download).toMatchObject({ bytes: upload.bytes, sha256: upload.sha256 });
    expect(downloadBytes).toBeLessThan(128 * 1_048_576);
    await files.remove('large', { recursive: false }, never);
  });
});

/** With the most bytes in buffers meanwhile, over what there was before. */
async function mostHeldDuring<T>(act: () => Promise<T>): Promise<readonly [T, number]> {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 5);
  const result = await act().finally(() => clearInterval(watch));
  return [result, most];
}

describe('a terminal', () => {
  test('is one for the command, takes input and knows its size', async () => {
    const change = { tty: { rows: 33, columns: 77 }, stdin: 'open', lossless: true } as const;
    const command = await start(['sh', '-c', 'stty size; read line; stty size; echo "got $line"; test -t 0'], change);
    let seen = '';
    const following = followAll(command, (part) => (seen += part));
    await expect.poll(() => seen).toContain('33 77');
    await command.resize({ rows: 40, columns: 100 });
    await command.write(Buffer.from('hello\n'), never);
    expect(await following).toMatchObject({ exitCode: 0, stderr: '' });
    expect(seen).toContain('40 100');
    expect(seen).toContain('got hello');
  });

  test('and a command in it can be signalled', async () => {
    const command = await start(['sleep', '1000'], { tty: { rows: 24, columns: 80 }, stdin: 'open' });
    await command.sendSignal(15);
    expect(codeOf(await followAll(command))).toBe(143);
  });
});

describe('a port forward', () => {
  test('reaches a server in the session, both ways and to both ends', async () => {
    const server = await start(['sh', '-c', 'nc -l -p 8123 -e cat']);
    const stream = await until(() => rig.engine.access.connect(shared, 8123, never));
    const sent = 'x'.repeat(1_000_000);
    stream.end(sent);
    expect((await text(stream)).length).toBe(sent.length);
    await server.kill(never);
  });

  test('is refused where nothing listens', async () => {
    await expect(rig.engine.access.connect(shared, 9, never)).rejects.toMatchObject({ kind: 'refused' });
  });

  test('ends with its stream', async () => {
    const server = await start(['sh', '-c', 'nc -l -p 8124 -e cat; echo over']);
    const stream = await until(() => rig.engine.access.connect(shared, 8124, never));
    stream.destroy();
    expect(await followAll(server)).toMatchObject({ stdout: 'over\n' });
  });
});

describe('the main command', () => {
  const withMain = (script: string): Partial<ContainerSpec> => ({
    command: ['run', '--root', '/workspace', '--', 'sh', '-c', script],
  });

  test('is followed from any sequence number to its end', async () => {
    const containerId = await rig.started(withMain('echo one; echo two >&2; sleep 1; echo three; sleep 1; exit 6'));
    const seen: MainOutput[] = [];
    await rig.engine.access.followMain(containerId, 0, (part) => void seen.push(part), never);
    const all = seen.map(({ bytes }) => Buffer.from(bytes).toString()).join('');
    expect(all).toBe('one\ntwo\nthree\n');
    expect(seen[0]).toMatchObject({ sequence: 0, stream: 'stdout' });
    expect(Math.abs((seen[0]?.atMs ?? 0) - Date.now())).toBeLessThan(60_000);
    await expect
      .poll(() => rig.engine.inspect(containerId, never))
      .toMatchObject({
        container: { state: 'exited', exitCode: 6 },
      });
  });

  test('of a container that is killed is over', async () => {
    const containerId = await rig.started(withMain('echo up; sleep 1000'));
    const up = Promise.withResolvers<void>();
    const following = rig.engine.access.followMain(containerId, 0, () => up.resolve(), never);
    await up.promise;
    await rawDocker().getContainer(containerId).kill();
    await following;
  });

  test('whose connection is cut says so, and goes on from the next number', async () => {
    const containerId = await rig.started(withMain('echo one; sleep 1; echo two'));
    let next = 0;
    let all = '';
    const take = ({ sequence, bytes }: MainOutput): void => {
      next = sequence + bytes.byteLength;
      all += Buffer.from(bytes).toString();
      if (all === 'one\n') proxy.cut();
    };
    await expect(rig.engine.access.followMain(containerId, 0, take, never)).rejects.toMatchObject({
      kind: 'unavailable',
    });
    await rig.engine.access.followMain(containerId, next, take, never);
    expect(all).toBe('one\ntwo\n');
  });
});

describe('a connection that is cut', () => {
  const script = 'for n in 1 2 3 4 5; do echo line $n; sleep 0.1; done; exit 7';
  const lines = 'line 1\nline 2\nline 3\nline 4\nline 5\n';

  test.each([
    { at: 'execStart', when: 'before' },
    { at: 'execStart', when: 'after' },
    { at: 'execStarted', when: 'before' },
    { at: 'execStarted', when: 'after' },
    { at: 'execSubscribe', when: 'before' },
    { at: 'execSubscribe', when: 'after' },
    { at: 'execOutput', when: 'before' },
    { at: 'execOutput', when: 'after' },
    { at: 'execExit', when: 'before' },
  ] as const)('$when $at is not noticed', async ({ at, when }) => {
    await output(['true']);
    const attached = proxy.attached();
    proxy.cutAt(at, when);
    const command = await start(['sh', '-c', script]);
    expect(await followAll(command)).toMatchObject({ exitCode: 7, stdout: lines });
    expect(proxy.attached()).toBe(attached + 1);
    expect(await output(['sh', '-c', 'echo still'])).toBe('still\n');
  });

  test('again and again leaves the output whole', async () => {
    const command = await start(['sh', '-c', 'for n in 1 2 3 4 5 6 7 8; do head -c 20000 /dev/zero; sleep 0.1; done']);
    const cutting = setInterval(() => proxy.cut(), 130);
    const followed = await followAll(command).finally(() => clearInterval(cutting));
    expect(followed).toMatchObject({ exitCode: 0, stdoutBytes: 160_000 });
    expect(followed.bytes.byteLength).toBe(160_000);
  });

  test('costs a lossless command nothing, however far behind its follower is', async () => {
    const numbers = 'i=0; while [ $i -lt 150000 ]; do i=$((i+1)); echo $i; done';
    const command = await start(['sh', '-c', numbers], { lossless: true, keepBytes: 4096 });
    const hash = createHash('sha256');
    let next = 0;
    const cutting = setInterval(() => proxy.cut(), 150);
    await command
      .follow(
        { stdout: 0, stderr: 0 },
        async ({ offset, bytes }) => {
          expect(offset).toBe(next);
          next += bytes.byteLength;
          hash.update(bytes);
          await new Promise((resolve) => setTimeout(resolve, 10));
        },
        never,
      )
      .finally(() => clearInterval(cutting));
    const all = Array.from({ length: 150_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(next).toBe(all.length);
    expect(hash.digest('hex')).toBe(sha256(all));
  });

  test('while a command is killed does not keep it alive', async () => {
    const command = await start(['sh', '-c', 'setsid sleep 1000 & sleep 1000']);
    proxy.cutAt('execKill', 'before');
    expect(await command.kill(never)).toMatchObject({ killed: true, containerEnded: false });
    expect(await rig.strays(shared)).toEqual([]);
  });

  test('with input on its way says so, and never repeats or loses input in silence', async () => {
    const command = await start(['wc', '-c'], { stdin: 'open' });
    await command.write(Buffer.alloc(1000), never);
    proxy.cut();
    await until(async () => expect(rig.engine.inits.alive(shared)).toBe(false));
    await expect(command.write(Buffer.alloc(1000), never)).rejects.toMatchObject({ kind: 'unavailable' });
    await command.kill(never);
  });

  test('lets an upload go without a trace', async () => {
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(10_000);
      proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield Buffer.alloc(10_000);
    }
    const files = rig.engine.access.files(shared);
    const upload = files.write('cut', plainWrite, { chunks: slow(), expectedSha256: () => null }, never);
    await expect(upload).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await output(['sh', '-c', 'ls -A | grep -e cut -e tmp'])).toBe('');
  });
});

describe('another controller', () => {
  test('takes over: the older one lets go, and the newer one has the whole output', async () => {
    const containerId = await rig.started();
    const command = await start(['sh', '-c', 'echo one; sleep 1; echo two'], {}, containerId);
    const older = followAll(command);
    const refused = expect(older).rejects.toMatchObject({ kind: 'unavailable' });
    const successor = rig.another();
    const found = await successor.access.find(containerId, command.execId, never);
    await refused;
    expect(found === null ? null : await followAll(found)).toMatchObject({ exitCode: 0, stdout: 'one\ntwo\n' });
    await expect(start(['true'], {}, containerId)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('an init that does not answer', () => {
  test('leaves commands to the engine until it answers again', async () => {
    const containerId = await rig.started();
    const { access, inits } = rig.engine;
    const before = await start(['sh', '-c', 'echo kept'], {}, containerId);
    await followAll(before);
    proxy.deafen(true);
    proxy.cut();
    try {
      await until(async () => expect(inits.alive(containerId)).toBe(false));
      const ran = await start(['sh', '-c', 'echo by the engine'], {}, containerId);
      expect(await followAll(ran)).toMatchObject({ exitCode: 0, stdout: 'by the engine\n', cpuMs: null });
      expect(access.wayInto(containerId)).toBe('engine-exec');
      await expect(access.files(containerId).stat('.', never)).rejects.toMatchObject({ kind: 'unsupported' });
    } finally {
      proxy.deafen(false);
      proxy.cut();
    }
    await inits.whenReady(containerId, never);
    expect(access.wayInto(containerId)).toBe('session-init');
    const found = await access.find(containerId, before.execId, never);
    expect(await found?.state(never)).toMatchObject({ exitCode: 0, cpuMs: expect.any(Number) as number });
  });
});

describe('a controller that has started again', () => {
  test('finds out by itself which containers have the init, and goes on with their commands', async () => {
    const containerId = await rig.started();
    const command = await start(['sh', '-c', 'echo one; sleep 0.3; echo two'], {}, containerId);
    rig.engine.inits.close(containerId);
    const successor = rig.another();
    expect(successor.access.wayInto(containerId)).toBe('engine-exec');
    const found = await successor.access.find(containerId, command.execId, never);
    expect(successor.access.wayInto(containerId)).toBe('session-init');
    expect(found === null ? null : await followAll(found)).toMatchObject({ exitCode: 0, stdout: 'one\ntwo\n' });
  });
});

describe('commands against the init', () => {
  test('whose environment is cleared and who left their session are killed with their tree', async () => {
    const containerId = await rig.started();
    const script = "env -i setsid sh -c 'sleep 1000 & sleep 1000 & wait' & sleep 1000";
    const command = await start(['sh', '-c', script], {}, containerId);
    await expect.poll(() => rig.strays(containerId)).toHaveLength(4);
    expect(await command.kill(never)).toMatchObject({ killed: true, containerEnded: false });
    expect(await rig.strays(containerId)).toEqual([]);
  });

  test('a slow follower costs nobody else anything', async () => {
    const slow = await start(['sh', '-c', 'head -c 3000000 /dev/zero'], { lossless: true });
    const stop = new AbortController();
    let taken = 0;
    const following = slow.follow(
      { stdout: 0, stderr: 0 },
      ({ bytes }) => {
        taken += bytes.byteLength;
        return new Promise(() => {}); // never ready for more
      },
      stop.signal,
    );
    const refused = expect(following).rejects.toMatchObject({ kind: 'cancelled' });
    for (let round = 0; round < 20; round += 1) expect(await output(['echo', 'quick'])).toBe('quick\n');
    expect(taken).toBeLessThanOrEqual(32_768);
    expect(await slow.state(never)).toMatchObject({ running: true });
    stop.abort();
    await refused;
    await slow.kill(never);
  });
});

/** Repeats until it works. */
async function until<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await act();
    } catch (thrown) {
      if (tries >= 50) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
