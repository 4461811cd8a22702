// The logs of the node's sessions on disk, one directory per session UID: what main commands write outlives the container, this program
// and the container's small memory of it. One follower per running container appends; readers never disturb it.

import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../lib/errors.ts';
import type { LogEnd, LogLine, LogQuery } from '../model/node-protocol.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerAccess } from '../ports/container-access.ts';
import type { Log } from '../ports/log.ts';
import { LogFiles, type LogFileLimits } from './log-files.ts';
import { queryLog } from './log-query.ts';
import { SessionLog } from './session-log.ts';

export interface LogSpoolOptions {
  /** Example: "/var/lib/mcpsession/logs". Made when the first log is written. */
  readonly dir: string;
  readonly access: Pick<ContainerAccess, 'followMain'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Output that could not be written, for a counter. */
  readonly onWriteFailure?: () => void;
  readonly limits?: LogFileLimits;
}

export interface LogSpool {
  /** The main command of this container is followed from now on, from where the log ends. Again for the same container: nothing. */
  attach(sessionUid: string, containerId: string): void;
  /** The container runs no more; its log stays. */
  detach(sessionUid: string): void;
  /** The session is gone, and its log with it. Readers end. */
  remove(sessionUid: string): Promise<void>;
  /** At start: removes the logs of all other sessions. */
  keepOnly(sessionUids: ReadonlySet<string>): Promise<void>;
  /**
   * Lines in order; waits for the promises of `onLine`. With `follow` it goes on until `signal` aborts, the container has ended or the
   * session is removed. Rejects with `invalid`, with `unsupported` where nobody can follow the container, or the reason of `signal`.
   */
  query(
    sessionUid: string,
    query: LogQuery,
    onLine: (line: LogLine) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<LogEnd>;
  /** Stops following; everything is on disk. */
  close(): Promise<void>;
}

/** As Kubernetes makes them; what is no such name is no directory of ours. */
const UID = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;

export function createLogSpool(options: LogSpoolOptions): LogSpool {
  const logs = new Map<string, SessionLog>();
  const dirOf = (uid: string): string => {
    if (UID.test(uid)) return join(options.dir, uid);
    throw new OperatorError('invalid', 'a session UID has letters, digits and dashes only');
  };
  const logOf = (uid: string): SessionLog => {
    const known = logs.get(uid);
    if (known !== undefined) return known;
    const dir = dirOf(uid);
    const log = new SessionLog({ ...options, uid, open: () => LogFiles.open(dir, options.limits) });
    logs.set(uid, log);
    return log;
  };
  const remove = async (uid: string): Promise<void> => {
    const dir = dirOf(uid);
    await logs.get(uid)?.close();
    logs.delete(uid);
    await rm(dir, { recursive: true, force: true });
  };
  return {
    attach: (uid, containerId) => logOf(uid).attach(containerId),
    detach: (uid) => logs.get(uid)?.detach(),
    remove,
    async keepOnly(uids) {
      await mkdir(options.dir, { recursive: true, mode: 0o700 });
      const names = await readdir(options.dir);
      const gone = names.filter((name) => UID.test(name) && !uids.has(name) && !logs.has(name));
      await Promise.all(gone.map(remove));
    },
    async query(uid, query, onLine, signal) {
      const log = logOf(uid);
      const source = await log.source();
      if (source.files.oldest === null && log.unsupported !== null) throw log.unsupported;
      return queryLog(source, query, onLine, signal);
    },
    async close() {
      await Promise.all([...logs.values()].map((log) => log.close()));
    },
  };
}
