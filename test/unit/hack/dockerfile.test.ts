import { readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

const read = (name: string): Promise<string> => readFile(new URL(`../../../${name}`, import.meta.url), 'utf8');

test('the engine is sent every file that the Dockerfile copies, and no other', async () => {
  const copies = [...(await read('Dockerfile')).matchAll(/^COPY (?!--from)(.*) \S+$/gm)];
  const copied = copies.flatMap(([, sources = '']) => sources.split(' '));
  const sent = [...(await read('.dockerignore')).matchAll(/^!(\S+)$/gm)].map(([, path = '']) => path);
  expect(sent.sort()).toEqual(copied.sort());
});
