// `mcpsession up`: its arguments.

import { err, ok, type Result } from '../../lib/result.ts';
import type { LogLevel } from '../../model/log-level.ts';
import { parseFlags, type Problems, string } from './flags.ts';
import { parseLogLevel, parsePort, problemsOf } from './values.ts';

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

const DEFAULT_SOCKET = '/var/run/docker.sock';

const FLAGS = {
  'state-dir': string,
  'ready-file': string,
  kubeconfig: string,
  policy: string,
  'docker-socket': string,
  'node-name': string,
  'advertise-address': string,
  'mcp-port': string,
  'log-level': string,
} as const;

export function parseUp(argv: readonly string[]): Result<UpOptions, Problems> {
  const flags = parseFlags(argv, FLAGS);
  const port = parsePort('--mcp-port', flags.text('mcp-port') ?? '0');
  const logLevel = parseLogLevel(flags.text('log-level') ?? 'info');
  const nodeName = flags.text('node-name');
  const problems = [
    ...flags.problems,
    ...problemsOf(port),
    ...problemsOf(logLevel),
    ...(nodeName === null ? [] : nodeNameProblems(nodeName)),
  ];
  if (!port.ok || !logLevel.ok || problems.length > 0) return err(problems);
  return ok({
    stateDir: flags.text('state-dir'),
    readyFile: flags.text('ready-file'),
    kubeconfig: flags.text('kubeconfig'),
    policyFile: flags.text('policy'),
    dockerSocket: flags.text('docker-socket') ?? DEFAULT_SOCKET,
    nodeName,
    advertiseAddress: flags.text('advertise-address') ?? '127.0.0.1',
    mcpPort: port.value,
    logLevel: logLevel.value,
  });
}

/** A node name becomes the name of an McpNode and part of a Lease's: DNS-1123 subdomain. */
function nodeNameProblems(name: string): Problems {
  if (/^[a-z0-9]([-a-z0-9.]{0,198}[a-z0-9])?$/.test(name)) return [];
  return [
    `--node-name ${JSON.stringify(name)}: must be lower-case letters, digits, "-" and ".", at most 200 characters`,
  ];
}
