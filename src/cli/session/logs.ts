// `mcpsession logs`: lines of the main command, each stream to its own, safe to look at.

import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import { neutralise } from '../../lib/neutralise.ts';
import { sinceMs } from '../../lib/since.ts';
import { type LogLine, type LogQuery, logQuerySchema } from '../../model/node-protocol.ts';
import type { LogsOptions } from '../arguments/logs.ts';
import { EXIT_OK } from '../exit-codes.ts';
import { note } from './output.ts';
import type { Console, SessionClient } from './session-client.ts';

interface LogsWorld {
  readonly console: Console;
  readonly client: SessionClient;
}

/** Rejects with OperatorError. A follower that was stopped has done what it was asked for. */
export async function runLogs(options: LogsOptions, world: LogsWorld, signal: AbortSignal): Promise<number> {
  const { console } = world;
  let cursor = options.cursor ?? '';
  const onLine = async (line: LogLine): Promise<void> => {
    const to = console[line.stream];
    if (line.droppedBytes !== undefined) note(console.stderr, `[... ${line.droppedBytes} bytes were not kept ...]`);
    await to.write(renderLine(line, { timestamps: options.timestamps, isTerminal: to.isTerminal }));
    cursor = line.cursor;
  };
  try {
    cursor = await readLogs(queryOf(options, console.clock.nowMs()), { ...world, onLine }, signal);
  } catch (thrown) {
    if (!options.follow) throw thrown;
    if (!signal.aborted) throw withWayOn(thrown, cursor);
  }
  if (options.cursor !== null) note(console.stderr, `next cursor: ${cursor}`);
  return EXIT_OK;
}

export function renderLine(line: LogLine, how: { readonly timestamps: boolean; readonly isTerminal: boolean }): string {
  const at = how.timestamps ? `${new Date(line.atMs).toISOString()} ` : '';
  return `${at}${how.isTerminal ? neutralise(line.text) : line.text}\n`;
}

/** Page after page until nothing new comes; one answer for a follower. Resolves with the last cursor. */
async function readLogs(
  first: LogQuery,
  world: LogsWorld & { readonly onLine: (line: LogLine) => Promise<void> },
  signal: AbortSignal,
): Promise<string> {
  const { access, session } = world.client;
  let query = first;
  for (;;) {
    const { cursor, truncated } = await access.logs(session, query, world.onLine, signal);
    if (query.follow || !truncated || cursor === '' || cursor === query.cursor) return cursor;
    query = { ...query, tail: null, cursor };
  }
}

function queryOf(options: LogsOptions, nowMs: number): LogQuery {
  const { tail, grep, follow, since } = options;
  const cursor = options.cursor === '' ? null : options.cursor;
  return logQuerySchema.parse({ tail, grep, follow, cursor, sinceMs: since === null ? null : sinceMs(since, nowMs) });
}

function withWayOn(thrown: unknown, cursor: string): unknown {
  const fault = asOperatorError(thrown);
  if (cursor === '' || (fault.kind !== 'unavailable' && fault.kind !== 'timeout')) return thrown;
  return new OperatorError(fault.kind, `${fault.message}; go on with --cursor ${cursor}`, { cause: thrown });
}
