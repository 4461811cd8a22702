// One problem of a settings file as a sentence: key, value, what is allowed.

import type { z } from 'zod';
import { isPlainObject } from '../lib/plain-object.ts';
import { escapeInvisible, shorten } from '../lib/visible-text.ts';

const MAX_SHOWN_LENGTH = 80;

export interface SettingsFile {
  /** What the file as a whole is called. Example: "policy". */
  readonly what: string;
  readonly schema: z.ZodType;
  /** What was read from the file. */
  readonly raw: unknown;
}

/** Example: 'limits.maxPids: 1 is not allowed; allowed: 10 or more'. */
export function settingIssueText(issue: z.core.$ZodIssue, { what, schema, raw }: SettingsFile): string {
  const key = keyText(issue.path) || what;
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((name) => shownSetting(name)).join(', ');
    return `${key}: ${names} is not a setting; allowed: ${allowedKeys(schema, issue.path).join(', ')}`;
  }
  return `${key}: ${shownSetting(valueAt(raw, issue.path))} is not allowed; allowed: ${allowedText(issue)}`;
}

function allowedText(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(', ');
    case 'invalid_type':
      return `a value of type ${issue.expected}`;
    case 'too_small':
      return issue.origin === 'string' ? 'text that is not empty' : `${String(issue.minimum)} or more`;
    case 'too_big':
      return `${String(issue.maximum)} or less`;
    default:
      return issue.message.replace(/^must be /, '');
  }
}

const keyText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (isRecord(value) ? value[String(part)] : undefined), raw);
}

/** Names of the settings below a key, from the schema's own input description. */
function allowedKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce<unknown>(
    (below, part) => (isRecord(below) && isRecord(below['properties']) ? below['properties'][String(part)] : undefined),
    schema.toJSONSchema({ io: 'input' }),
  );
  return isPlainObject(found) && isPlainObject(found['properties']) ? Object.keys(found['properties']) : [];
}

/** Lists too: their items are reached by number. */
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A value as it is shown in a message: short, and harmless in a terminal. */
export const shownSetting = (value: unknown): string =>
  shorten(escapeInvisible(value === undefined ? 'nothing' : JSON.stringify(value)), MAX_SHOWN_LENGTH);
