// Paths as callers write them to paths as the session init takes them: relative to the workspace. What lies outside is found by the
// kernel, below the init; here only what can be told from the text.

import { OperatorError } from '../../lib/errors.ts';
import { utf8Length } from '../../lib/utf8.ts';

const WORKSPACE = '/workspace';
/** PATH_MAX of Linux, with its final zero byte. */
const MAX_PATH_BYTES = 4095;

/** "." is the workspace itself. Throws OperatorError: `invalid` for no path, `path-outside` for another absolute one. */
export function workspacePath(path: string): string {
  if (path === '') throw new OperatorError('invalid', 'the path is empty; "." is the workspace itself');
  if (path.includes('\0')) throw new OperatorError('invalid', 'the path has a zero byte');
  if (utf8Length(path) > MAX_PATH_BYTES) {
    throw new OperatorError('invalid', `the path is longer than ${MAX_PATH_BYTES} bytes`);
  }
  if (!path.startsWith('/')) return path;
  if (path !== WORKSPACE && !path.startsWith(`${WORKSPACE}/`)) {
    throw new OperatorError('path-outside', `${JSON.stringify(path)} is not below ${WORKSPACE}`);
  }
  return path.slice(WORKSPACE.length).replace(/^\/+/, '') || '.';
}
