// Values of flags that several commands share: a value, or the sentence that says what is wrong with it.

import { err, ok, type Result } from '../../lib/result.ts';
import { LOG_LEVELS, type LogLevel } from '../../model/log-level.ts';
import type { Problems } from './flags.ts';

export function parsePort(flag: string, text: string): Result<number, Problems> {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? ok(port) : err([`${flag} ${JSON.stringify(text)}: must be a port from 0 to 65535`]);
}

export function parseLogLevel(text: string): Result<LogLevel, Problems> {
  const level = LOG_LEVELS.find((known) => known === text);
  return level === undefined
    ? err([`--log-level ${JSON.stringify(text)}: must be one of ${LOG_LEVELS.join(', ')}`])
    : ok(level);
}

/** `ok(null)` when the flag was not given. */
export function parseWhole(
  flag: string,
  text: string | null,
  bounds: { readonly least: number; readonly most: number },
): Result<number | null, Problems> {
  if (text === null) return ok(null);
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= bounds.least && value <= bounds.most
    ? ok(value)
    : err([`${flag} ${JSON.stringify(text)}: must be a whole number from ${bounds.least} to ${bounds.most}`]);
}

const SESSION_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

export const sessionNameProblems = (name: string): Problems =>
  SESSION_NAME.test(name)
    ? []
    : [`session ${JSON.stringify(name)}: must be the name of an McpSession, as "kubectl get mcps" lists it`];

export const problemsOf = <T>(result: Result<T, Problems>): Problems => (result.ok ? [] : result.error);
