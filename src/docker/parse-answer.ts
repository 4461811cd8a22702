// Parses what the engine answered; trusted from here on.

import type { z } from 'zod';

import { OperatorError } from '../lib/errors.ts';

export interface Answer<T> {
  readonly schema: z.ZodType<T>;
  readonly answer: unknown;
  /** For the message: "a container". */
  readonly about: string;
}

/** Throws OperatorError('internal') that names the first field of an unexpected form, never its value. */
export function parseAnswer<T>({ schema, answer, about }: Answer<T>): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new OperatorError('internal', `the engine's answer about ${about} has an unexpected form at "${at}"`, {
    cause: parsed.error,
  });
}
