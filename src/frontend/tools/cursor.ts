// Cursors of lists that are sorted by name: opaque to clients, and right while entries come and go.

import { err, ok, type Result } from '../../lib/result.ts';

/** The name after which the next page starts. */
export const encodeCursor = (name: string): string => Buffer.from(name, 'utf8').toString('base64url');

export function decodeCursor(cursor: string): Result<string, string> {
  const name = Buffer.from(cursor, 'base64url').toString('utf8');
  return encodeCursor(name) === cursor ? ok(name) : err('cursor: must be the next_cursor of an earlier answer');
}
