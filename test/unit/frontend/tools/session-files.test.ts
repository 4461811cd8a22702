import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../src/lib/errors.ts';
import { ALICE, frontendWorld, sessionNamed } from '../../../support/frontend-fakes.ts';
import { aDirectory, aFile, aLink, type FakeFile, sessionFiles, sha256Of } from '../../../support/session-files.ts';
import { callTool } from '../in-process.ts';

function worldWith(entries: Readonly<Record<string, FakeFile>>) {
  const files = sessionFiles(entries);
  const sessions = [sessionNamed({ name: 's1', owner: ALICE.username })];
  const world = frontendWorld({ sessions, parts: { nodeAccess: files.access } });
  const call = (name: string, args: Record<string, unknown> = {}) =>
    callTool(world, { caller: ALICE, name, args: { session: 's1', ...args } });
  return { world, files, call };
}

describe('session_list_files', () => {
  test('shows a page of a directory, names made visible', async () => {
    const { call } = worldWith({ 'a\u202eb': aFile('12'), d: aDirectory(), l: aLink, z: aFile('') });
    const first = await call('session_list_files', { max_entries: 3 });
    const mtime = '2026-11-20T17:00:00Z';
    expect(first.structured).toEqual({
      session: 's1',
      path: '.',
      entries: [
        { name: 'a\\u{202e}b', type: 'file', size: 2, mtime },
        { name: 'd', type: 'directory', size: 0, mtime },
        { name: 'l', type: 'link', size: 0, mtime },
      ],
      total_entries: 4,
      next_cursor: expect.any(String) as unknown,
      untrusted: true,
    });
    expect(first.text).toMatch(
      /^3 of 4 entries \(type, bytes, changed, name\)\. Next: session_list_files with cursor=/,
    );
    const cursor = first.structured?.['next_cursor'];
    expect((await call('session_list_files', { cursor })).structured).toMatchObject({
      entries: [{ name: 'z' }],
      next_cursor: null,
    });
  });

  test.each([
    { name: 'a cursor of nobody', args: { cursor: '!' }, want: '[INVALID_ARGUMENT] cursor: must be the next_cursor' },
    { name: 'a path with NUL', args: { path: 'a\0' }, want: '[INVALID_ARGUMENT] path: must not hold NUL' },
    { name: 'what is not there', args: { path: 'no' }, want: '[PATH_NOT_FOUND] no: no such file or directory.' },
  ])('refuses $name', async ({ args, want }) => {
    expect((await worldWith({}).call('session_list_files', args)).text).toContain(want);
  });
});

describe('session_read_file', () => {
  test('shows text, its size and its hash', async () => {
    const { call } = worldWith({ 'a.txt': aFile('é\n') });
    const answer = await call('session_read_file', { path: 'a.txt' });
    expect(answer.structured).toEqual({
      session: 's1',
      path: 'a.txt',
      text: 'é\n',
      base64: null,
      size: 3,
      sha256: sha256Of(Buffer.from('é\n')),
      next_offset: null,
      untrusted: true,
    });
    expect(answer.text).toMatch(/^Bytes 0 to 3 of 3\.\nWhat stands between /);
  });

  test('pages put together are the file', async () => {
    const whole = Array.from({ length: 100 }, (_, at) => `Zeile ${at} äöü🙂\n`).join('');
    const { call } = worldWith({ f: aFile(whole) });
    let text = '';
    for (let offset: unknown = 0; offset !== null; ) {
      const { structured } = await call('session_read_file', { path: 'f', offset, limit: 200 });
      expect(structured).toMatchObject({ sha256: null });
      text += String(structured?.['text']);
      offset = structured?.['next_offset'] ?? null;
    }
    expect(text).toBe(whole);
  });

  test('names the encoding for what is no text', async () => {
    const { call } = worldWith({ bin: aFile(Buffer.from([0xff, 0xd8, 0x00, 0x01])) });
    const refused = await call('session_read_file', { path: 'bin' });
    expect(refused.text).toBe(
      '[BINARY_FILE] File bin is not UTF-8 text. Next: call session_read_file again with encoding="base64".',
    );
    expect(refused.meta).toMatchObject({ 'mcpsession.dev/error': { code: 'BINARY_FILE' } });
    const read = await call('session_read_file', { path: 'bin', encoding: 'base64', offset: 1, limit: 2 });
    expect(read.structured).toMatchObject({ text: null, base64: '2AA=', size: 4, next_offset: 3 });
    expect((await call('session_read_file', { path: 'bin', encoding: 'text' })).isError).toBe(false);
  });

  test('moves on through what is called text and is none', async () => {
    const { call } = worldWith({ bin: aFile(Buffer.alloc(10, 0xf0)) });
    const { structured } = await call('session_read_file', { path: 'bin', encoding: 'text', limit: 1 });
    expect(structured).toMatchObject({ next_offset: 1 });
  });

  test('takes out what hides, and says so', async () => {
    const { call } = worldWith({ f: aFile('a\u202eb\u001b[2J\n') });
    const answer = await call('session_read_file', { path: 'f' });
    expect(answer.structured).toMatchObject({ text: 'ab\n' });
    expect(answer.text).toContain('Invisible characters were left out; encoding="base64" is exact.');
  });

  test.each([
    { kind: 'path-outside', code: 'PATH_OUTSIDE_WORKSPACE' },
    { kind: 'forbidden', code: 'FORBIDDEN' },
    { kind: 'invalid', code: 'INVALID_ARGUMENT' },
  ] as const)('the node answers $kind', async ({ kind, code }) => {
    const { files, call } = worldWith({ f: aFile('') });
    files.faults.push(new OperatorError(kind, 'm'));
    expect((await call('session_read_file', { path: 'f' })).text.startsWith(`[${code}] `)).toBe(true);
  });
});

