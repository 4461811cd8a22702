// Starts a program as the first process of namespaces of its own. When that process ends, the kernel ends everything in
// there and drops its mounts, links, routes and packet filters.

import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { TOOL_PATH } from '../programs.ts';
import { waitFor } from '../wait-for.ts';

/**
 * The first process must take note of the end of orphans, which Node does not; a shell that waits does. It ends when the
 * program does, and the namespaces with it.
 */
const FIRST_PROCESS = '"$@" & wait $!';
const JOIN_GROUPS = 'for file in $GROUPS_TO_JOIN; do echo $$ > "$file" || exit 1; done; exec "$@"';
const STARTED_WITHIN_MS = 10_000;

export interface NamespaceStart {
  readonly program: string;
  readonly args: readonly string[];
  readonly logPath: string;
  /** `cgroup.procs` files of the groups that the process joins before anything else. */
  readonly joinGroups: readonly string[];
}

/** The number of the first process as it is here. Everything goes on when the caller ends. */
export async function startInNamespaces(start: NamespaceStart): Promise<number> {
  const log = openSync(start.logPath, 'a');
  const namespaces = ['--mount', '--net', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc'];
  const command = ['unshare', ...namespaces, '--propagation', 'private', 'sh', '-c', FIRST_PROCESS, 'sh'];
  const child = spawn('sh', ['-c', JOIN_GROUPS, 'sh', ...command, start.program, ...start.args], {
    cwd: '/',
    env: { PATH: TOOL_PATH, GROUPS_TO_JOIN: start.joinGroups.join(' ') },
    stdio: ['ignore', log, log],
    detached: true,
  });
  child.unref();
  child.on('error', () => {}); // without the process there is no child below, which says what is wrong
  let first = 0;
  await waitFor({
    what: `the namespaces of ${start.args.join(' ')}; see ${start.logPath}`,
    withinMs: STARTED_WITHIN_MS,
    isTrue: async () => {
      first = Number(await childOf(child.pid ?? 0));
      return first > 0;
    },
  });
  return first;
}

/** unshare's only child; empty until it has forked. */
async function childOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
}
