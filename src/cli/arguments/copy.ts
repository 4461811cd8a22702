// `mcpsession cp`: its arguments. One side is SESSION:PATH; a local name with a colon is written with a slash before it ("./a:b").

import { err, ok, type Result } from '../../lib/result.ts';
import { CONNECTION_FLAGS, connectionOf, type ConnectionOptions, connectionProblems } from './connection.ts';
import { boolean, parseFlags, type Problems } from './flags.ts';

export interface CopyOptions {
  readonly connection: ConnectionOptions;
  readonly session: string;
  readonly direction: 'upload' | 'download';
  /** A path of this machine; "-" for standard input or output. */
  readonly local: string;
  /** A path of the session, relative to its workspace or absolute below it; "" for the workspace itself. */
  readonly remote: string;
  readonly recursive: boolean;
}

const FLAGS = { ...CONNECTION_FLAGS, recursive: { ...boolean, short: 'r' } } as const;
const REMOTE = /^([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?):([\s\S]*)$/;
const MAX_PATH = 4096;

export function parseCopy(argv: readonly string[]): Result<CopyOptions, Problems> {
  const flags = parseFlags(argv, FLAGS, 'positionals');
  const connection = connectionOf(flags);
  const recursive = flags.isOn('recursive');
  const sides = parseSides(flags.positionals, recursive);
  const problems = [...flags.problems, ...connectionProblems(connection), ...(sides.ok ? [] : sides.error)];
  if (!sides.ok || problems.length > 0) return err(problems);
  return ok({ connection, recursive, ...sides.value });
}

type Sides = Pick<CopyOptions, 'session' | 'direction' | 'local' | 'remote'>;

function parseSides(positionals: readonly string[], recursive: boolean): Result<Sides, Problems> {
  const [source, target, ...rest] = positionals;
  if (source === undefined || target === undefined || rest.length > 0)
    return err(['cp: needs a source and a target, one of them SESSION:PATH, as in: cp data.csv py-1:data.csv']);
  const from = REMOTE.exec(source);
  const to = REMOTE.exec(target);
  if (from !== null && to !== null) return err(['cp: one side must be of this machine; copy in two steps']);
  const remote = from ?? to;
  if (remote === null)
    return err([`cp: one of ${JSON.stringify(source)} and ${JSON.stringify(target)} must be SESSION:PATH`]);
  const [, session = '', path = ''] = remote;
  const local = from === null ? source : target;
  const problems = [
    ...(local === '' ? ['cp: the path of this machine is empty; "." is the current directory'] : []),
    ...(path.length > MAX_PATH ? [`cp: a path of a session has at most ${MAX_PATH} characters`] : []),
    ...(local === '-' && recursive ? ['cp: -r does not go with "-"; a directory is no stream'] : []),
  ];
  if (problems.length > 0) return err(problems);
  return ok({ session, remote: path, local, direction: from === null ? 'upload' : 'download' });
}
