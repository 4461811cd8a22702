// Commands through both servers: in the background, by offset, killed, interactive.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALICE, sessionNamed } from '../../support/frontend-fakes.ts';
import type { FakeCommand } from '../../support/fake-command.ts';
import { type Cli, cliOf, idOf, never } from './cli-client.ts';
import { startTwoServers, TOKENS, type TwoServers } from './two-servers.ts';

const INTERACTIVE = { argv: ['cat'], env: [], cwd: null, timeoutSeconds: null, stdin: true, tty: null };

describe('commands', () => {
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
  const commandOf = (execId: string): FakeCommand | undefined =>
    servers.containers.started.get(`container-of-s1/${execId}`);

  test('in the background survive a client that goes away, and keep their slot until they end', async () => {
    const frames = await cli.exec({ argv: ['hold'], background: true });
    expect(frames.map(({ type }) => type)).toEqual(['started']);
    await cli.client.close();
    const later = cliOf(servers, TOKENS.alice);
    expect(await later.client.execRecord(later.session, idOf(frames), 0, never)).toMatchObject({ running: true });
    for (let more = 0; more < 7; more += 1) await later.exec({ argv: ['hold'], background: true });
    await expect(later.exec({ argv: ['hold'], background: true })).rejects.toMatchObject({ kind: 'conflict' });
    expect(await later.client.listExecs(later.session, never)).toHaveLength(8);
    expect(await later.client.execKill(later.session, idOf(frames), never)).toMatchObject({
      running: false,
      killed: true,
      signal: 9,
    });
    await expect
      .poll(() =>
        later.exec({ argv: ['echo', 'room'] }).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await later.client.close();
  });

  test('run on when the connection of their client is lost', async () => {
    const lost = cliOf(servers, TOKENS.alice);
    const run = lost.exec({ argv: ['hold'] });
    await expect.poll(() => servers.containers.started.size).toBe(1);
    await lost.client.close();
    await expect(run).rejects.toMatchObject({ kind: 'unavailable' });
    const [record] = await cli.client.listExecs(cli.session, never);
    expect(record).toMatchObject({ running: true, killed: false });
  });

  test('are killed when whoever waits for them gives up', async () => {
    const giveUp = new AbortController();
    const run = cli.exec({ argv: ['hold'] }, giveUp.signal);
    await expect.poll(() => servers.containers.started.size).toBe(1);
    giveUp.abort();
    await expect(run).rejects.toMatchObject({ kind: 'cancelled' });
    const [command] = servers.containers.started.values();
    expect(await command?.state()).toMatchObject({ running: false, killed: true });
  });

  test('tell their output by offset, and the gap in its middle', async () => {
    const frames = await cli.exec({ argv: ['flood', '4096'], maxOutputBytes: 262_144 });
    expect(frames.at(-1)).toMatchObject({ type: 'exit', stdoutBytes: 4_194_304, truncated: true });
    const omitted = frames.filter((frame) => frame.type === 'omitted');
    expect(omitted).toEqual([{ type: 'omitted', stream: 'stdout', bytes: 4_194_304 - 262_144 }]);
    const page = (offset: number) =>
      cli.client.execOutput(cli.session, { execId: idOf(frames), stream: 'stdout', offset, limit: 100_000 }, never);
    expect(await page(0)).toMatchObject({ offset: 0, nextOffset: 100_000, end: false, record: { running: false } });
    const head = await page(100_000);
    expect(head).toMatchObject({ offset: 100_000, nextOffset: 131_072, end: false });
    const afterGap = await page(head.nextOffset);
    expect(afterGap).toMatchObject({ offset: 4_194_304 - 131_072, nextOffset: 4_194_304 - 31_072 });
    expect(await page(afterGap.nextOffset)).toMatchObject({ nextOffset: 4_194_304, end: true });
  });

  test('answer a wait with their end, or when patience is over', async () => {
    const execId = idOf(await cli.exec({ argv: ['cat'], background: true, keepInputOpen: true }));
    expect(await cli.client.execRecord(cli.session, execId, 20, never)).toMatchObject({ running: true });
    const waiting = cli.client.execRecord(cli.session, execId, 60_000, never);
    const input = { execId, stdin: Buffer.from('typed'), endInput: true, sendSignal: null };
    await cli.client.execInput(cli.session, input, never);
    expect(await waiting).toMatchObject({ running: false, exitCode: 0, stdoutBytes: 5 });
    await expect(cli.client.execInput(cli.session, input, never)).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('are not found under an id that never was', async () => {
    await expect(cli.client.execRecord(cli.session, 'ex_none', 0, never)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(cli.client.execRecord(cli.session, '../../x', 0, never)).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('that are interactive echo what is typed, end with their input, and hear of the size and of signals', async () => {
    const heard: unknown[] = [];
    servers.containers.programs.set('shell', async ({ input, write, onResize, onSignal }) => {
      onResize((size) => heard.push(size));
      onSignal((signal) => heard.push(signal));
      for await (const chunk of input) await write('stdout', chunk);
      await write('stderr', 'bye');
      return 7;
    });
    const tty = { rows: 24, columns: 80 };
    const channel = await cli.client.openExec(cli.session, { ...INTERACTIVE, argv: ['shell'], tty }, never);
    const output = { stdout: '', stderr: '' };
    const followed = channel.follow((stream, bytes) => void (output[stream] += Buffer.from(bytes).toString('utf8')));
    await channel.write(Buffer.from('hello'));
    await expect.poll(() => output.stdout).toBe('hello');
    channel.resize({ rows: 50, columns: 132 });
    channel.sendSignal(2);
    await expect.poll(() => heard).toEqual([{ rows: 50, columns: 132 }, 2]);
    channel.endInput();
    expect(await followed).toMatchObject({ execId: channel.execId, running: false, exitCode: 7 });
    expect(output).toEqual({ stdout: 'hello', stderr: 'bye' });
    expect(commandOf(channel.execId)?.wanted).toMatchObject({ tty, stdin: 'open', lossless: true });
    channel.close();
  });

  test('that are interactive wait for a slow reader, and nothing piles up on the way', async () => {
    const channel = await cli.client.openExec(cli.session, { ...INTERACTIVE, argv: ['flood', '65536'] }, never);
    const writtenBytes = async () => (await commandOf(channel.execId)?.state())?.stdoutBytes ?? 0;
    let bytes = 0;
    let stalledAt = 0;
    const exit = await channel.follow(async (_stream, chunk) => {
      bytes += chunk.byteLength;
      if (stalledAt > 0) return;
      // The reader stands still until nothing moves any more.
      for (let before = -1; stalledAt !== before; stalledAt = await writtenBytes()) {
        before = stalledAt;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    });
    expect(bytes).toBe(64 * 1024 * 1024);
    expect(exit).toMatchObject({ exitCode: 0, stdoutBytes: 64 * 1024 * 1024 });
    // What the kernel's own buffers of two connections take, and some hundred KiB of ours.
    expect(stalledAt).toBeLessThan(32 * 1024 * 1024);
    expect(commandOf(channel.execId)?.mostQueuedBytes).toBeLessThan(512 * 1024);
    channel.close();
  });

  test('that are interactive are killed beside the input that they do not read', async () => {
    const channel = await cli.client.openExec(cli.session, { ...INTERACTIVE, argv: ['hold'] }, never);
    const followed = channel.follow(() => {});
    channel.kill();
    expect(await followed).toMatchObject({ killed: true, signal: 9 });
    channel.close();
  });

  test('that are interactive run on when their channel is closed', async () => {
    const channel = await cli.client.openExec(cli.session, { ...INTERACTIVE, argv: ['hold'] }, never);
    const followed = channel.follow(() => {});
    channel.close();
    await expect(followed).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await cli.client.execRecord(cli.session, channel.execId, 0, never)).toMatchObject({ running: true });
  });

  test.each([
    { name: 'a program that is not there', change: { argv: ['nope'] }, kind: 'invalid' },
    { name: 'a time limit above the maximum', change: { timeoutSeconds: 86_400 }, kind: 'invalid' },
  ])('that are interactive are refused before the upgrade: $name', async ({ change, kind }) => {
    servers.containers.otherProgram = null;
    const opened = cli.client.openExec(cli.session, { ...INTERACTIVE, ...change }, never);
    await expect(opened).rejects.toMatchObject({ kind });
  });

  test('that are interactive are at most eight in a session', async () => {
    const open = () => cli.client.openExec(cli.session, { ...INTERACTIVE, argv: ['hold'] }, never);
    const channels = [];
    for (let count = 0; count < 8; count += 1) channels.push(await open());
    await expect(open()).rejects.toMatchObject({ kind: 'conflict' });
    for (const channel of channels) channel.close();
  });
});
