// `mcpsession extend`: its arguments.

import { err, ok, type Result } from '../../lib/result.ts';
import { parseSeconds, SECONDS_FORMS } from '../../lib/duration.ts';
import { CONNECTION_FLAGS, connectionOf, type ConnectionOptions, connectionProblems } from './connection.ts';
import { parseFlags, type Problems, string } from './flags.ts';
import { problemsOf, sessionNameProblems } from './values.ts';

export interface ExtendOptions {
  readonly connection: ConnectionOptions;
  readonly session: string;
  /** `to`: the whole lifetime from the creation on; `by`: added to the one it has. */
  readonly extend: { readonly kind: 'to' | 'by'; readonly seconds: number };
}

const FLAGS = { ...CONNECTION_FLAGS, ttl: string, by: string } as const;

export function parseExtend(argv: readonly string[]): Result<ExtendOptions, Problems> {
  const flags = parseFlags(argv, FLAGS, 'positionals');
  const connection = connectionOf(flags);
  const [session = '', ...rest] = flags.positionals;
  const [ttl, by] = [flags.text('ttl'), flags.text('by')];
  const kind = ttl === null ? 'by' : 'to';
  const seconds = readSeconds(kind === 'to' ? '--ttl' : '--by', ttl ?? by);
  const problems = [
    ...flags.problems,
    ...connectionProblems(connection),
    ...(session === '' ? ['extend: name the session'] : sessionNameProblems(session)),
    ...rest.map((word) => `Unexpected argument ${JSON.stringify(word)}: one session at a time`),
    ...((ttl === null) === (by === null)
      ? ['extend: say how long, with --ttl (from its creation on) or --by (more than now)']
      : problemsOf(seconds)),
  ];
  if (!seconds.ok || problems.length > 0) return err(problems);
  return ok({ connection, session, extend: { kind, seconds: seconds.value } });
}

function readSeconds(flag: string, text: string | null): Result<number, Problems> {
  const seconds = text === null ? 0 : parseSeconds(text);
  return seconds === null ? err([`${flag} ${JSON.stringify(text)}: must be ${SECONDS_FORMS}`]) : ok(seconds);
}
