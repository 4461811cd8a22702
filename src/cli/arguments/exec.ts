// `mcpsession exec`: its arguments. Everything after "--" is the command's own.

import { err, ok, type Result } from '../../lib/result.ts';
import { CONNECTION_FLAGS, connectionOf, type ConnectionOptions, connectionProblems } from './connection.ts';
import { boolean, parseFlags, type ParsedFlags, type Problems, string } from './flags.ts';
import { problemsOf, sessionNameProblems } from './values.ts';

export interface CommandLine {
  readonly argv: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** null: the working directory of the session. */
  readonly cwd: string | null;
  /** null: the limit of the cluster's policy. */
  readonly timeoutSeconds: number | null;
}

export type ExecAction =
  | { readonly kind: 'run'; readonly command: CommandLine; readonly stdin: boolean; readonly terminal: boolean }
  | { readonly kind: 'background'; readonly command: CommandLine }
  | { readonly kind: 'attach'; readonly execId: string }
  | { readonly kind: 'kill'; readonly execId: string }
  | { readonly kind: 'list' };

export interface ExecOptions {
  readonly connection: ConnectionOptions;
  readonly session: string;
  readonly action: ExecAction;
}

const MAX_TIMEOUT_SECONDS = 86_400;

const FLAGS = {
  ...CONNECTION_FLAGS,
  stdin: { ...boolean, short: 'i' },
  tty: { ...boolean, short: 't' },
  env: { ...string, multiple: true },
  cwd: string,
  timeout: string,
  background: boolean,
  attach: string,
  list: boolean,
  kill: string,
} as const;

/** What only makes sense with a command. */
const COMMAND_FLAGS = ['stdin', 'tty', 'env', 'cwd', 'timeout', 'background'] as const;

export function parseExec(argv: readonly string[]): Result<ExecOptions, Problems> {
  const end = argv.indexOf('--');
  const flags = parseFlags(end === -1 ? argv : argv.slice(0, end), FLAGS, 'positionals');
  const program = end === -1 ? [] : argv.slice(end + 1);
  const connection = connectionOf(flags);
  const action = parseAction(flags, program);
  const [session = '', ...rest] = flags.positionals;
  const problems = [
    ...flags.problems,
    ...connectionProblems(connection),
    ...sessionProblems(session, rest),
    ...problemsOf(action),
  ];
  if (!action.ok || problems.length > 0) return err(problems);
  return ok({ connection, session, action: action.value });
}

function sessionProblems(session: string, rest: readonly string[]): Problems {
  if (session === '') return ['exec: name the session, for example: mcpsession exec SESSION -- PROGRAM'];
  const extra =
    rest.length === 0
      ? []
      : [
          `Unexpected argument ${JSON.stringify(rest[0])}: the command comes after "--", as in: exec ${session} -- ${rest.join(' ')}`,
        ];
  return [...sessionNameProblems(session), ...extra];
}

function parseAction(flags: ParsedFlags, program: readonly string[]): Result<ExecAction, Problems> {
  const others = ['attach', 'kill', 'list'].filter((name) => flags.isOn(name));
  if (others.length > 1) return err([`--${others.join(' and --')} exclude each other`]);
  const [other] = others;
  if (other === undefined) return parseRun(flags, program);
  const misplaced = [
    ...COMMAND_FLAGS.filter((name) => flags.isOn(name)).map((name) => `--${name}`),
    ...(program.length > 0 ? ['a command'] : []),
  ];
  const execId = other === 'list' ? null : flags.text(other);
  const problems = [
    ...(misplaced.length > 0 ? [`--${other} does not go with ${misplaced.join(', ')}`] : []),
    ...(execId === null || /^[A-Za-z0-9_-]{1,64}$/.test(execId)
      ? []
      : [`--${other} ${JSON.stringify(execId)}: must be an exec id, as "exec SESSION --list" shows it`]),
  ];
  if (problems.length > 0) return err(problems);
  if (execId === null) return ok({ kind: 'list' });
  return ok({ kind: other === 'attach' ? 'attach' : 'kill', execId });
}

function parseRun(flags: ParsedFlags, program: readonly string[]): Result<ExecAction, Problems> {
  const env = flags.all('env').map(parseVariable);
  const timeout = parseTimeout(flags.text('timeout'));
  const cwd = flags.text('cwd');
  const background = flags.isOn('background');
  const attached = ['stdin', 'tty'].filter((name) => flags.isOn(name));
  const problems = [
    ...(program.length === 0 ? ['exec: name a program after "--"'] : []),
    ...env.flatMap(problemsOf),
    ...problemsOf(timeout),
    ...(cwd === '' ? ['--cwd "": must be a directory of the session'] : []),
    ...(background && attached.length > 0
      ? [`--background does not go with --${attached.join(', --')}: nobody is there to type`]
      : []),
  ];
  if (!timeout.ok || problems.length > 0) return err(problems);
  const variables = env.flatMap((variable) => (variable.ok ? [variable.value] : []));
  const command: CommandLine = { argv: program, env: variables, cwd, timeoutSeconds: timeout.value };
  if (background) return ok({ kind: 'background', command });
  return ok({ kind: 'run', command, stdin: flags.isOn('stdin'), terminal: flags.isOn('tty') });
}

/** The value is never shown: it may be a secret. */
function parseVariable(text: string): Result<{ readonly name: string; readonly value: string }, Problems> {
  const at = text.indexOf('=');
  const name = at === -1 ? text : text.slice(0, at);
  if (at !== -1 && /^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/.test(name)) return ok({ name, value: text.slice(at + 1) });
  return err([
    `--env ${JSON.stringify(at === -1 ? name : `${name}=...`)}: must be NAME=VALUE with the name of a variable`,
  ]);
}

function parseTimeout(text: string | null): Result<number | null, Problems> {
  if (text === null) return ok(null);
  const seconds = /^[0-9]{1,6}(\.[0-9]{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  return seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS
    ? ok(seconds)
    : err([`--timeout ${JSON.stringify(text)}: must be seconds, more than 0 and at most ${MAX_TIMEOUT_SECONDS}`]);
}
