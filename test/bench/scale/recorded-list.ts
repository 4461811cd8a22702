// The LIST of many sessions as a real API server answers it, page by page and in one piece, in files, so that a server which
// costs nothing can give the same answer again and again. Recorded are a few hundred sessions; the rest are their copies under
// other names and ids, because a real server takes two minutes for ten thousand.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { collectionPath, SESSIONS } from '../../../src/kube/api-paths.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { listOf, recordOf, textOf } from '../../../src/kube/raw-object.ts';

export interface RecordedList {
  /** The token that asks for a page ("" for the first), and the file with the answer. */
  readonly pages: readonly { readonly token: string; readonly file: string }[];
  /** The answer to a LIST without pages. */
  readonly whole: string;
  readonly bytes: number;
  readonly count: number;
}

const PAGE_SIZE = 500;

export async function recordList(
  from: { readonly client: KubeClient; readonly dir: string; readonly count: number },
  signal: AbortSignal,
): Promise<RecordedList> {
  const { client, dir, count } = from;
  const { body } = await client.request({ method: 'GET', path: collectionPath(SESSIONS, null) }, signal);
  const { metadata, items, ...list } = recordOf(body);
  const originals = listOf(items).map((item) => JSON.stringify(item));
  const texts = Array.from({ length: count }, (_, index) => copyOf(originals[index % originals.length] ?? '', index));
  const answer = (some: readonly string[], more: object): string =>
    `${JSON.stringify({ ...list, metadata: { ...recordOf(metadata), ...more } }).slice(0, -1)},"items":[${some.join(',')}]}\n`;
  const text = answer(texts, {});
  const whole = join(dir, 'whole.json');
  await writeFile(whole, text);
  const pages: { token: string; file: string }[] = [];
  for (let start = 0; start < count; start += PAGE_SIZE) {
    const end = start + PAGE_SIZE;
    const file = join(dir, `page-${start}.json`);
    await writeFile(file, answer(texts.slice(start, end), end < count ? { continue: String(end) } : {}));
    pages.push({ token: start === 0 ? '' : String(start), file });
  }
  return { pages, whole, bytes: Buffer.byteLength(text), count };
}

/** What sessions differ in differs here too: name, uid, version, task, container. */
function copyOf(text: string, index: number): string {
  const { metadata, status } = recordOf(JSON.parse(text));
  const { name, uid, resourceVersion } = recordOf(metadata);
  const containerId = textOf(recordOf(recordOf(status)['container'])['id']);
  const otherId = `${String(index).padStart(12, '0')}${containerId.slice(12)}`;
  return text
    .replaceAll(textOf(name), `t${String(index).padStart(5, '0')}`)
    .replaceAll(textOf(uid), randomUUID())
    .replaceAll(`"${textOf(resourceVersion)}"`, `"${10_000 + index}"`)
    .replaceAll(/task-\d+/g, `task-${index}`)
    .replaceAll(containerId, otherId)
    .replaceAll(containerId.slice(0, 12), otherId.slice(0, 12));
}
