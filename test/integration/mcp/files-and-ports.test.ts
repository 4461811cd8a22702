// Files, port forwards and logs through both servers.

import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogLine, LogQuery } from '../../../src/model/node-protocol.ts';
import { operationPath } from '../../../src/model/node-routes.ts';
import { encodeMessage, MESSAGE } from '../../../src/process/node-protocol/messages.ts';
import { ALICE, sessionNamed } from '../../support/frontend-fakes.ts';
import { type Cli, cliOf, never } from './cli-client.ts';
import { startTwoServers, TOKENS, type TwoServers } from './two-servers.ts';

const HOW = { mode: null, ifSha256: null, makeParents: false, maxBytes: 1_000_000_000 };
const ALL: LogQuery = { tail: null, sinceMs: null, grep: null, cursor: null, follow: false, most: 10_000 };
const MIB = 1024 * 1024;

async function* chunksOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** What a count is when it has stopped growing. */
async function settled(count: () => number): Promise<number> {
  for (let before = -1; ; ) {
    if (count() === before) return before;
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

describe('inside a session', () => {
  let servers: TwoServers;
  let cli: Cli;
  beforeEach(async () => {
    servers = await startTwoServers({ sessions: [sessionNamed({ name: 's1', owner: ALICE.username })] });
    cli = cliOf(servers, TOKENS.alice);
  });
  afterEach(async () => {
    await cli[Symbol.asyncDispose]();
    await servers.stop();
  });
  const read = async (path: string, offset = 0, limit: number | null = null) => {
    const chunks: Uint8Array[] = [];
    const receive = { onStat: () => {}, onChunk: (bytes: Uint8Array) => void chunks.push(Uint8Array.from(bytes)) };
    await cli.client.fileRead(cli.session, { path, offset, limit }, receive, never);
    return Buffer.concat(chunks).toString('utf8');
  };

  test('a file is written, looked at, read in part, listed and removed', async () => {
    const { client, session } = cli;
    const written = await client.fileWrite(session, 'a.txt', HOW, chunksOf('hello ', 'world'), never);
    expect(written).toEqual({
      bytes: 11,
      sha256: createHash('sha256').update('hello world').digest('hex'),
      created: true,
    });
    expect(await client.fileStat(session, 'a.txt', never)).toMatchObject({ kind: 'file', size: 11 });
    expect(await read('a.txt')).toBe('hello world');
    expect(await read('a.txt', 6, 3)).toBe('wor');
    await client.fileMakeDirectory(session, 'd/e', true, never);
    const page = await client.fileList(session, { path: '.', after: '', most: 1 }, never);
    expect(page).toMatchObject({ entries: [{ name: 'a.txt' }], total: 2, more: true });
    await client.fileRemove(session, 'd', true, never);
    const rest = await client.fileList(session, { path: '.', after: 'a.txt', most: 10 }, never);
    expect(rest).toMatchObject({ entries: [], total: 1, more: false });
  });

  test.each([
    { name: 'nothing is there', path: 'none', kind: 'path-not-found' },
    { name: 'the path leads outside', path: '../../etc/passwd', kind: 'path-outside' },
    { name: 'the path is absolute', path: '/etc/passwd', kind: 'path-outside' },
  ])('a file is refused in the words of the container: $name', async ({ path, kind }) => {
    await expect(cli.client.fileStat(cli.session, path, never)).rejects.toMatchObject({ kind });
    await expect(read(path)).rejects.toMatchObject({ kind });
  });

  test('a write with a condition that fails changes nothing', async () => {
    await writeFile(join(servers.workspace, 'a.txt'), 'before');
    const absent = { ...HOW, ifSha256: 'absent' as const };
    const write = cli.client.fileWrite(cli.session, 'a.txt', absent, chunksOf('after'), never);
    await expect(write).rejects.toMatchObject({ kind: 'conflict' });
    expect(await readFile(join(servers.workspace, 'a.txt'), 'utf8')).toBe('before');
  });

  test('a write that is too large is refused while it is being sent, and its reason arrives', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 1024; count += 1) yield Buffer.alloc(MIB);
    }
    const write = cli.client.fileWrite(cli.session, 'big', { ...HOW, maxBytes: 3 * MIB }, endless(), never);
    await expect(write).rejects.toMatchObject({ kind: 'too-large' });
    expect(await readdir(servers.workspace)).toEqual([]);
  });

  test.each([
    { name: 'aborts', end: (client: AbortController) => client.abort(), kind: 'cancelled' },
    {
      name: 'fails at its source',
      end: () => {
        throw new Error('disk of the client');
      },
      kind: 'unavailable',
    },
  ])('a client that $name within a write leaves nothing', async ({ end, kind }) => {
    const client = new AbortController();
    async function* dying(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(MIB);
      await expect.poll(() => readdir(servers.workspace)).not.toEqual([]);
      end(client);
      await new Promise(() => {});
    }
    const write = cli.client.fileWrite(cli.session, 'half', HOW, dying(), client.signal);
    await expect(write).rejects.toMatchObject({ kind });
    await expect.poll(() => readdir(servers.workspace)).toEqual([]);
  });

  test('a client whose connection breaks within a write leaves nothing', async () => {
    const path = operationPath(
      { operation: 'fileWrite', namespace: 'agents', name: 's1' },
      { uid: 'uid-agents-s1', path: 'half', maxBytes: 100 },
    );
    const { hostname, port } = new URL(servers.frontendUrl);
    const socket = connect({ host: hostname, port: Number(port), ca: servers.caPem });
    const part = encodeMessage(MESSAGE.fileData, Buffer.from('part'));
    socket.write(
      `PUT ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${TOKENS.alice}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    socket.write(`${part.byteLength.toString(16)}\r\n`);
    socket.write(part);
    socket.write('\r\n');
    await expect.poll(() => readdir(servers.workspace)).not.toEqual([]);
    socket.destroy();
    await expect.poll(() => readdir(servers.workspace)).toEqual([]);
  });

  test('64 MiB go there and back, and wait for whoever is slow', async () => {
    const inside = servers.containers.files('');
    let sent = 0;
    let sentAtStall = 0;
    let read = 0;
    let readAtStall = 0;
    servers.containers.files = () => ({
      ...inside,
      async write(path, how, { chunks, expectedSha256 }, signal) {
        async function* slow(): AsyncGenerator<Uint8Array> {
          for await (const chunk of chunks) {
            if (sentAtStall === 0) sentAtStall = await settled(() => sent);
            yield chunk;
          }
        }
        return inside.write(path, how, { chunks: slow(), expectedSha256 }, signal);
      },
      read: (path, range, { onInfo, onChunk }, signal) => {
        const counted = (bytes: Uint8Array) => {
          read += bytes.byteLength;
          return onChunk(bytes);
        };
        return inside.read(path, range, { onInfo, onChunk: counted }, signal);
      },
    });
    const block = Buffer.alloc(MIB, 'x');
    async function* content(): AsyncGenerator<Uint8Array> {
      for (; sent < 64 * MIB; sent += MIB) yield block;
    }
    const written = await cli.client.fileWrite(cli.session, 'big', HOW, content(), never);
    let bytes = 0;
    const onChunk = async (chunk: Uint8Array): Promise<void> => {
      bytes += chunk.byteLength;
      if (readAtStall === 0) readAtStall = await settled(() => read);
    };
    const range = { path: 'big', offset: 0, limit: null };
    const receipt = await cli.client.fileRead(cli.session, range, { onStat: () => {}, onChunk }, never);
    expect(bytes).toBe(64 * MIB);
    expect(receipt.sha256).toBe(written.sha256);
    // What the kernel's own buffers of two connections take, and some hundred KiB of ours.
    expect(Math.max(sentAtStall, readAtStall)).toBeLessThan(32 * MIB);
  });

  test('no more than eight file requests of a session run at a time', async () => {
    const held = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      await held.promise;
    }
    const writes = Array.from({ length: 8 }, (_, index) =>
      cli.client.fileWrite(cli.session, `f${index}`, HOW, slow(), never),
    );
    await expect.poll(async () => (await readdir(servers.workspace)).length).toBe(8);
    await expect(cli.client.fileStat(cli.session, '.', never)).rejects.toMatchObject({ kind: 'conflict' });
    held.resolve();
    await Promise.all(writes);
    expect(await cli.client.fileStat(cli.session, '.', never)).toMatchObject({ kind: 'directory' });
  });

  test('a port forward echoes, and each direction ends for itself', async () => {
    servers.containers.listeners.set(8080, (inside) => {
      const chunks: Buffer[] = [];
      inside.on('data', (chunk: Buffer) => chunks.push(chunk));
      inside.on('end', () => inside.end(Buffer.concat([...chunks, Buffer.from(' and the end')])));
    });
    const socket = await cli.client.forward(cli.session, 8080, never);
    const answer: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => answer.push(chunk));
    const ended = new Promise((resolve) => socket.once('end', resolve));
    socket.write('some bytes');
    socket.end();
    await ended;
    expect(Buffer.concat(answer).toString('utf8')).toBe('some bytes and the end');
  });

  test('a port forward to a port where nothing listens is refused before the upgrade', async () => {
    await expect(cli.client.forward(cli.session, 81, never)).rejects.toMatchObject({ kind: 'refused' });
  });

  test('a port forward ends when the program inside breaks', async () => {
    servers.containers.listeners.set(8080, (inside) => void inside.destroy(new Error('crashed')));
    const socket = await cli.client.forward(cli.session, 8080, never);
    socket.resume();
    await new Promise((resolve) => socket.once('end', resolve));
  });

  test('logs are told from a cursor on, and followed until the container ends', async () => {
    servers.logs.attach('uid-agents-s1', 'c1');
    servers.containers.main.write('stdout', 'one\ntwo\n');
    const first: LogLine[] = [];
    await expect
      .poll(async () => {
        first.length = 0;
        await cli.client.logs(cli.session, ALL, (line) => void first.push(line), never);
        return first.map(({ text }) => text);
      })
      .toEqual(['one', 'two']);
    const more: string[] = [];
    const query = { ...ALL, cursor: first[0]?.cursor ?? '', follow: true };
    const following = cli.client.logs(cli.session, query, ({ text }) => void more.push(text), never);
    await expect.poll(() => more).toEqual(['two']);
    servers.containers.main.write('stderr', 'three\n');
    await expect.poll(() => more).toEqual(['two', 'three']);
    servers.containers.main.end();
    expect(await following).toMatchObject({ truncated: false });
  });
});
