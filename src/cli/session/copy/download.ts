// From a session to this machine. Nothing is ever written outside the target, whatever the session calls its files: names are
// checked, links are neither made nor followed below the target, and a file appears under its name only once it is whole.

import { join, sep } from 'node:path';
import type { FileListing, FileStat } from '../../../model/node-protocol.ts';
import {
  type CopyJob,
  countFailures,
  invalid,
  KIND_NAMES,
  MAX_DEPTH,
  needsRecursive,
  patiently,
  skipped,
  tooDeep,
} from './copy-job.ts';
import { inRemote, lastName, nameProblem, remotePath, shownPath } from './names.ts';
import { isDirectory, makeDirectory, writeWhole } from './local-files.ts';
import { TerminalText } from '../terminal-text.ts';
import { startProgress } from './progress.ts';

const PAGE_ENTRIES = 1000;

interface Sides {
  readonly remote: string;
  readonly local: string;
}

type Entry = FileListing['entries'][number];

/** Resolves with the number of entries that could not be copied. */
export async function download(job: CopyJob, { remote, local }: Sides, signal: AbortSignal): Promise<number> {
  const { access, session } = job.client;
  const stat = await access.fileStat(session, remotePath(remote), signal);
  if (stat.kind === 'directory') {
    if (!job.recursive || local === '-') throw needsRecursive(remotePath(remote));
    const name = lastName(remote);
    const target = name !== null && (await isDirectory(local)) ? join(local, name) : local;
    return downloadTree(job, { remote, local: target, mode: stat.mode, depth: 0 }, signal);
  }
  if (stat.kind !== 'file')
    throw invalid(`${shownPath(remote)} is ${KIND_NAMES[stat.kind]}; only files and directories are copied`);
  if (local === '-') await toStandardOutput(job, remote, signal);
  else await downloadFile(job, { remote, local: await fileTarget(remote, local), stat }, signal);
  return 0;
}

async function fileTarget(remote: string, local: string): Promise<string> {
  const isInto = await isDirectory(local);
  if (!isInto && local.endsWith('/')) throw invalid(`${shownPath(local)} is no directory of this machine`);
  return isInto ? join(local, lastName(remote) ?? 'file') : local;
}

async function toStandardOutput({ client, console }: CopyJob, remote: string, signal: AbortSignal): Promise<void> {
  const { stdout } = console;
  const text = stdout.isTerminal ? new TerminalText() : null;
  const onChunk = (bytes: Uint8Array) => stdout.write(text === null ? bytes : text.push(bytes));
  const whole = { path: remote, offset: 0, limit: null };
  await client.access.fileRead(client.session, whole, { onStat: () => {}, onChunk }, signal);
  if (text !== null) await stdout.write(text.end());
}

async function downloadFile(
  job: CopyJob,
  file: Sides & { readonly stat: FileStat },
  signal: AbortSignal,
): Promise<void> {
  const { access, session } = job.client;
  const progress = startProgress(job.console, { name: lastName(file.remote) ?? file.remote, total: file.stat.size });
  try {
    await writeWhole(file.local, file.stat.mode, async (write) => {
      const onChunk = async (bytes: Uint8Array): Promise<void> => {
        await write(bytes);
        progress.advance(bytes.byteLength);
      };
      const whole = { path: file.remote, offset: 0, limit: null };
      await access.fileRead(session, whole, { onStat: () => {}, onChunk }, signal);
    });
  } finally {
    progress.end();
  }
}

async function downloadTree(
  job: CopyJob,
  tree: Sides & { readonly mode: number; readonly depth: number },
  signal: AbortSignal,
): Promise<number> {
  if (tree.depth > MAX_DEPTH) throw tooDeep(tree.remote);
  // The target itself is the caller's own word, link or not; what lies below it is not.
  await makeDirectory(tree.local, { mode: tree.mode, mayBeLink: tree.depth === 0 });
  let failures = 0;
  for await (const entry of entriesOf(job, tree.remote, signal))
    failures += await downloadEntry(job, { ...tree, entry }, signal);
  return failures;
}

async function downloadEntry(
  job: CopyJob,
  of: Sides & { readonly entry: Entry; readonly depth: number },
  signal: AbortSignal,
): Promise<number> {
  const { entry, depth } = of;
  const remote = inRemote(of.remote, entry.name);
  const problem = nameProblem(entry.name, sep);
  if (problem !== null) {
    skipped(job, remote, problem);
    return 1;
  }
  const local = join(of.local, entry.name);
  if (entry.kind === 'directory')
    return countFailures(job, remote, () =>
      downloadTree(job, { remote, local, mode: entry.mode, depth: depth + 1 }, signal),
    );
  if (entry.kind === 'file')
    return countFailures(job, remote, async () => {
      await patiently(job, () => downloadFile(job, { remote, local, stat: entry }, signal), signal);
      return 0;
    });
  skipped(job, remote, KIND_NAMES[entry.kind]);
  return 0;
}

/** Page by page. A listing that does not move on would go on for ever. */
async function* entriesOf(job: CopyJob, remote: string, signal: AbortSignal): AsyncGenerator<Entry> {
  const { access, session } = job.client;
  let after = '';
  for (;;) {
    const asked = { path: remotePath(remote), after, most: PAGE_ENTRIES };
    const page = await patiently(job, () => access.fileList(session, asked, signal), signal);
    yield* page.entries;
    const last = page.entries.at(-1)?.name ?? after;
    if (!page.more) return;
    if (last === after) throw invalid(`the listing of ${shownPath(remote)} does not move on after ${shownPath(after)}`);
    after = last;
  }
}
