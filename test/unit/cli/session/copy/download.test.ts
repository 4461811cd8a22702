import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CopyOptions } from '../../../../../src/cli/arguments/copy.ts';
import { runCopy } from '../../../../../src/cli/session/copy/copy.ts';
import { OperatorError } from '../../../../../src/lib/errors.ts';
import { clientOf, fakeConsole } from '../../../../support/cli-fakes.ts';
import { aDirectory, aFile, aLink, type FakeFiles, sessionFiles } from '../../../../support/session-files.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mcpsession-cp-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const here = (...names: string[]): string => join(home, ...names);

async function download(
  session: FakeFiles,
  change: Partial<CopyOptions>,
): Promise<{ readonly code: number; readonly out: Buffer; readonly err: string }> {
  const console = fakeConsole();
  const options: CopyOptions = {
    connection: { kubeconfig: null, context: null, namespace: null, serviceAccount: null },
    session: 's1',
    direction: 'download',
    local: home,
    remote: '',
    recursive: false,
    ...change,
  };
  const code = await runCopy(options, { console, client: clientOf(session.access) }, new AbortController().signal);
  return { code, out: console.stdout.bytes(), err: console.stderr.text() };
}

/** Everything below the home, as path and content, links as "-> ". */
function tree(directory = home, prefix = ''): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory())
        return [`${prefix}${entry.name}/`, ...tree(join(directory, entry.name), `${prefix}${entry.name}/`)];
      if (entry.isSymbolicLink()) return [`${prefix}${entry.name} -> `];
      return [`${prefix}${entry.name}=${readFileSync(join(directory, entry.name), 'utf8')}`];
    });
}

describe('a file', () => {
  const session = () =>
    sessionFiles({ 'a.sh': aFile('#!/bin/sh\n', 0o755), empty: aFile(''), d: aDirectory(), l: aLink });

  test.each([
    { name: 'into a directory', local: () => home, want: ['a.sh=#!/bin/sh\n'] },
    { name: 'under a new name', local: () => here('b'), want: ['b=#!/bin/sh\n'] },
  ])('comes $name', async ({ local, want }) => {
    expect(await download(session(), { remote: 'a.sh', local: local() })).toEqual({
      code: 0,
      out: Buffer.alloc(0),
      err: '',
    });
    expect(tree()).toEqual(want);
  });

  test('keeps its mode, without set-id bits', async () => {
    const files = sessionFiles({ x: aFile('x', 0o6750), readonly: aFile('r', 0o400) });
    await download(files, { remote: 'x' });
    await download(files, { remote: 'readonly' });
    const umask = process.umask();
    expect(lstatSync(here('x')).mode & 0o7777).toBe(0o750 & ~umask);
    expect(lstatSync(here('readonly')).mode & 0o7777).toBe(0o400);
  });

  test('of no bytes is a file too', async () => {
    await download(session(), { remote: 'empty' });
    expect(tree()).toEqual(['empty=']);
  });

  test('goes to standard output', async () => {
    expect((await download(session(), { remote: 'a.sh', local: '-' })).out.toString()).toBe('#!/bin/sh\n');
    expect(tree()).toEqual([]);
  });

  test('that breaks off leaves the old one as it was, and nothing beside it', async () => {
    writeFileSync(here('a.sh'), 'old');
    const files = session();
    const access = {
      ...files.access,
      fileRead: async (...[, , { onChunk }]: Parameters<typeof files.access.fileRead>) => {
        await onChunk(Buffer.from('half'));
        throw new OperatorError('unavailable', 'the hash does not fit');
      },
    };
    await expect(download({ ...files, access }, { remote: 'a.sh' })).rejects.toThrow('the hash does not fit');
    expect(tree()).toEqual(['a.sh=old']);
  });

  test('replaces a file and a link, and never what the link points to', async () => {
    writeFileSync(here('outside'), 'precious');
    symlinkSync(here('outside'), here('a.sh'));
    await download(session(), { remote: 'a.sh' });
    expect(tree()).toEqual(['a.sh=#!/bin/sh\n', 'outside=precious']);
  });

  test.each([
    {
      name: 'a directory by a file',
      remote: 'a.sh',
      prepare: () => mkdirSync(here('a.sh')),
      want: 'is a directory; a file does not replace it',
    },
    {
      name: 'a missing directory',
      remote: 'a.sh',
      local: () => `${here('no')}/`,
      want: 'is no directory of this machine',
    },
    {
      name: 'a missing parent',
      remote: 'a.sh',
      local: () => here('no', 'a'),
      want: 'of this machine: no such file or directory',
    },
    { name: 'a directory without -r', remote: 'd', want: '"d" is a directory; copy it with -r' },
    { name: 'a link', remote: 'l', want: '"l" is a symbolic link; only files and directories are copied' },
    { name: 'what is not there', remote: 'no', want: 'no: no such file or directory' },
  ])('is refused: $name', async ({ remote, prepare, local, want }) => {
    prepare?.();
    await expect(download(session(), { remote, local: local?.() ?? home })).rejects.toThrow(want);
  });

  test('never replaces a device, pipe or socket', async () => {
    const pipe = here('pipe'); // of our own: a mistake must not cost this machine its /dev/null
    execFileSync('mkfifo', [pipe]);
    await expect(download(session(), { remote: 'a.sh', local: pipe })).rejects.toThrow('is a device, pipe or socket');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });
});

