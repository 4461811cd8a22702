// The command line: which program, with which options. Every problem is reported at once, with what is allowed.

import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../lib/result.ts';
import { LOG_LEVELS, type LogLevel } from '../model/log-level.ts';

export type Command =
  | { readonly run: 'help' }
  | { readonly run: 'version' }
  | {
      readonly run: 'check';
      readonly files: readonly string[];
      readonly policyFile: string | null;
      readonly output: 'table' | 'json';
    }
  | { readonly run: 'up'; readonly options: UpOptions }
  | { readonly run: 'mcp'; readonly options: McpOptions };

export interface UpOptions {
  readonly stateDir: string | null;
  readonly readyFile: string | null;
  /** Use this cluster and start no control plane. */
  readonly kubeconfig: string | null;
  readonly policyFile: string | null;
  readonly dockerSocket: string;
  readonly nodeName: string | null;
  /** Address of this machine at which the API server reaches the webhook. */
  readonly advertiseAddress: string;
  /** 0: the port of the last run if it is free, else any. */
  readonly mcpPort: number;
  readonly logLevel: LogLevel;
}

export interface McpOptions {
  readonly kubeconfig: string | null;
  readonly context: string | null;
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  readonly logLevel: LogLevel;
}

export const USAGE = `mcpsession: sessions for AI agents, as locked-down containers run by Kubernetes

Usage:
  mcpsession up [--state-dir D] [--ready-file F] [--kubeconfig K] [--policy F] [--docker-socket S]
                [--node-name N] [--advertise-address A] [--mcp-port P] [--log-level L]
      Start everything in one process, in the foreground: control plane (unless --kubeconfig is given),
      webhook, placement, controller and MCP front end.
  mcpsession mcp [--kubeconfig K] [--context C] [-n NAMESPACE] [--service-account S] [--log-level L]
      MCP server over stdio, for Claude Code, Cursor, VS Code and others.
  mcpsession check [--policy F] [-o table|json] FILE...
      Judge McpSession files with the rules of the admission webhook; "-" reads standard input.
  mcpsession version | help

Exit codes: 0 ok, 1 failure or wrong usage, 2 policy violation, 3 not authenticated, 4 unreachable.
`;

const DEFAULT_SOCKET = '/var/run/docker.sock';

export function parseCommand(argv: readonly string[]): Result<Command, readonly string[]> {
  const [name, ...rest] = argv;
  switch (name) {
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      return ok({ run: 'help' });
    case 'version':
    case '--version':
      return ok({ run: 'version' });
    case 'check':
      return parseCheck(rest);
    case 'up':
      return parseUp(rest);
    case 'mcp':
      return parseMcp(rest);
    default:
      return err([`unknown command ${JSON.stringify(name)}; commands are up, mcp, check, version, help`]);
  }
}

const string = { type: 'string' } as const;

function parseCheck(argv: readonly string[]): Result<Command, readonly string[]> {
  const parsed = parseFlags(argv, { policy: string, output: { ...string, short: 'o' } }, true);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  const output = values['output'] ?? 'table';
  const problems = [
    ...(positionals.length === 0 ? ['check: name at least one file, directory or "-" for standard input'] : []),
    ...(output === 'table' || output === 'json' ? [] : [`--output ${JSON.stringify(output)}: must be table or json`]),
  ];
  if (problems.length > 0) return err(problems);
  return ok({
    run: 'check',
    files: positionals,
    policyFile: values['policy'] ?? null,
    output: output === 'json' ? 'json' : 'table',
  });
}

function parseUp(argv: readonly string[]): Result<Command, readonly string[]> {
  const parsed = parseFlags(argv, {
    'state-dir': string,
    'ready-file': string,
    kubeconfig: string,
    policy: string,
    'docker-socket': string,
    'node-name': string,
    'advertise-address': string,
    'mcp-port': string,
    'log-level': string,
  });
  if (!parsed.ok) return parsed;
  const { values } = parsed.value;
  const port = parsePort('--mcp-port', values['mcp-port'] ?? '0');
  const logLevel = parseLogLevel(values['log-level']);
  const problems = [...problemsOf(port), ...problemsOf(logLevel), ...nodeNameProblems(values['node-name'])];
  if (!port.ok || !logLevel.ok || problems.length > 0) return err(problems);
  return ok({
    run: 'up',
    options: {
      stateDir: values['state-dir'] ?? null,
      readyFile: values['ready-file'] ?? null,
      kubeconfig: values['kubeconfig'] ?? null,
      policyFile: values['policy'] ?? null,
      dockerSocket: values['docker-socket'] ?? DEFAULT_SOCKET,
      nodeName: values['node-name'] ?? null,
      advertiseAddress: values['advertise-address'] ?? '127.0.0.1',
      mcpPort: port.value,
      logLevel: logLevel.value,
    },
  });
}

function parseMcp(argv: readonly string[]): Result<Command, readonly string[]> {
  const parsed = parseFlags(argv, {
    kubeconfig: string,
    context: string,
    namespace: { ...string, short: 'n' },
    'service-account': string,
    'log-level': string,
  });
  if (!parsed.ok) return parsed;
  const { values } = parsed.value;
  const logLevel = parseLogLevel(values['log-level'] ?? 'warn');
  if (!logLevel.ok) return logLevel;
  return ok({
    run: 'mcp',
    options: {
      kubeconfig: values['kubeconfig'] ?? null,
      context: values['context'] ?? null,
      namespace: values['namespace'] ?? null,
      serviceAccount: values['service-account'] ?? null,
      logLevel: logLevel.value,
    },
  });
}

type Flags = Readonly<Record<string, { readonly type: 'string'; readonly short?: string }>>;

function parseFlags(
  argv: readonly string[],
  options: Flags,
  allowPositionals = false,
): Result<{ values: Readonly<Record<string, string | undefined>>; positionals: readonly string[] }, readonly string[]> {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals, strict: true });
    return ok({ values: values as Record<string, string | undefined>, positionals }); // every flag is a string
  } catch (thrown) {
    return err([thrown instanceof Error ? thrown.message : String(thrown)]);
  }
}

function parsePort(flag: string, text: string): Result<number, readonly string[]> {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? ok(port) : err([`${flag} ${JSON.stringify(text)}: must be a port from 0 to 65535`]);
}

function parseLogLevel(text = 'info'): Result<LogLevel, readonly string[]> {
  const level = LOG_LEVELS.find((known) => known === text);
  return level === undefined
    ? err([`--log-level ${JSON.stringify(text)}: must be one of ${LOG_LEVELS.join(', ')}`])
    : ok(level);
}

/** A node name becomes the name of an McpNode and part of a Lease's: DNS-1123 subdomain. */
function nodeNameProblems(name: string | undefined): readonly string[] {
  if (name === undefined || /^[a-z0-9]([-a-z0-9.]{0,198}[a-z0-9])?$/.test(name)) return [];
  return [
    `--node-name ${JSON.stringify(name)}: must be lower-case letters, digits, "-" and ".", at most 200 characters`,
  ];
}

const problemsOf = <T>(result: Result<T, readonly string[]>): readonly string[] => (result.ok ? [] : result.error);
