// Commands in an admitted session: started, listened to, looked at, fed, ended.

import { OperatorError } from '../lib/errors.ts';
import type { Result } from '../lib/result.ts';
import type { ExecCommand, ExecRecord, InteractiveCommand, OutputPage } from '../model/node-protocol.ts';
import type { Command, OutputPart, OutputStream } from '../ports/container-access.ts';
import { withDeadline } from '../process/deadline.ts';
import type { OpenedSession } from '../process/node-protocol/opened-session.ts';
import { judgeExec, renderCommandDenial } from '../rules/command/judge-exec.ts';
import type { RunningTarget } from './admit.ts';
import { boundCommand, boundInteractive } from './exec-limits.ts';
import { openChannel } from './interactive-channel.ts';
import { type Guarded, type NodeParts, recordOf, tooMany } from './node-parts.ts';
import { feed, followToExit } from './run-exec.ts';

/** Terminals of one session at a time, beside the limit on commands. */
const MAX_STREAMS = 8;
/** Each holds a connection of the front end to this node. */
const MAX_WAITS = 8;
/** A command that takes nothing keeps whoever writes to it so long. */
const WRITE_MS = 20_000;

export type CommandOperations = Pick<
  OpenedSession,
  'exec' | 'openExec' | 'listExecs' | 'execRecord' | 'execOutput' | 'execInput' | 'execKill'
>;

export function commandOperations(
  parts: NodeParts,
  request: { readonly target: RunningTarget; readonly guarded: Guarded },
): CommandOperations {
  const { commands, policy, streams } = parts;
  const { target, guarded } = request;
  const { session, workingDir } = target;
  const { uid } = session.meta;
  const place = () => ({ workingDir, limits: policy(session.meta.namespace).exec });
  /** Judged here again: whoever speaks for the front end may have asked nobody. Rejects with `denied`. */
  const requireAllowed = (command: ExecCommand | InteractiveCommand): void => {
    const { env } = session.spec ?? { env: [] };
    const violations = judgeExec({ command, session: { workingDir, env } }, policy(session.meta.namespace));
    if (violations.length > 0) throw new OperatorError('denied', renderCommandDenial(violations));
  };
  const recordOfCommand = async (execId: string, signal: AbortSignal): Promise<ExecRecord> => {
    const command = await commands.find(target, execId, signal);
    return recordOf(execId, await command.state(signal));
  };
  return {
    async exec(command, onFrame, signal) {
      const bounded = required(boundCommand(command, place()));
      requireAllowed(command);
      const tracked = await commands.start(target, bounded.start, signal);
      // A client that goes away leaves the command running; its input is written to the end.
      const fed = feed(tracked, bounded, NEVER);
      if (command.background) {
        tracked.listen();
        return onFrame({ type: 'started', execId: tracked.command.execId });
      }
      await guarded(async (within) => {
        await onFrame({ type: 'started', execId: tracked.command.execId });
        await followToExit(tracked, bounded.start.keepBytes, onFrame, within);
      }, signal);
      await fed;
    },
    async openExec(command, signal) {
      const start = required(boundInteractive(command, place()));
      requireAllowed(command);
      const release = streams.take(uid, MAX_STREAMS);
      if (release === null) throw tooMany(target, `${MAX_STREAMS} interactive commands`);
      try {
        return openChannel(await commands.start(target, start, signal), { guarded, release });
      } catch (thrown) {
        release();
        throw thrown;
      }
    },
    async listExecs(signal) {
      const listed = await parts.containers.list(target.containerId, signal);
      return listed.map(({ execId, state }) => recordOf(execId, state));
    },
    async execRecord(execId, waitMs, signal) {
      if (waitMs > 0) {
        const release = parts.waits.take(uid, MAX_WAITS);
        if (release === null) throw tooMany(target, `${MAX_WAITS} requests that wait for a command`);
        await commands.waitForEnd(target, { execId, ms: waitMs }, signal).finally(release);
      }
      return recordOfCommand(execId, signal);
    },
    async execOutput({ execId, stream, offset, limit }, signal) {
      const command = await commands.find(target, execId, signal);
      const page = await readPage(command, { stream, offset, limit }, signal);
      return { ...page, record: recordOf(execId, await command.state(signal)) };
    },
    async execInput({ execId, stdin, endInput, sendSignal }, signal) {
      const command = await commands.find(target, execId, signal);
      if (!(await command.state(signal)).running) {
        throw new OperatorError('conflict', `command ${execId} has ended; it takes no input and no signals`);
      }
      if (stdin !== null) {
        const limit = { ms: WRITE_MS, what: 'writing to a command that takes no input' };
        await withDeadline(limit, (within) => command.write(stdin, within), signal);
      }
      if (endInput) await command.endInput();
      if (sendSignal !== null) await command.sendSignal(sendSignal);
    },
    async execKill(execId, signal) {
      const command = await commands.find(target, execId, signal);
      return recordOf(execId, await command.kill(signal));
    },
  };
}

const NEVER = new AbortController().signal;

function required<T>(bounded: Result<T, string>): T {
  if (bounded.ok) return bounded.value;
  throw new OperatorError('invalid', bounded.error);
}

/** One page in as many reads as the container needs for it; ends at a gap, so that the page has one offset. */
async function readPage(
  command: Command,
  wanted: { readonly stream: OutputStream; readonly offset: number; readonly limit: number },
  signal: AbortSignal,
): Promise<Omit<OutputPage, 'record'>> {
  const { stream } = wanted;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let first: OutputPart | null = null;
  let end = false;
  while (bytes < wanted.limit && !end) {
    const next: number = (first?.offset ?? wanted.offset) + bytes;
    const part = await command.read({ stream, offset: next, limit: wanted.limit - bytes }, signal);
    if (first !== null && part.offset !== next) break;
    first ??= part;
    parts.push(part.bytes);
    bytes += part.bytes.byteLength;
    end = part.end;
    if (part.bytes.byteLength === 0) break;
  }
  const offset = first?.offset ?? wanted.offset;
  return { offset, data: Buffer.concat(parts).toString('base64'), nextOffset: offset + bytes, end };
}
