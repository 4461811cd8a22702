// Waits until the API server says that it is ready, or says why it never will be.

import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

import { OperatorError } from '../../lib/errors.ts';
import { logTail } from './log-tail.ts';
import type { ServerChild } from './start-child.ts';

const POLL_MS = 50;
const READY_WITHIN_MS = 60_000;
const ANSWER_WITHIN_MS = 2_000;

export interface ReadyWait {
  readonly url: string;
  readonly caPem: string;
  readonly children: readonly ServerChild[];
}

/** Throws OperatorError('unavailable') with the end of the log when a process ends first, 'timeout' when readiness does not come. */
export async function waitReady({ url, caPem, children }: ReadyWait, signal: AbortSignal): Promise<void> {
  const ended = Promise.race(children.map(async (child) => ({ child, exit: await child.exited })));
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    signal.throwIfAborted();
    const status = await Promise.race([readyStatus(url, caPem), ended]);
    if (status === 200) return;
    if (typeof status === 'object' && status !== null) {
      const { child, exit } = status;
      const how = exit.signal === null ? `code ${exit.code}` : exit.signal;
      throw new OperatorError(
        'unavailable',
        `${child.program} ended with ${how} before it was ready; ${await logTail(child.logPath)}`,
      );
    }
    if (performance.now() > deadlineMs) {
      const logs = await Promise.all(children.map((child) => logTail(child.logPath)));
      throw new OperatorError(
        'timeout',
        `the control plane was not ready within ${READY_WITHIN_MS} ms; ${logs.join('\n')}`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** The HTTP status of /readyz, or null while nobody answers. */
function readyStatus(url: string, caPem: string): Promise<number | null> {
  return new Promise((resolve) => {
    const limits = { agent: false, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) } as const;
    const asked = request(`${url}/readyz`, { ca: caPem, ...limits }, (response) => {
      response.resume();
      response.on('error', () => resolve(null));
      response.on('end', () => resolve(response.statusCode ?? null));
    });
    asked.on('error', () => resolve(null));
    asked.end();
  });
}
