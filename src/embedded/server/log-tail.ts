// The end of a server's log, for a message that explains why the server ended.

import { readFile } from 'node:fs/promises';

const LINES = 8;

/** Such as "the last lines of /state/etcd.log:" and the lines; says so when there is no log. */
export async function logTail(path: string): Promise<string> {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (text === '') return `${path} is empty`;
  return `the last lines of ${path}:\n${text.split('\n').slice(-LINES).join('\n')}`;
}
