// The log of one session: follows the main command of its container into files, and wakes those who read. A disk that is full or broken
// costs the log and nothing else.

import { asOperatorError, isFault, OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerAccess, MainOutput } from '../ports/container-access.ts';
import type { Log } from '../ports/log.ts';
import { orAborted } from '../process/deadline.ts';
import type { LogFiles } from './log-files.ts';
import type { LogSource } from './log-query.ts';

export interface SessionLogOptions {
  readonly uid: string;
  readonly access: Pick<ContainerAccess, 'followMain'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly open: () => Promise<LogFiles>;
  readonly onWriteFailure?: () => void;
}

/** A container that does not answer is asked again so soon, */
const RETRY_MS = 2_000;
/** and a disk that takes nothing so soon. */
const DISK_RETRY_MS = 60_000;

class WriteFailed extends Error {
  override readonly name = 'WriteFailed';
}

interface Following {
  readonly containerId: string;
  readonly stop: AbortController;
  /** Resolves when nothing more comes from this container. */
  done: Promise<void>;
  over: boolean;
}

export class SessionLog {
  readonly #options: SessionLogOptions;
  #files: Promise<LogFiles> | null = null;
  #following: Following | null = null;
  #written = Promise.withResolvers<void>();
  #warned = false;
  /** Why nobody can follow the container; null when somebody can. */
  unsupported: OperatorError | null = null;

  constructor(options: SessionLogOptions) {
    this.#options = options;
  }

  attach(containerId: string): void {
    const before = this.#following;
    const again = before?.containerId === containerId;
    if (again && !(before.over && this.unsupported !== null)) return;
    before?.stop.abort(stopped());
    this.unsupported = null;
    const following: Following = { containerId, stop: new AbortController(), done: Promise.resolve(), over: false };
    following.done = (before?.done ?? Promise.resolve()).then(async () => {
      await this.#follow(containerId, following.stop.signal);
      following.over = true;
      this.#wake();
    });
    this.#following = following;
    this.#wake();
  }

  detach(): void {
    this.#following?.stop.abort(stopped());
    this.#following = null;
    this.#wake();
  }

  /** Resolves when nothing is written any more. */
  async close(): Promise<void> {
    const following = this.#following;
    this.detach();
    await following?.done;
    const files = this.#files;
    this.#files = null;
    await (await files?.catch(() => null))?.close();
  }

  async source(): Promise<LogSource> {
    const files = await this.#open();
    let seen = this.#written.promise;
    return {
      files,
      more: async (signal) => {
        signal.throwIfAborted();
        // A reader that has not seen the last word looks once more; one that has, waits as long as somebody writes.
        if (seen === this.#written.promise && this.#following?.over !== false) return false;
        if (seen === this.#written.promise) await orAborted(seen, signal);
        seen = this.#written.promise;
        return true;
      },
    };
  }

  /** Never rejects. */
  async #follow(containerId: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#followOnce(containerId, signal);
        break;
      } catch (thrown) {
        if (signal.aborted) return;
        const waitMs = this.#waitAfter(thrown);
        if (waitMs === null) break;
        await this.#options.clock.sleep(waitMs, signal).catch(() => {}); // aborted: the loop ends
      }
    }
  }

  async #followOnce(containerId: string, signal: AbortSignal): Promise<void> {
    const files = await this.#guardWrite(() => this.#open());
    const begun = (): boolean => files.last?.containerId === containerId;
    let failed: unknown = null;
    const append = async (output: MainOutput): Promise<void> => {
      if (signal.aborted) return;
      await this.#guardWrite(async () => {
        if (!begun()) await files.beginContainer(containerId);
        await files.append(output);
      }).catch((thrown: unknown) => {
        failed = thrown;
        throw thrown;
      });
      this.#warned = false;
      this.#wake();
    };
    try {
      await this.#options.access.followMain(containerId, begun() ? (files.last?.nextSequence ?? 0) : 0, append, signal);
    } catch (thrown) {
      throw failed ?? thrown; // what the follower makes of our fault is not what happened
    }
    if (begun()) await this.#guardWrite(() => files.endContainer());
  }

  /** null: there is nothing more to follow. */
  #waitAfter(thrown: unknown): number | null {
    const { log, uid } = this.#options;
    if (thrown instanceof WriteFailed) {
      this.#options.onWriteFailure?.();
      if (!this.#warned) log.warn('the log of a session is not written', { uid, error: thrown.message });
      this.#warned = true;
      return DISK_RETRY_MS;
    }
    if (isFault(thrown, 'unsupported')) {
      this.unsupported = asOperatorError(thrown);
      return null;
    }
    if (isFault(thrown, 'not-found')) return null;
    log.debug('the output of a session is not followed right now', { uid, error: asOperatorError(thrown).message });
    return RETRY_MS;
  }

  async #guardWrite<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (cause) {
      throw new WriteFailed(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  #open(): Promise<LogFiles> {
    this.#files ??= this.#options.open();
    this.#files.catch(() => {
      this.#files = null; // tried again by the next one
    });
    return this.#files;
  }

  #wake(): void {
    this.#written.resolve();
    this.#written = Promise.withResolvers();
  }
}

const stopped = (): OperatorError => new OperatorError('cancelled', 'the log of the session is not followed any more');