describe('session_write_file', () => {
  test('S3.T3.05: writes text below the workspace, with mode and condition', async () => {
    const { files, call } = worldWith({});
    const answer = await call('session_write_file', { path: 'd/a', content: 'é', mode: '0755', if_sha256: 'absent' });
    expect(answer.structured).toEqual({
      session: 's1',
      path: 'd/a',
      bytes: 2,
      sha256: sha256Of(Buffer.from('é')),
      created: true,
    });
    expect(files.writes).toEqual([
      { path: 'd/a', how: { mode: 0o755, ifSha256: 'absent', makeParents: true, maxBytes: 2 } },
    ]);
    expect((await call('session_write_file', { path: 'd/a', content: '' })).text).toMatch(
      /^Replaced d\/a: 0 bytes, sha256 /,
    );
  });

  test('writes exact bytes from base64, wrapped or not', async () => {
    const { files, call } = worldWith({});
    await call('session_write_file', { path: 'b', content: '/9g\nAAQ==\r\n'.replace('\nA', 'A'), encoding: 'base64' });
    expect(files.files.get('b')?.content).toEqual(Buffer.from([0xff, 0xd8, 0x00, 0x01]));
  });

  test.each([
    {
      name: 'base64 that is none',
      args: { content: 'é', encoding: 'base64' },
      want: 'content: must be base64 with padding',
    },
    { name: 'a mode that is not octal', args: { content: '', mode: '888' }, want: 'mode: must be octal, as "0644"' },
    { name: 'a set-id mode', args: { content: '', mode: '4755' }, want: 'mode: must be octal, as "0644"' },
    {
      name: 'a hash that is none',
      args: { content: '', if_sha256: 'x' },
      want: 'if_sha256: must be 64 hex digits or "absent"',
    },
  ])('refuses $name', async ({ args, want }) => {
    const { files, call } = worldWith({});
    expect((await call('session_write_file', { path: 'f', ...args })).text).toContain(want);
    expect(files.writes).toEqual([]);
  });

  test.each([
    { kind: 'conflict', code: 'CONFLICT' },
    { kind: 'too-large', code: 'FILE_TOO_LARGE' },
    { kind: 'no-space', code: 'DISK_FULL' },
    { kind: 'path-outside', code: 'PATH_OUTSIDE_WORKSPACE' },
    { kind: 'unsupported', code: 'UNSUPPORTED' },
  ] as const)('the node answers $kind', async ({ kind, code }) => {
    const { files, call } = worldWith({});
    files.faults.push(new OperatorError(kind, 'm'));
    expect((await call('session_write_file', { path: 'f', content: '' })).text.startsWith(`[${code}] m.`)).toBe(true);
  });
});
