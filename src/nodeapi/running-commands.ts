// The commands of this node's sessions: how many run, what they are called, and when they end. A command holds its slot, and keeps its
// session in use, until it has ended, whoever listens.

import { OperatorError } from '../lib/errors.ts';
import { MAX_EXECS } from '../model/node-protocol.ts';
import type { Clock } from '../ports/clock.ts';
import type { Command, CommandToStart, ContainerAccess } from '../ports/container-access.ts';
import type { RunningTarget } from './admit.ts';
import { Slots } from './slots.ts';
import { TrackedCommand } from './tracked-command.ts';

export interface RunningCommandsOptions {
  readonly containers: ContainerAccess;
  readonly maxPerSession: (namespace: string) => number;
  readonly onCommand: (sessionUid: string) => (outcome: 'ok' | 'error') => void;
  readonly newExecId: () => string;
  readonly clock: Clock;
}

/** Sessions whose ids of commands are remembered; the containers keep the commands themselves. */
const MAX_SESSIONS = 1024;

export class RunningCommands {
  readonly #options: RunningCommandsOptions;
  readonly #slots = new Slots();
  /** By session UID, then by id: null for a command that has ended. Oldest first. */
  readonly #known = new Map<string, Map<string, TrackedCommand | null>>();

  constructor(options: RunningCommandsOptions) {
    this.#options = options;
  }

  /** Rejects with `conflict` when the session runs the most at a time, and as ContainerAccess.start. Somebody has to follow or listen. */
  async start(
    target: RunningTarget,
    command: Omit<CommandToStart, 'execId' | 'user'>,
    signal: AbortSignal,
  ): Promise<TrackedCommand> {
    const { containers, maxPerSession, newExecId, onCommand } = this.#options;
    const { uid } = target.session.meta;
    const most = maxPerSession(target.session.meta.namespace);
    const release = this.#slots.take(uid, most);
    if (release === null) throw busy(target, most);
    const ended = onCommand(uid);
    const over = (outcome: 'ok' | 'error'): void => {
      release();
      ended(outcome);
    };
    try {
      const started = await containers.start(
        target.containerId,
        { ...command, execId: newExecId(), user: target.user },
        signal,
      );
      return this.#track(uid, { command: started, timeoutMs: command.timeoutMs, over });
    } catch (thrown) {
      over('error');
      throw thrown;
    }
  }

  /** A command that runs or is kept. Rejects with `not-found`. */
  async find(target: RunningTarget, execId: string, signal: AbortSignal): Promise<Command> {
    const known = this.#known.get(target.session.meta.uid)?.get(execId) ?? null;
    if (known !== null) return known.command;
    const found = await this.#options.containers.find(target.containerId, execId, signal);
    if (found !== null) return found;
    const { namespace, name } = target.session.meta;
    throw new OperatorError(
      'not-found',
      `session ${namespace}/${name} knows no command ${JSON.stringify(execId)}; it never ran there, or its output was given up for newer ones`,
    );
  }

  /** Resolves when the command has ended or `ms` have passed, whichever is first. */
  async waitForEnd(target: RunningTarget, wait: { readonly execId: string; readonly ms: number }, signal: AbortSignal) {
    const { uid } = target.session.meta;
    const known = this.#known.get(uid)?.get(wait.execId) ?? null;
    const tracked = known ?? (await this.#adopt(uid, await this.find(target, wait.execId, signal), signal));
    if (tracked === null) return;
    const stop = new AbortController();
    const patience = this.#options.clock.sleep(wait.ms, stop.signal).catch(() => {}); // the command was faster
    const onAbort = () => stop.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    await Promise.race([tracked.ended, patience]);
    signal.removeEventListener('abort', onAbort);
    stop.abort();
  }

  /** The commands that an earlier life of this program left running in the container: they count from now on. */
  async adopt(sessionUid: string, containerId: string, signal: AbortSignal): Promise<void> {
    const { containers } = this.#options;
    for (const { execId, state } of await containers.list(containerId, signal)) {
      const command = state.running ? await containers.find(containerId, execId, signal) : null;
      if (command !== null) await this.#adopt(sessionUid, command, signal);
    }
  }

  /** Lets go of every command; they run on. */
  close(): void {
    for (const ofSession of this.#known.values()) for (const tracked of ofSession.values()) tracked?.letGo();
  }

  /** A command that this process did not start. null when it has ended. */
  async #adopt(uid: string, command: Command, signal: AbortSignal): Promise<TrackedCommand | null> {
    if (!(await command.state(signal)).running) return null;
    const known = this.#known.get(uid)?.get(command.execId) ?? null; // started here, or found by somebody else meanwhile
    if (known !== null) return known;
    const release = this.#slots.take(uid, Number.POSITIVE_INFINITY); // it runs already, whatever the limit
    const ended = this.#options.onCommand(uid);
    const over = (outcome: 'ok' | 'error'): void => {
      release?.();
      ended(outcome);
    };
    const tracked = this.#track(uid, { command, timeoutMs: ADOPTED_MS, over });
    tracked.listen();
    return tracked;
  }

  #track(
    uid: string,
    given: {
      readonly command: Command;
      readonly timeoutMs: number;
      readonly over: (outcome: 'ok' | 'error') => void;
    },
  ): TrackedCommand {
    const { command, timeoutMs, over } = given;
    const tracked = new TrackedCommand(command, { clock: this.#options.clock, timeoutMs });
    const ofSession = this.#ofSession(uid);
    ofSession.set(command.execId, tracked);
    for (const [id, older] of ofSession) {
      if (ofSession.size <= MAX_EXECS) break;
      if (older === null) ofSession.delete(id);
    }
    void tracked.ended.then((state) => {
      over(state === null ? 'error' : 'ok');
      if (ofSession.has(command.execId)) ofSession.set(command.execId, null);
    });
    return tracked;
  }

  #ofSession(uid: string): Map<string, TrackedCommand | null> {
    const known = this.#known.get(uid);
    if (known !== undefined) return known;
    for (const [other, commands] of this.#known) {
      if (this.#known.size < MAX_SESSIONS) break;
      if ([...commands.values()].every((tracked) => tracked === null)) this.#known.delete(other);
    }
    const created = new Map<string, TrackedCommand | null>();
    this.#known.set(uid, created);
    return created;
  }
}

/** Nobody knows the limit of a command that was started before; the container does, and no policy allows more than a day. */
const ADOPTED_MS = 86_400_000;

function busy({ session }: RunningTarget, most: number): OperatorError {
  const { namespace, name } = session.meta;
  return new OperatorError(
    'conflict',
    `session ${namespace}/${name} runs ${most} commands already, the most at a time`,
    { retryAfterSeconds: 1 },
  );
}
