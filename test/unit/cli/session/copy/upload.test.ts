import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCopy } from '../../../../../src/cli/session/copy/copy.ts';
import { OperatorError } from '../../../../../src/lib/errors.ts';
import { clientOf, fakeConsole } from '../../../../support/cli-fakes.ts';
import { aDirectory, aFile, type FakeFiles, sessionFiles } from '../../../../support/session-files.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mcpsession-cp-'));
  mkdirSync(join(home, 'd', 'sub'), { recursive: true });
  writeFileSync(join(home, 'a.sh'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(home, 'd', 'b'), 'B', { mode: 0o600 });
  writeFileSync(join(home, 'd', 'sub', 'c'), '');
  symlinkSync('/etc/passwd', join(home, 'd', 'link'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function upload(
  session: FakeFiles,
  paths: { readonly local: string; readonly remote: string; readonly recursive?: boolean; readonly stdin?: string },
): Promise<{ readonly code: number; readonly err: string }> {
  const console = fakeConsole({ stdin: paths.stdin ?? '' });
  const options = {
    connection: { kubeconfig: null, context: null, namespace: null, serviceAccount: null },
    session: 's1',
    direction: 'upload' as const,
    local: paths.local === '-' ? '-' : `${home}/${paths.local}`,
    remote: paths.remote,
    recursive: paths.recursive ?? false,
  };
  const code = await runCopy(options, { console, client: clientOf(session.access) }, new AbortController().signal);
  return { code, err: console.stderr.text() };
}

const contents = ({ files }: FakeFiles): Record<string, string> =>
  Object.fromEntries(
    [...files].map(([path, { kind, content }]) => [path, kind === 'directory' ? '/' : content.toString()]),
  );

describe('a file', () => {
  test.each([
    { name: 'under a new name', remote: 'x/y.sh', want: 'x/y.sh' },
    { name: 'into a directory', remote: 'dir', want: 'dir/a.sh' },
    { name: 'into a directory that is still to come', remote: 'new/', want: 'new/a.sh' },
    { name: 'into the workspace', remote: '', want: 'a.sh' },
    { name: 'over another one', remote: 'old', want: 'old' },
  ])('goes $name', async ({ remote, want }) => {
    const session = sessionFiles({ dir: aDirectory(), old: aFile('old') });
    expect(await upload(session, { local: 'a.sh', remote })).toEqual({ code: 0, err: '' });
    expect(contents(session)[want]).toBe('#!/bin/sh\n');
    expect(session.writes).toMatchObject([{ path: want, how: { mode: 0o755, ifSha256: null, makeParents: true } }]);
  });

  test('asks for a size that the wire can say', async () => {
    const session = sessionFiles();
    await upload(session, { local: 'a.sh', remote: 'x' });
    expect(String(session.writes[0]?.how.maxBytes)).toMatch(/^[0-9]{1,15}$/);
  });

  test('comes from standard input, with the mode of the session', async () => {
    const session = sessionFiles();
    await upload(session, { local: '-', remote: 'x', stdin: 'typed' });
    expect(contents(session)['x']).toBe('typed');
    expect(session.writes[0]?.how.mode).toBeNull();
  });

  test('that a person names by a link is what the link points to', async () => {
    symlinkSync(join(home, 'a.sh'), join(home, 'l'));
    const session = sessionFiles();
    await upload(session, { local: 'l', remote: '' });
    expect(contents(session)['l']).toBe('#!/bin/sh\n');
  });

  test.each([
    {
      name: 'a directory by a file',
      local: 'a.sh',
      remote: 'dir',
      want: '"dir/a.sh" is a directory; a file does not replace it',
    },
    {
      name: 'a directory by standard input',
      local: '-',
      remote: 'dir',
      want: '"dir" is a directory; name the file that standard input becomes',
    },
    { name: 'a directory without -r', local: 'd', remote: 'x', want: 'is a directory; copy it with -r' },
    { name: 'what is not there', local: 'no', remote: 'x', want: 'of this machine: no such file or directory' },
  ])('is refused: $name', async ({ local, remote, want }) => {
    const session = sessionFiles({ dir: aDirectory(), 'dir/a.sh': aDirectory() });
    await expect(upload(session, { local, remote })).rejects.toThrow(want);
    expect(session.writes).toEqual([]);
  });
});

describe('a directory', () => {
  test('goes with all that is in it; a link stays behind with a note', async () => {
    const session = sessionFiles();
    const { code, err } = await upload(session, { local: 'd', remote: 'x', recursive: true });
    expect({ code, err }).toEqual({ code: 0, err: `skipped "${home}/d/link": a symbolic link\n` });
    expect(contents(session)).toEqual({ '.': '/', x: '/', 'x/b': 'B', 'x/sub': '/', 'x/sub/c': '' });
    expect(session.writes.map(({ path, how }) => [path, how.mode])).toEqual([
      ['x/b', 0o600],
      ['x/sub/c', 0o644 & ~process.umask()],
    ]);
  });

  test.each([
    { local: 'd', remote: '', want: 'd/b' },
    { local: 'd/.', remote: '', want: 'b' },
    { local: 'd', remote: 'have', want: 'have/d/b' },
    { local: 'd/', remote: 'have/', want: 'have/d/b' },
    { local: 'd/sub/..', remote: 'have', want: 'have/d/b' },
  ])('$local to "$remote" becomes $want', async ({ local, remote, want }) => {
    const session = sessionFiles({ have: aDirectory() });
    await upload(session, { local, remote, recursive: true });
    expect(contents(session)[want]).toBe('B');
  });

  test('goes on after a file that the session refuses', async () => {
    const session = sessionFiles();
    const { access: inner } = session;
    const access = {
      ...session.access,
      fileWrite: (...given: Parameters<typeof inner.fileWrite>) =>
        given[1] === 'x/b' ? Promise.reject(new OperatorError('too-large', 'too large')) : inner.fileWrite(...given),
    };
    const { code, err } = await upload({ ...session, access }, { local: 'd', remote: 'x', recursive: true });
    expect(code).toBe(1);
    expect(err).toContain(`error: "${home}/d/b": too large\n`);
    expect(contents(session)['x/sub/c']).toBe('');
  });

  test('stops when the workspace is full', async () => {
    const session = sessionFiles();
    const access = { ...session.access, fileWrite: () => Promise.reject(new OperatorError('no-space', 'full')) };
    await expect(upload({ ...session, access }, { local: 'd', remote: 'x', recursive: true })).rejects.toThrow('full');
  });
});
