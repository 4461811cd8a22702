import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { zipEntry } from '../../../hack/helm/zip-entry.ts';

/** A zip archive as other programs write it: local headers, the directory, its end. */
function archiveOf(
  files: readonly { readonly name: string; readonly text: string; readonly method: 0 | 8 | 12 }[],
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, method } of files) {
    const packed = method === 8 ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28); // an extra field, which only the local header has
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    const whole = Buffer.concat([local, Buffer.from(name), Buffer.from('xtra'), packed]);
    locals.push(whole);
    directory.push(entry, Buffer.from(name));
    offset += whole.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

const archive = archiveOf([
  { name: 'a/', text: '', method: 0 },
  { name: 'a/packed', text: 'packed '.repeat(100), method: 8 },
  { name: 'a/stored', text: 'stored', method: 0 },
  { name: 'a/odd', text: 'odd', method: 12 },
]);

test('a file comes out as it went in, packed or stored', () => {
  expect(zipEntry(archive, 'a/packed')?.toString()).toBe('packed '.repeat(100));
  expect(zipEntry(archive, 'a/stored')?.toString()).toBe('stored');
});

test('a file that is not there is null, and what is no archive is refused', () => {
  expect(zipEntry(archive, 'packed')).toBeNull();
  expect(() => zipEntry(archive, 'a/odd')).toThrow('method 12');
  expect(() => zipEntry(Buffer.from('no archive'), 'a')).toThrow('this is no zip archive');
});