describe('a directory', () => {
  const session = () =>
    sessionFiles({
      d: aDirectory(0o750),
      'd/a': aFile('A'),
      'd/l': aLink,
      'd/sub': aDirectory(0o500),
      'd/sub/b': aFile('B'),
    });

  test('comes with all that is in it, links left out with a note', async () => {
    expect(await download(session(), { remote: 'd', recursive: true })).toMatchObject({
      code: 0,
      err: 'skipped "d/l": a symbolic link\n',
    });
    expect(tree()).toEqual(['d/', 'd/a=A', 'd/sub/', 'd/sub/b=B']);
  });

  test('becomes the target where that is not there, and its contents come for the workspace', async () => {
    await download(session(), { remote: 'd', local: here('new'), recursive: true });
    expect(tree(here('new'))).toEqual(['a=A', 'sub/', 'sub/b=B']);
    await download(session(), { remote: '', local: here('all'), recursive: true });
    expect(tree(here('all'))).toEqual(['d/', 'd/a=A', 'd/sub/', 'd/sub/b=B']);
  });

  test('with hostile names writes nothing outside the target, and says so', async () => {
    const files = session();
    files.oddNames.set('d', ['../evil', '..', '/etc/evil', 'x/../../evil', 'nul\0', '\u001b[2J']);
    mkdirSync(here('target'));
    const { code, err } = await download(files, { remote: 'd', local: here('target'), recursive: true });
    expect(code).toBe(1);
    expect(err).toContain('skipped "d/../evil": its name holds a path separator\n');
    expect(err).toContain('skipped "d/..": its name leads out of the target directory\n');
    expect(err).not.toContain('\u001b');
    expect(tree()).toEqual(['target/', 'target/d/', 'target/d/a=A', 'target/d/sub/', 'target/d/sub/b=B']);
  });

  test('does not follow a link of this machine below the target', async () => {
    mkdirSync(here('target', 'd'), { recursive: true });
    mkdirSync(here('outside'));
    symlinkSync(here('outside'), here('target', 'd', 'sub'));
    const { code, err } = await download(session(), { remote: 'd', local: here('target'), recursive: true });
    expect({ code, outside: tree(here('outside')) }).toEqual({ code: 1, outside: [] });
    expect(err).toContain('is no directory; nothing is copied over it');
  });

  test('goes on after a file that fails, and waits where it is asked to', async () => {
    const files = session();
    const { access: inner } = files;
    let refusals = 0;
    const access = {
      ...files.access,
      fileRead: (...given: Parameters<typeof inner.fileRead>) => {
        if (given[1].path === 'd/a') return Promise.reject(new OperatorError('forbidden', 'permission denied'));
        refusals += 1;
        if (refusals === 1)
          return Promise.reject(new OperatorError('rate-limited', 'slower', { retryAfterSeconds: 3 }));
        return inner.fileRead(...given);
      },
    };
    const { code, err } = await download({ ...files, access }, { remote: 'd', recursive: true });
    expect(code).toBe(1);
    expect(err).toBe(
      'error: "d/a": permission denied\nskipped "d/l": a symbolic link\nerror: 1 entry was not copied\n',
    );
    expect(tree()).toEqual(['d/', 'd/sub/', 'd/sub/b=B']);
  });

  test('stops when the session is gone', async () => {
    const files = session();
    const access = { ...files.access, fileRead: () => Promise.reject(new OperatorError('expired', 'it has ended')) };
    await expect(download({ ...files, access }, { remote: 'd', recursive: true })).rejects.toThrow('it has ended');
  });

  test('reads every page of a long listing, and does not go round in circles', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 2500 }, (_, at) => [`m/f${String(at).padStart(4, '0')}`, aFile('')]),
    );
    await download(sessionFiles({ m: aDirectory(), ...many }), { remote: 'm', recursive: true });
    expect(readdirSync(here('m'))).toHaveLength(2500);

    const files = session();
    const entry = { name: 'same', kind: 'other' as const, size: 0, mode: 0, modifiedMs: 0 };
    const access = { ...files.access, fileList: () => Promise.resolve({ entries: [entry], total: 9, more: true }) };
    await expect(download({ ...files, access }, { remote: 'd', recursive: true })).rejects.toThrow('does not move on');
  });

  test('that is too deep is a trap', async () => {
    const deep: Record<string, ReturnType<typeof aDirectory>> = {};
    for (let depth = 1, path = 'x'; depth < 140; depth += 1, path += '/x') deep[path] = aDirectory();
    const { code, err } = await download(sessionFiles(deep), { remote: 'x', recursive: true });
    expect(code).toBe(1);
    expect(err).toContain('more than 128 directories below each other');
  });
});

test('a target that may not be written is named', async () => {
  if (process.getuid?.() === 0) return; // root may write everywhere
  chmodSync(home, 0o500);
  await expect(download(sessionFiles({ a: aFile('A') }), { remote: 'a' })).rejects.toThrow('permission denied');
});
