// One problem of a policy file as a sentence: key, value, what is allowed.

import type { z } from 'zod';
import { escapeInvisible, shorten } from '../lib/visible-text.ts';
import { policyFileSchema } from '../model/policy-set.ts';

const MAX_SHOWN_LENGTH = 80;

/** Example: 'limits.maxPids: 1 is not allowed; allowed: 10 or more'. `raw` is what was read from the file. */
export function policyIssueText(issue: z.core.$ZodIssue, raw: unknown): string {
  const key = keyText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((name) => shown(name)).join(', ');
    return `${key === '' ? 'policy' : key}: ${names} is not a setting; allowed: ${allowedKeys(issue.path).join(', ')}`;
  }
  return `${key === '' ? 'policy' : key}: ${shown(valueAt(raw, issue.path))} is not allowed; allowed: ${allowedText(issue)}`;
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
function allowedKeys(path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce<unknown>(
    (schema, part) =>
      isRecord(schema) && isRecord(schema['properties']) ? schema['properties'][String(part)] : undefined,
    policyFileSchema.toJSONSchema({ io: 'input' }),
  );
  return isRecord(found) && isRecord(found['properties']) ? Object.keys(found['properties']) : [];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const shown = (value: unknown): string =>
  shorten(escapeInvisible(value === undefined ? 'nothing' : JSON.stringify(value)), MAX_SHOWN_LENGTH);
