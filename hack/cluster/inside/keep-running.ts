// Runs a server of the cluster and starts it again when it ends, as an init system would: a test may kill any of them, or
// stop one until it is wanted again.

import { spawn } from 'node:child_process';
import { appendFile, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { TOOL_PATH } from '../programs.ts';
import { isStopWanted, STOP_POLL_MS, waitUntilWanted } from '../stop-request.ts';

const RESTART_AFTER_MS = 1_000;

export interface Server {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  /** Directory of `<name>.log`, which every start appends to. */
  readonly logDir: string;
  readonly cwd: string;
  /** Asked before each start. */
  readonly prepare?: () => Promise<void>;
}

/** Never resolves; the end of this process ends its PID namespace, and the server with it. */
export async function keepRunning(server: Server): Promise<never> {
  for (;;) {
    await waitUntilWanted(server.logDir, server.name);
    await server.prepare?.();
    const end = await runOnce(server);
    await appendFile(logPath(server), `-- ${server.name} ended (${end})\n`);
    await sleep(RESTART_AFTER_MS);
  }
}

async function runOnce(server: Server): Promise<string> {
  const log = await open(logPath(server), 'a');
  const child = spawn(server.path, server.args, {
    cwd: server.cwd,
    env: { PATH: TOOL_PATH, HOME: server.cwd }, // nothing of the caller's: proxies and ETCD_* variables are settings to them
    stdio: ['ignore', log.fd, log.fd],
  });
  const stopTimer = setInterval(() => {
    if (!isStopWanted(server.logDir, server.name)) return;
    clearInterval(stopTimer); // a second signal means haste to dockerd
    child.kill('SIGTERM');
  }, STOP_POLL_MS);
  const ended = new Promise<string>((resolve) => {
    child.on('error', (cause) => resolve(cause.message));
    child.on('exit', (code, signal) => resolve(code === null ? `signal ${signal}` : `code ${code}`));
  });
  await log.close();
  const end = await ended;
  clearInterval(stopTimer);
  return end;
}

const logPath = ({ logDir, name }: Server): string => `${logDir}/${name}.log`;
