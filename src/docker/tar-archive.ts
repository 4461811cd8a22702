// Writes a ustar archive in memory, with every owner, mode and time given: the same entries always give the same bytes, so
// a hash of them names an image's content.

export type TarEntry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number; readonly owner?: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly content: Buffer }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

const BLOCK_BYTES = 512;
const TYPE_FLAGS = { file: '0', symlink: '2', directory: '5' } as const;

/** Paths and targets are at most 100 ASCII characters, relative to the root; the group of an entry is its owner's number. */
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
  block.write(entry.path, 0, 100, 'ascii');
  writeOctal(block, entry.kind === 'symlink' ? 0o777 : entry.mode, { offset: 100, width: 8 });
  writeOctal(block, owner, { offset: 108, width: 8 });
  writeOctal(block, owner, { offset: 116, width: 8 });
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

function writeOctal(block: Buffer, value: number, field: { readonly offset: number; readonly width: number }): void {
  block.write(`${value.toString(8).padStart(field.width - 1, '0')}\0`, field.offset, 'latin1');
}
