// `mcpsession mcp`: its arguments.

import { err, ok, type Result } from '../../lib/result.ts';
import type { LogLevel } from '../../model/log-level.ts';
import { CONNECTION_FLAGS, connectionOf, type ConnectionOptions, connectionProblems } from './connection.ts';
import { parseFlags, type Problems, string } from './flags.ts';
import { parseLogLevel, problemsOf } from './values.ts';

export interface McpOptions {
  readonly connection: ConnectionOptions;
  readonly logLevel: LogLevel;
}

export function parseMcp(argv: readonly string[]): Result<McpOptions, Problems> {
  const flags = parseFlags(argv, { ...CONNECTION_FLAGS, 'log-level': string });
  const connection = connectionOf(flags);
  const logLevel = parseLogLevel(flags.text('log-level') ?? 'warn');
  const problems = [...flags.problems, ...connectionProblems(connection), ...problemsOf(logLevel)];
  if (!logLevel.ok || problems.length > 0) return err(problems);
  return ok({ connection, logLevel: logLevel.value });
}
