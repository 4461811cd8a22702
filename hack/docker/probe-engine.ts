// Looks what is behind a Docker socket, without changing anything.

import { engineRequest } from './engine-request.ts';

const ANSWER_WITHIN_MS = 5_000;

export type EngineState =
  | { readonly state: 'answers'; readonly apiVersion: string }
  /** No socket, or a socket that nobody listens on. */
  | { readonly state: 'absent' }
  | { readonly state: 'denied' }
  /** Something is there, but it does not behave like a working engine. */
  | { readonly state: 'broken'; readonly detail: string };

export async function probeEngine(socketPath: string): Promise<EngineState> {
  try {
    const answer = await engineRequest(
      { socketPath, method: 'GET', path: '/_ping' },
      AbortSignal.timeout(ANSWER_WITHIN_MS),
    );
    if (answer.status !== 200) return { state: 'broken', detail: `HTTP ${answer.status} ${answer.body.trim()}` };
    if (answer.apiVersion === null) return { state: 'broken', detail: 'it names no API version' };
    return { state: 'answers', apiVersion: answer.apiVersion };
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException; // node:http rejects with errno errors or the timeout's DOMException
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return { state: 'absent' };
    if (error.code === 'EACCES' || error.code === 'EPERM') return { state: 'denied' };
    if (error.name === 'TimeoutError') return { state: 'broken', detail: `no answer within ${ANSWER_WITHIN_MS} ms` };
    return { state: 'broken', detail: error.message };
  }
}

/** Compares two Docker API versions such as "1.41" and "1.9" by their numbers. */
export function isAtLeast(version: string, floor: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [floorMajor = 0, floorMinor = 0] = floor.split('.').map(Number);
  return major > floorMajor || (major === floorMajor && minor >= floorMinor);
}
