// Structured logs on a stream, as JSON lines. Only short primitive values under plain names pass; whatever else a careless
// caller hands over is replaced, because error messages and texts of others are not redacted by anybody else.

import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

import type { LogLevel } from '../model/log-level.ts';
import type { Log, LogFields } from '../ports/log.ts';

const LONGEST_VALUE = 4096;
const FIELD_NAME = /^[a-zA-Z][a-zA-Z0-9_.]{0,63}$/;
/** Shapes that are secrets wherever they stand: JSON web tokens, bearer headers, private keys. */
const SECRET_SHAPES = [
  /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g,
  /\bbearer\s+[\w.~+/-]{8,}=*/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Lines like {"level":"info","time":"2026-01-31T12:00:00.000Z","message":...,...fields}. */
export function createLogger(options: {
  readonly destination: DestinationStream;
  readonly level: LogLevel;
  readonly fields?: LogFields;
}): Log {
  const settings = {
    level: options.level,
    messageKey: 'message',
    base: allowed(options.fields ?? {}),
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
  };
  return logOf(pino(settings, options.destination));
}

function logOf(logger: PinoLogger): Log {
  return {
    debug: (message, fields) => logger.debug(allowed(fields ?? {}), safeText(message)),
    info: (message, fields) => logger.info(allowed(fields ?? {}), safeText(message)),
    warn: (message, fields) => logger.warn(allowed(fields ?? {}), safeText(message)),
    error: (message, fields) => logger.error(allowed(fields ?? {}), safeText(message)),
    with: (fields) => logOf(logger.child(allowed(fields))),
  };
}

function allowed(fields: LogFields): Record<string, string | number | boolean | null> {
  const safe: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || !FIELD_NAME.test(name)) continue;
    safe[name] = safeValue(value);
  }
  return safe;
}

function safeValue(value: unknown): string | number | boolean | null {
  if (typeof value === 'string') return safeText(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  return `[${typeof value}]`;
}

function safeText(text: string): string {
  const redacted = SECRET_SHAPES.reduce((left, shape) => left.replace(shape, '[redacted]'), text);
  return redacted.length > LONGEST_VALUE ? `${redacted.slice(0, LONGEST_VALUE)}...` : redacted;
}
