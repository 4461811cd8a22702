// Ends a command with all that it started. The engine cannot kill an exec, so every command carries a random mark in its
// environment, which its descendants inherit even after setsid and double fork; a second exec finds and kills the marked.

import { setTimeout as sleep } from 'node:timers/promises';

import { asOperatorError, isFault } from '../../lib/errors.ts';
import type { Log } from '../../ports/log.ts';
import { withDeadline } from '../../process/deadline.ts';
import type { EngineClient } from '../engine-client.ts';
import { inspectExec, prepareExec, startExec, waitForExit } from './exec-call.ts';

/** Variable that marks a command and its descendants; the value is random for each run. */
export const MARK_VARIABLE = 'MCPSESSION_EXEC_MARK';

const KILL_WITHIN_MS = 10_000;
const TRIES = 6;
const BETWEEN_TRIES_MS = 100;

/**
 * Constant; the mark comes as $1. Builtins only, so that it needs no free process slot beside its own: works in dash, bash
 * and busybox. Finds the marked and, through PPid, children that dropped the mark; kills and looks again until none is left.
 * Zombies are dead already. Exits 0 when nothing is left, 1 when something keeps coming back.
 */
export const KILL_SCRIPT = `
exec 2>/dev/null
mark=${MARK_VARIABLE}=$1
pass=0
while [ "$pass" -lt 200 ]; do
  pass=$((pass + 1))
  found=' '
  more=1
  while [ "$more" = 1 ]; do
    more=0
    for dir in /proc/[0-9]*; do
      pid=\${dir#/proc/}
      case "$pid" in 1 | $$) continue ;; esac
      case "$found" in *" $pid "*) continue ;; esac
      state= parent=
      while read -r key value rest; do
        case "$key" in State:) state=$value ;; PPid:) parent=$value; break ;; esac
      done <"$dir/status"
      case "$state" in '' | Z | X) continue ;; esac
      hit=0
      case "$found" in *" $parent "*) hit=1 ;; esac
      if [ "$hit" = 0 ]; then
        while IFS= read -r line || [ -n "$line" ]; do
          case "$line" in *"$mark"*) hit=1; break ;; esac
        done <"$dir/environ"
      fi
      if [ "$hit" = 1 ]; then found="$found$pid "; more=1; fi
    done
  done
  [ "$found" = ' ' ] && exit 0
  kill -KILL $found
done
exit 1
`;

export interface MarkedCommand {
  readonly containerId: string;
  /** The engine's id of the command. */
  readonly execId: string;
  /** "<uid>:<gid>" that it runs as; nobody else may look at its environment. */
  readonly user: string;
  readonly mark: string;
}

export interface KillParts {
  readonly client: EngineClient;
  readonly log: Log;
}

/**
 * Kills the command's whole tree; where that cannot be done or proved, kills the container. Tells whether it was the
 * container. Rejects only when the engine does not even do that.
 */
export async function endCommand(parts: KillParts, command: MarkedCommand, signal: AbortSignal): Promise<boolean> {
  const limit = { ms: KILL_WITHIN_MS, what: 'the end of a command' };
  const ended = await withDeadline(limit, (bounded) => endTree(parts.client, command, bounded), signal).catch(
    (thrown: unknown) => {
      parts.log.warn('command could not be ended', {
        container: command.containerId,
        error: asOperatorError(thrown).message,
      });
      return false;
    },
  );
  if (ended) return false;
  parts.log.warn('killing the container of a command that did not end', { container: command.containerId });
  await killContainer(parts.client, command.containerId, signal);
  return true;
}

/** Several tries: a command that is just being started has no mark yet, and a full process table takes no second exec. */
async function endTree(client: EngineClient, command: MarkedCommand, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const exitCode = await runKillScript(client, command, signal);
    if (exitCode === 0 && (await inspectExec(client, command.execId, signal)).exitCode !== null) return true;
    await sleep(BETWEEN_TRIES_MS, undefined, { signal });
  }
  return false;
}

async function runKillScript(client: EngineClient, command: MarkedCommand, signal: AbortSignal): Promise<number> {
  const { containerId, user, mark } = command;
  // Not found by PATH, which the session's environment may point into its own writable directories.
  const argv = ['/bin/sh', '-c', KILL_SCRIPT, 'sh', mark];
  const execId = await prepareExec(client, { containerId, argv, env: [], cwd: '/', user, attachStdin: false }, signal);
  const stream = await startExec(client, { execId, stdin: false }, signal);
  stream.on('error', () => {}); // its output is of no interest, and its end is looked up below
  stream.resume();
  try {
    return await waitForExit({ client, execId, containerId, containerRuns: async () => true }, signal);
  } finally {
    stream.destroy();
  }
}

/** A container that has already ended or gone is what was wanted. */
export async function killContainer(client: EngineClient, containerId: string, signal: AbortSignal): Promise<void> {
  try {
    await client.call('containerKill', { target: containerId }, signal);
  } catch (thrown) {
    if (!isFault(thrown, 'conflict') && !isFault(thrown, 'not-found')) throw thrown;
  }
}
