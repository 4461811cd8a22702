// Writes a ustar archive in memory, with every owner, mode and time given: the same entries always give the same bytes, so
// a hash of them names an image's content.

export type TarEntry =
  | {
      readonly kind: 'directory';
      readonly path: string;
      readonly mode: number;
      readonly owner?: number;
      /** Left out: the number of the owner. */
      readonly group?: number;
    }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly content: Buffer }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

const BLOCK_BYTES = 512;
const TYPE_FLAGS = { file: '0', symlink: '2', directory: '5' } as const;

/** Paths and targets are at most 100 ASCII characters, relative to the root. */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = entry.kind === 'file' ? entry.content : Buffer.alloc(0);
    const padding = Buffer.alloc((BLOCK_BYTES - (content.byteLength % BLOCK_BYTES)) % BLOCK_BYTES);
    return [header(entry, content.byteLength), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function header(entry: TarEntry, sizeBytes: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const owner = entry.kind === 'directory' ? (entry.owner ?? 0) : 0;
  const group = entry.kind === 'directory' ? (entry.group ?? owner) : owner;
  block.write(entry.path, 0, 100, 'ascii');
  writeOctal(block, entry.kind === 'symlink' ? 0o777 : entry.mode, { offset: 100, width: 8 });
  writeId(block, owner, 108);
  writeId(block, group, 116);
  writeOctal(block, sizeBytes, { offset: 124, width: 12 });
  writeOctal(block, 0, { offset: 136, width: 12 });
  block.write(TYPE_FLAGS[entry.kind], 156, 'ascii');
  if (entry.kind === 'symlink') block.write(entry.target, 157, 100, 'ascii');
  block.write('ustar\x0000', 257, 'latin1');
  block.fill(' ', 148, 156); // the checksum counts its own field as spaces
  writeOctal(
    block,
    block.reduce((sum, byte) => sum + byte, 0),
    { offset: 148, width: 7 },
  );
  return block;
}

/** Seven octal digits; a larger number in binary, marked by its first bit (pax(1), GNU tar's base-256). */
function writeId(block: Buffer, id: number, offset: number): void {
  if (id < 8 ** 7) return writeOctal(block, id, { offset, width: 8 });
  block.writeUInt8(0x80, offset);
  block.writeUInt32BE(id, offset + 4);
}

function writeOctal(block: Buffer, value: number, field: { readonly offset: number; readonly width: number }): void {
  block.write(`${value.toString(8).padStart(field.width - 1, '0')}\0`, field.offset, 'latin1');
}
