import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import { readJsonLines } from '../../../src/docker/read-lines.ts';

async function read(...chunks: readonly (string | Buffer)[]): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of readJsonLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))))) lines.push(line);
  return lines;
}

test('reads lines however they are cut, inside a letter too', async () => {
  const bytes = Buffer.from('{"a":"ü"}\r\n\n{"b":2}\n{"c":3}');
  const letters = [...bytes].map((byte) => Buffer.from([byte]));
  expect(await read(...letters)).toEqual([{ a: 'ü' }, { b: 2 }, { c: 3 }]);
});

test('refuses a line without an end', async () => {
  await expect(read(Buffer.alloc(600_000, 'x'), Buffer.alloc(600_000, 'x'))).rejects.toMatchObject({
    kind: 'internal',
  });
});

test('refuses what is not JSON, without repeating it', async () => {
  await expect(read('secret\n')).rejects.toMatchObject({ message: 'the engine sent a line that is not JSON' });
});
