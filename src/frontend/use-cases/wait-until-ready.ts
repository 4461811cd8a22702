// Looks at a session until it is ready, can not become ready any more, or the caller's patience is over.

import { err, ok, type Result } from '../../lib/result.ts';
import { conditionOf } from '../../model/conditions.ts';
import type { McpSession } from '../../model/session.ts';
import type { ServiceParts } from '../service-parts.ts';
import { dead, isReady, stageOf, stateOf } from '../session-view.ts';
import { sentence, type ToolError, type ToolErrorCode } from '../tool-error.ts';

const CODES: Readonly<Record<string, ToolErrorCode>> = {
  ImagePullFailed: 'IMAGE_PULL_FAILED',
  NoEligibleNode: 'NO_ELIGIBLE_NODE',
  PolicyRejected: 'POLICY_DENIED',
  DockerUnavailable: 'DOCKER_UNAVAILABLE',
  SessionExpired: 'SESSION_EXPIRED',
  Exited: 'SESSION_EXPIRED',
  OOMKilled: 'SESSION_EXPIRED',
  ContainerLost: 'SESSION_EXPIRED',
};

export async function waitUntilReady(
  parts: Pick<ServiceParts, 'sessions' | 'clock'>,
  wait: { readonly session: McpSession; readonly waitMs: number; readonly onStage: (stage: number) => void },
  signal: AbortSignal,
): Promise<Result<McpSession, ToolError>> {
  const { namespace, name, uid } = wait.session.meta;
  const startMs = parts.clock.monotonicMs();
  let session = wait.session;
  for (;;) {
    wait.onStage(stageOf(session));
    if (isReady(session)) return ok(session);
    const end = dead(session);
    if (end !== null) return err(failed(session, end));
    const waitedMs = parts.clock.monotonicMs() - startMs;
    if (waitedMs >= wait.waitMs) return err(notYet(session, wait.waitMs));
    await parts.clock.sleep(Math.min(pauseMs(waitedMs), wait.waitMs - waitedMs), signal);
    const seen = await parts.sessions.read({ namespace, name }, signal);
    if (seen === null || seen.meta.uid !== uid) return err(gone(session));
    session = seen;
  }
}

/** Often while a cached image would start, seldom while one is pulled. */
const pauseMs = (waitedMs: number): number => (waitedMs < 2_000 ? 50 : waitedMs < 10_000 ? 250 : 1_000);

function failed(session: McpSession, end: { readonly reason: string; readonly message: string }): ToolError {
  const { name, namespace } = session.meta;
  return {
    code: CODES[end.reason] ?? 'NOT_READY_YET',
    what: `Session "${name}" can not become ready (${end.reason}): ${sentence(end.message)}`,
    next: `call session_delete with session="${name}" ns="${namespace}", then session_create with changed arguments`,
  };
}

function notYet(session: McpSession, waitMs: number): ToolError {
  const { name, namespace } = session.meta;
  const state = stateOf(session);
  const message = conditionOf(session.status.conditions, 'Ready')?.message ?? 'no program has taken it up yet';
  return {
    code: state === 'DockerUnavailable' ? 'DOCKER_UNAVAILABLE' : 'NOT_READY_YET',
    what: `Session "${name}" exists but is not ready after ${waitMs / 1000} s (${state}): ${sentence(message)}`,
    next: `call session_get with session="${name}" ns="${namespace}" until its state is Running`,
  };
}

const gone = (session: McpSession): ToolError => ({
  code: 'SESSION_EXPIRED',
  what: `Session "${session.meta.name}" was deleted while it started.`,
  next: 'call session_create for a new session',
});
