import { appendFile, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { LogQuery } from '../../../src/model/node-protocol.ts';
import { createLogSpool, type LogSpool, type LogSpoolOptions } from '../../../src/nodeapi/log-spool.ts';
import { type Log, silentLog } from '../../../src/ports/log.ts';
import { FakeMain } from '../../support/fake-container-access.ts';
import { fakeClock } from '../../support/frontend-fakes.ts';

const ALL: LogQuery = { tail: null, sinceMs: null, grep: null, cursor: null, follow: false, most: 10_000 };
const UID = 'uid-1';
const never = new AbortController().signal;

describe('the log of a session', () => {
  let dir: string;
  let main: FakeMain;
  let spools: LogSpool[];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spool-'));
    main = new FakeMain();
    spools = [];
  });
  afterEach(async () => {
    for (const spool of spools) await spool.close();
    await rm(dir, { recursive: true });
  });
  const open = (change: Partial<LogSpoolOptions> = {}): LogSpool => {
    const access = {
      followMain: (_id: string, ...rest: Parameters<FakeMain['follow']>) => main.follow(...rest),
    };
    const spool = createLogSpool({ dir, access, clock: fakeClock(), log: silentLog, ...change });
    spools.push(spool);
    return spool;
  };
  const read = async (spool: LogSpool, query: Partial<LogQuery> = {}) => {
    const lines: string[] = [];
    const end = await spool.query(UID, { ...ALL, ...query }, (line) => void lines.push(line.text), never);
    return { lines, ...end };
  };
  const texts = async (spool: LogSpool, query: Partial<LogQuery> = {}) => (await read(spool, query)).lines;

  test('is what its main command wrote, in private files', async () => {
    const spool = open();
    spool.attach(UID, 'c1');
    spool.attach(UID, 'c1');
    main.write('stdout', 'one\ntwo\n');
    await expect.poll(() => texts(spool)).toEqual(['one', 'two']);
    expect(main.followedFrom).toEqual([0]);
    expect((await stat(join(dir, UID))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dir, UID, '00000001.log'))).mode & 0o777).toBe(0o600);
  });

  test('goes on after a restart where it stopped, also when the last record is torn', async () => {
    const first = open();
    first.attach(UID, 'c1');
    main.write('stdout', 'one\ntwo\n');
    await expect.poll(() => texts(first)).toEqual(['one', 'two']);
    await first.close();
    await appendFile(join(dir, UID, '00000001.log'), Buffer.from([0, 0, 0, 40, 1, 2, 3]));
    const second = open();
    second.attach(UID, 'c1');
    main.write('stdout', 'three\n');
    await expect.poll(() => texts(second)).toEqual(['one', 'two', 'three']);
    expect(main.followedFrom).toEqual([0, 8]);
  });

  test('asks again for what a torn record held', async () => {
    const first = open();
    first.attach(UID, 'c1');
    main.write('stdout', 'one\n');
    await expect.poll(() => texts(first)).toEqual(['one']);
    main.write('stdout', 'two\n');
    await expect.poll(() => texts(first)).toEqual(['one', 'two']);
    await first.close();
    const file = join(dir, UID, '00000001.log');
    await truncate(file, (await stat(file)).size - 1);
    const second = open();
    second.attach(UID, 'c1');
    await expect.poll(() => texts(second)).toEqual(['one', 'two']);
    expect(main.followedFrom).toEqual([0, 4]);
  });

  test('begins anew with a new container', async () => {
    const spool = open();
    spool.attach(UID, 'c1');
    main.write('stdout', 'old\nunfinished');
    await expect.poll(() => texts(spool)).toEqual(['old']);
    spool.detach(UID);
    main.restart();
    spool.attach(UID, 'c2');
    main.write('stdout', 'new\n');
    await expect.poll(() => texts(spool)).toEqual(['old', 'unfinished', 'new']);
    expect(main.followedFrom).toEqual([0, 0]);
  });

  test('is rotated, and a cursor that is older than what is kept is told as truncated', async () => {
    const spool = open({ limits: { fileBytes: 1000, files: 3 } });
    spool.attach(UID, 'c1');
    main.write('stdout', 'first\n');
    await expect.poll(() => texts(spool)).toEqual(['first']);
    const { cursor } = await read(spool);
    for (let line = 0; line < 200; line += 1) main.write('stdout', `line ${line}\n`);
    await expect.poll(async () => (await texts(spool, { tail: 1 })).at(0)).toBe('line 199');
    expect(await readdir(join(dir, UID))).toHaveLength(3);
    const rest = await read(spool, { cursor });
    expect(rest.truncated).toBe(true);
    expect(rest.lines.at(-1)).toBe('line 199');
    expect(rest.lines.length).toBeLessThan(200);
  });

  test('is asked by tail, time, expression and cursor', async () => {
    const spool = open();
    spool.attach(UID, 'c1');
    for (let line = 0; line < 10; line += 1) main.write('stdout', `line ${line}\n`, 1000 + line);
    await expect.poll(async () => (await texts(spool)).length).toBe(10);
    expect(await texts(spool, { tail: 2 })).toEqual(['line 8', 'line 9']);
    expect(await texts(spool, { tail: 0 })).toEqual([]);
    expect(await texts(spool, { sinceMs: 1008 })).toEqual(['line 8', 'line 9']);
    expect(await texts(spool, { grep: '[24]$' })).toEqual(['line 2', 'line 4']);
    const first = await read(spool, { most: 4 });
    expect(first).toMatchObject({ lines: ['line 0', 'line 1', 'line 2', 'line 3'], truncated: true });
    const second = await read(spool, { cursor: first.cursor, grep: '7' });
    expect(second).toMatchObject({ lines: ['line 7'], truncated: false });
    expect(await texts(spool, { cursor: second.cursor })).toEqual([]);
  });

  test('is paged without loss or repetition, also across lines that are not finished', async () => {
    const spool = open();
    spool.attach(UID, 'c1');
    main.write('stdout', 'begin');
    main.write('stderr', 'x\n');
    await expect.poll(() => texts(spool)).toEqual(['x']);
    const { cursor } = await read(spool);
    main.write('stdout', ' and end\n');
    await expect.poll(() => texts(spool, { cursor })).toEqual(['begin and end']);
  });

  test('is followed without loss or repetition until its container ends', async () => {
    const spool = open({ limits: { fileBytes: 500, files: 3 } });
    spool.attach(UID, 'c1');
    main.write('stdout', 'line 0\n');
    await expect.poll(() => texts(spool)).toEqual(['line 0']);
    const lines: string[] = [];
    const query = { ...ALL, follow: true };
    const following = spool.query(UID, query, ({ text }) => void lines.push(text), never);
    for (let line = 1; line < 100; line += 1) {
      main.write('stdout', `line ${line}\n`);
      if (line % 10 === 0) await expect.poll(() => lines.length).toBe(line + 1);
    }
    main.write('stdout', 'last');
    main.end();
    await following;
    expect(lines).toEqual([...Array.from({ length: 100 }, (_, line) => `line ${line}`), 'last']);
  });

  test('ends its readers when the session is removed, or when they go', async () => {
    const spool = open();
    spool.attach(UID, 'c1');
    main.write('stdout', 'one\n');
    await expect.poll(() => texts(spool)).toEqual(['one']);
    const gone = new AbortController();
    const left = spool.query(UID, { ...ALL, follow: true }, () => {}, gone.signal);
    const stayed = spool.query(UID, { ...ALL, follow: true }, () => {}, never);
    gone.abort(new OperatorError('cancelled', 'gone'));
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    await spool.remove(UID);
    await stayed;
    expect(await readdir(dir)).toEqual([]);
  });

  test('of a session that is gone is removed at start; other directories are left', async () => {
    await mkdir(join(dir, 'gone'));
    await writeFile(join(dir, 'gone', '00000001.log'), 'x');
    await mkdir(join(dir, 'kept'));
    await mkdir(join(dir, '.hidden'));
    await open().keepOnly(new Set(['kept']));
    expect((await readdir(dir)).sort()).toEqual(['.hidden', 'kept']);
  });

  test.each(['', '..', 'a/b', '../x', 'a'.repeat(65)])('is not kept for the UID %j', async (uid) => {
    await expect(open().remove(uid)).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('tells why there is none where nobody can follow', async () => {
    main.faults.push(new OperatorError('unsupported', 'the session runs without the init'));
    const spool = open();
    spool.attach(UID, 'c1');
    await expect.poll(() => texts(spool).then(String, (fault: Error) => fault.message)).toContain('without the init');
  });

  test('goes on when the container does not answer for a while', async () => {
    main.faults.push(new OperatorError('unavailable', 'away'), new OperatorError('unavailable', 'away'));
    const spool = open();
    spool.attach(UID, 'c1');
    main.write('stdout', 'one\n');
    await expect.poll(() => texts(spool)).toEqual(['one']);
    expect(main.followedFrom).toEqual([0, 0, 0]);
  });

  test('is empty for a session that wrote nothing', async () => {
    expect(await read(open())).toEqual({ lines: [], cursor: '', truncated: false });
  });

  test.each([{ grep: '(?=x)' }, { grep: '(' }, { cursor: 'x' }])('refuses %j', async (query) => {
    await expect(read(open(), query)).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('is given up with one warning and a count when the disk takes nothing', async () => {
    await writeFile(join(dir, UID), 'a file where the directory should be');
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
    let failures = 0;
    let sleeps = 0;
    const clock = {
      ...fakeClock(),
      sleep: (_ms: number, signal: AbortSignal) =>
        (sleeps += 1) < 3
          ? Promise.resolve()
          : new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    };
    const spool = open({ log, clock, onWriteFailure: () => void (failures += 1) });
    spool.attach(UID, 'c1');
    main.write('stdout', 'one\n');
    await expect.poll(() => failures).toBe(3);
    expect(warnings).toEqual(['the log of a session is not written']);
  });
});
