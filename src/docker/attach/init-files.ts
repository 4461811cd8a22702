// Files of a session's workspace, through the session init.

import { createHash } from 'node:crypto';

import type { FileEntry, FileInfo, FileReceipt, SessionFiles } from '../../ports/container-access.ts';
import type { Channel } from './channel.ts';
import { ask, type Exchange, only, unexpected } from './exchange.ts';
import { fileFault } from './faults.ts';
import { readFile } from './file-read.ts';
import { writeFile } from './file-write.ts';
import type { Body, MessageName } from './messages.ts';
import { malformed } from './payload.ts';
import type { SessionChannels } from './session-channels.ts';
import { workspacePath } from './workspace-path.ts';

/** Removing a large tree takes its time. */
const ANSWER_WITHIN_MS = 60_000;

export function createInitFiles(channels: SessionChannels, containerId: string): SessionFiles {
  const reach = (signal: AbortSignal): Promise<Channel> => channels.reach(containerId, signal);

  /** Looking twice does no harm, so a connection that was lost is made again once. */
  async function look<T>(act: (channel: Channel) => Promise<T>, signal: AbortSignal): Promise<T> {
    const channel = await reach(signal);
    try {
      return await act(channel);
    } catch (thrown) {
      if (channel.fault === null || channel.superseded || signal.aborted) throw thrown;
      return act(await reach(signal));
    }
  }

  return {
    stat: async (path, signal) => {
      const body = { path: workspacePath(path) };
      const request = { name: 'fileStat', body, take: only('fileInfo'), ...answered(path) } as const;
      return look((channel) => ask(channel, request, signal), signal);
    },
    list: async (path, page, signal) => {
      const body = { path: workspacePath(path), ...page };
      return look((channel) => ask(channel, listRequest(path, body), signal), signal);
    },
    read: async (path, range, receive, signal) => {
      const relative = workspacePath(path);
      if (range.limit === 0) {
        receive.onInfo(await ask(await reach(signal), statRequest(path, relative), signal));
        return NOTHING;
      }
      return readFile(await reach(signal), { path, relative, ...range, ...receive }, signal);
    },
    write: async (path, how, content, signal) => {
      const relative = workspacePath(path);
      return writeFile(await reach(signal), { path, relative, how, ...content }, signal);
    },
    makeDirectory: async (path, { mode, parents }, signal) => {
      const body = { path: workspacePath(path), mode, parents };
      const request = { name: 'fileMkdir', body, take: only('fileDone'), ...answered(path) } as const;
      await ask(await reach(signal), request, signal);
    },
    remove: async (path, { recursive }, signal) => {
      const body = { path: workspacePath(path), recursive };
      const request = { name: 'fileRemove', body, take: only('fileDone'), ...answered(path) } as const;
      await ask(await reach(signal), request, signal);
    },
  };
}

const NOTHING: FileReceipt = { bytes: 0, sha256: createHash('sha256').digest('hex'), created: false };

const answered = (path: string): Pick<Exchange<MessageName, unknown>, 'refused' | 'silence'> => ({
  refused: fileFault(path),
  silence: { ms: ANSWER_WITHIN_MS, before: 'each', ends: 'request' },
});

const statRequest = (path: string, relative: string) =>
  ({ name: 'fileStat', body: { path: relative }, take: only('fileInfo'), ...answered(path) }) as const;

interface Listing {
  readonly entries: readonly FileEntry[];
  readonly total: number;
  readonly more: boolean;
}

function listRequest(path: string, body: Body<'fileList'>): Exchange<'fileList', Listing> {
  let entries: (FileInfo & { readonly name: string })[] = [];
  return {
    name: 'fileList',
    body,
    take: (message) => {
      if (message.name === 'fileListEnd') return { result: { entries, ...message.body } };
      if (message.name !== 'fileEntry') throw unexpected(message);
      if (entries.length >= body.most) throw malformed('lists more files than were asked for');
      entries.push(message.body);
      return null;
    },
    ...answered(path),
  };
}
