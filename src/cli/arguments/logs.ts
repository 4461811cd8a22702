// `mcpsession logs`: its arguments.

import { MAX_LOG_TAIL } from '../../model/node-protocol.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { parseSince, type Since, SINCE_FORMS } from '../../lib/since.ts';
import { CONNECTION_FLAGS, connectionOf, type ConnectionOptions, connectionProblems } from './connection.ts';
import { boolean, parseFlags, type Problems, string } from './flags.ts';
import { parseWhole, problemsOf, sessionNameProblems } from './values.ts';

export interface LogsOptions {
  readonly connection: ConnectionOptions;
  readonly session: string;
  readonly follow: boolean;
  /** null: all that is kept. */
  readonly tail: number | null;
  readonly since: Since | null;
  /** RE2 expression; the node judges it. */
  readonly grep: string | null;
  readonly timestamps: boolean;
  /** Where an earlier call stopped; "" for the beginning; null: not asked for. */
  readonly cursor: string | null;
}

const MAX_GREP = 1024;
const MAX_CURSOR = 64;

const FLAGS = {
  ...CONNECTION_FLAGS,
  follow: { ...boolean, short: 'f' },
  tail: string,
  since: string,
  grep: string,
  timestamps: boolean,
  cursor: string,
} as const;

export function parseLogs(argv: readonly string[]): Result<LogsOptions, Problems> {
  const flags = parseFlags(argv, FLAGS, 'positionals');
  const connection = connectionOf(flags);
  const tail = parseWhole('--tail', flags.text('tail'), { least: 0, most: MAX_LOG_TAIL });
  const since = readSince(flags.text('since'));
  const grep = flags.text('grep');
  const cursor = flags.text('cursor');
  const [session = '', ...rest] = flags.positionals;
  const problems = [
    ...flags.problems,
    ...connectionProblems(connection),
    ...(session === '' ? ['logs: name the session'] : sessionNameProblems(session)),
    ...rest.map((word) => `Unexpected argument ${JSON.stringify(word)}: one session at a time`),
    ...problemsOf(tail),
    ...problemsOf(since),
    ...(cursor !== null && flags.isOn('tail') ? ['--tail and --cursor exclude each other'] : []),
    ...(cursor !== null && cursor.length > MAX_CURSOR ? ['--cursor: must be what an earlier call printed'] : []),
    ...(grep !== null && grep.length > MAX_GREP ? [`--grep: must have at most ${MAX_GREP} characters`] : []),
  ];
  if (!tail.ok || !since.ok || problems.length > 0) return err(problems);
  return ok({
    connection,
    session,
    follow: flags.isOn('follow'),
    tail: tail.value,
    since: since.value,
    grep,
    timestamps: flags.isOn('timestamps'),
    cursor,
  });
}

function readSince(text: string | null): Result<Since | null, Problems> {
  const since = text === null ? null : parseSince(text);
  return text !== null && since === null ? err([`--since ${JSON.stringify(text)}: must be ${SINCE_FORMS}`]) : ok(since);
}
